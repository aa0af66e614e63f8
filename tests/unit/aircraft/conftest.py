"""Invented accidents for the tests of the page on aircraft."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from hindcast.analysis import records
from hindcast.analysis.aircraft import effects, imputing
from hindcast.analysis.aircraft import fleet as aircraft


@pytest.fixture(autouse=True)
def _signed(monkeypatch):
    """Sign figures without a run."""
    monkeypatch.setattr("hindcast.source.label", lambda: "Source: invented")


MODELS = [
    ("CESSNA", "CESSNA 172"),
    ("CESSNA", "CESSNA 210"),
    ("PIPER", "PIPER PA28"),
    ("CIRRUS", "SR22"),
    (aircraft.HOMEBUILT, "RV7"),
]
REGIONS, PURPOSES = ["WP", "SO", "GL"], ["personal", "instruction"]


def made_up(many: int = 900, seed: int = 3, homebuilt_log_odds: float = 1.2) -> pd.DataFrame:
    """Return accidents as `hindcast.analysis.records.read` gives them, with true log odds."""
    rng = np.random.default_rng(seed)
    of = rng.integers(0, len(MODELS), many)
    homebuilt = of == len(MODELS) - 1
    retractable = np.where(homebuilt, rng.random(many) < 0.5, rng.random(many) < 0.3)
    chance = 1 / (1 + np.exp(1.6 - homebuilt_log_odds * homebuilt - 0.5 * retractable))
    years = rng.integers(2010, 2016, many)
    fatal = rng.random(many) < chance
    age = np.where(years >= 2012, rng.uniform(1, 60, many), np.nan)
    fixed = np.where(rng.random(many) < 0.4, "tailwheel", "tricycle")
    made = {
        "ev_year": years,
        "is_fatal": pd.array(fatal, dtype="boolean"),
        "faa_region": rng.choice(REGIONS, many),
        "acft_category": "AIR",
        "make": [MODELS[i][0] for i in of],
        "type_family": [MODELS[i][1] for i in of],
        "airframe_family": [MODELS[i][1] for i in of],
        "airframe_built_for": "light_homebuilt",
        "airframe_gear": np.where(retractable, "retractable", fixed),
        "aircraft_category": "AIR",
        "is_homebuilt": pd.array(homebuilt, dtype="boolean"),
        "is_retractable": pd.array(retractable, dtype="boolean"),
        "is_turbine": pd.array(rng.random(many) < 0.1, dtype="boolean"),
        "engine_type": "REC",
        "engines_count": np.where(rng.random(many) < 0.12, 2.0, 1.0),
        "engines_listed_count": 1.0,
        "aircraft_age_years": age,
        "purpose_group": rng.choice(PURPOSES, many),
        "far_part": "91",
        "pilot_hours_log": np.where(years <= 2014, rng.normal(7, 1, many), np.nan),
        "pilot_age_years": rng.uniform(20, 80, many),
    }
    return pd.DataFrame(made)


def as_run(accidents: pd.DataFrame) -> records.Records:
    """Return these accidents as a run that lacks nothing."""
    return records.Records(accidents, [("events", len(accidents))], {})


@pytest.fixture(scope="session")
def invented() -> Callable[..., pd.DataFrame]:
    """Function of a number of accidents that returns them as `records.read` does."""
    return made_up


@pytest.fixture(scope="session")
def run_of() -> Callable[[pd.DataFrame], records.Records]:
    """Function that takes accidents for a run."""
    return as_run


@pytest.fixture(scope="session")
def fleet_of() -> Callable[..., pd.DataFrame]:
    """Function of a number of accidents that returns their fleet."""
    return lambda many=900, **kwargs: aircraft.fleet(as_run(made_up(many, **kwargs)))


@pytest.fixture(scope="session")
def fleet(fleet_of) -> pd.DataFrame:
    """The fleet of 900 accidents."""
    return fleet_of()


@pytest.fixture(scope="session")
def filled(fleet) -> list[pd.DataFrame]:
    """Its imputed columns, twice."""
    return imputing.completed(fleet, times=2, seed=7)


@pytest.fixture(scope="session")
def ratios(fleet, filled) -> pd.DataFrame:
    """Its odds ratios, step by step."""
    return effects.steps(fleet, filled)
