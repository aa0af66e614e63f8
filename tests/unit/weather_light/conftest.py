"""Invented accidents for the tests of the page on weather and light."""

import numpy as np
import pandas as pd
import pytest

from hindcast.analysis.weather_light import accidents as study
from hindcast.analysis.weather_light import adjusted, causes, curves, sensitivity


def _expand(counts: list[tuple]) -> pd.DataFrame:
    rows = [
        (bool(imc), bool(night), at < fatal) for imc, night, n, fatal in counts for at in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["is_imc", "is_night", "is_fatal"])
    return frame.astype({"is_imc": "boolean", "is_night": "boolean"})


def _invented(n: int = 900, seed: int = 3) -> pd.DataFrame:
    """Accidents with all columns that `study.with_groups` reads; fatal more often in IMC."""
    rng = np.random.default_rng(seed)
    pick = rng.choice
    imc = rng.random(n) < 0.25
    night = rng.random(n) < 0.3
    sun = np.where(night, rng.uniform(-40, -7, n), rng.uniform(1, 60, n))
    hours = rng.uniform(0, 24, n) * 2 * np.pi / 24
    frame = pd.DataFrame(
        {
            "ev_id": [f"E{at:05d}" for at in range(n)],
            "ev_year": rng.integers(2008, 2022, n),
            "is_fatal": rng.random(n) < 0.12 + 0.35 * imc + 0.15 * night,
            "is_imc": imc,
            "is_dark": night,
            "is_night": night,
            "is_sun_low": (sun > 0) & (sun < 10),
            "wx_cond_basic": np.where(imc, "IMC", "VMC"),
            "light_cond": np.where(night, "NITE", "DAYL"),
            "sun_elevation_deg": sun,
            "hour_sin": np.sin(hours),
            "hour_cos": np.cos(hours),
            "visibility_sm": np.where(imc, rng.uniform(0, 5, n), rng.uniform(4, 10, n)),
            "ceiling_ft": np.where(imc, rng.uniform(100, 2500, n), 30_000.0),
            "flight_rules_category": pick(["VFR", "MVFR"], n),
            "wind_speed_kts": rng.uniform(0, 25, n),
            "gust_kts": np.where(rng.random(n) < 0.3, 20.0, np.nan),
            "crosswind_kts": np.nan,
            "temperature_c": rng.uniform(-10, 35, n),
            "dew_point_spread_c": rng.uniform(0, 15, n),
            "density_altitude_ft": rng.uniform(-500, 8000, n),
            "weather_station_distance_sm": rng.uniform(0, 60, n),
            "weather_briefing": pick(["FULL", "NOTP", None], n),
            "flight_plan": pick(["NONE", "IFR", "VFR", None], n),
            "season": pick(["winter", "summer"], n),
            "purpose_group": pick(["personal", "instruction", None], n),
            "faa_region": pick(["SO", "WP", None], n),
            "far_part": pick(["091", "135"], n, p=[0.8, 0.2]),
            "acft_category": pick(["AIR", "HELI", None], n, p=[0.8, 0.15, 0.05]),
            "is_helicopter": False,
            "is_homebuilt": rng.random(n) < 0.2,
            "is_retractable": rng.random(n) < 0.3,
            "is_turbine": rng.random(n) < 0.2,
            "engines_count": pick([1.0, 2.0, np.nan], n),
            "pilot_age_years": rng.uniform(18, 85, n),
            "is_professional_pilot": rng.random(n) < 0.4,
            "has_second_pilot": rng.random(n) < 0.2,
            "total_hours_band": pick(["1: under 100", "4: 1,000-4,999", None], n),
            "phase_group": pick(["Landing", "Enroute", None], n),
            "occurrence_code": pick(["401", "240", None], n),
        }
    )  # fmt: skip
    frame.loc[imc, "flight_rules_category"] = pick(["IFR", "LIFR"], imc.sum())
    flags = [c for c in frame if c.startswith(("is_", "has_")) and c != "is_fatal"]
    return study.with_groups(frame.astype(dict.fromkeys(flags, "boolean")))


def _constant() -> dict:
    """Return what is adjusted for, the same for all."""
    texts = [c for n in causes.COLUMNS for c in causes.COLUMNS[n]]
    return {c: (3.0 if c == "years_since_2008" else "same") for c in texts}


@pytest.fixture(scope="session")
def expand():
    """Return the function from counts (IMC, night, accidents, fatal) to accidents."""
    return _expand


@pytest.fixture(scope="session")
def constant() -> dict:
    """What is adjusted for, the same for all accidents."""
    return _constant()


@pytest.fixture(scope="session")
def invented():
    """Return the function that invents accidents, fatal more often in IMC and at night."""
    return _invented


@pytest.fixture(scope="session")
def known() -> pd.DataFrame:
    """Invented accidents, ready to be compared."""
    return adjusted.prepared(_invented())


@pytest.fixture(scope="session")
def contrasts(known) -> pd.DataFrame:
    """IMC, night, wind and a crosswind that is nowhere recorded, compared."""
    asked = ("is_imc", "is_night", "strong_wind", "strong_crosswind")
    return adjusted.contrasts(known, [e for e in adjusted.EXPOSURES if e.column in asked])


@pytest.fixture(scope="session")
def steps(known) -> pd.DataFrame:
    """The ladder of the invented accidents."""
    return sensitivity.ladder(known)


@pytest.fixture(scope="session")
def courses(known) -> list[dict]:
    """The curves of the invented accidents."""
    return curves.courses(known)
