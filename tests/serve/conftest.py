"""What the tests of serving share: tiny models of invented accidents, and an app over them.

Three horizons have P(fatal) and severity, two have causes; `investigation` has none.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import xgboost
from fastapi import FastAPI
from starlette.testclient import TestClient

from hindcast.features import catalog, derive
from hindcast.features.history import state_at
from hindcast.features.onerow import given
from hindcast.features.state import HistoryState
from hindcast.model import bundle as bundles
from hindcast.model import encode, fit
from hindcast.model.targets import bundle as targets
from hindcast.model.targets import chain
from hindcast.serve import keys
from hindcast.serve.app import create
from hindcast.serve.settings import Settings

UNTIL = dt.date(2019, 12, 31)
BEFORE_THE_EVENT = (
    "state", "faa_region", "make", "aircraft_category", "far_part", "aircraft_age_years",
    "hour_sin", "visibility_sm", "wind_speed_kts", "pilot_age_years", "fatal_share_make_past",
)  # fmt: skip
NAMES = {
    "dispatch": BEFORE_THE_EVENT,
    "event": (*BEFORE_THE_EVENT, "is_off_airport", "phase"),
    "scene": (*BEFORE_THE_EVENT, "is_off_airport", "phase", "damage", "has_fire"),
}
FAMILIES = ("Aircraft", "Personnel issues", "Environmental issues")
CLASSES = ("NONE", "MINR", "SERS", "FATL")
ESTIMAND = "P(highest injury | an accident happened). It is not the risk of having an accident."
RECORDS = "invented accidents, no records"


def accidents(n: int = 400) -> list[dict[str, Any]]:
    """Invent accidents: fire and a phase aloft kill, visibility helps."""
    draw = np.random.default_rng(8)
    return [_accident(draw, number) for number in range(n)]


def _accident(draw: np.random.Generator, number: int) -> dict[str, Any]:
    fire, phase = draw.random() < 0.3, str(draw.choice(["300", "400", "550"]))
    worst = min(3, int(draw.integers(0, 3)) + fire + (phase == "400"))
    told = {
        "ev_date": UNTIL + dt.timedelta(days=int(draw.integers(-700, 60))),
        "ev_time": int(draw.integers(0, 24)) * 100,
        "ev_state": str(draw.choice(["CO", "TX", "AK", "CA"])),
        "dec_latitude": float(draw.uniform(30, 42)),
        "dec_longitude": float(draw.uniform(-120, -95)),
        "acft_make": str(draw.choice(["CESSNA", "Piper", "Beech"])),
        "acft_category": str(draw.choice(["AIR", "AIR", "HELI"])),
        "acft_year": int(draw.integers(1950, 2015)),
        "homebuilt": "N",
        "far_part": str(draw.choice(["091", "135"])),
        "vis_sm": float(draw.choice([1.0, 3.0, 10.0])),
        "wind_vel_kts": float(draw.integers(0, 25)),
        "crew_age": int(draw.integers(18, 80)),
        "ev_nr_apt_loc": str(draw.choice(["ONAP", "OFAP"])),
        "defining_phase_no": phase,
        "damage": str(draw.choice(["SUBS", "DEST", "MINR"])),
        "acft_fire": "GRD" if fire else "NONE",
        "ev_type": "ACC",
        "ev_country": "USA",
        "ev_highest_injury": CLASSES[worst],
    }
    gone = ("vis_sm", "crew_age", "acft_year", "ev_time")[number % 4]
    return {**told, gone: None} if number % 3 == 0 else told


def _schema(table: pl.DataFrame, horizon: str) -> list[dict[str, Any]]:
    declared = {row["name"]: row for row in catalog.dictionary().to_dicts()}
    told = [
        declared[name] | {"inputs": declared[name]["inputs"].split(", "), "absent": False}
        for name in NAMES[horizon]
    ]
    return encode.learn(table.select(NAMES[horizon]), told, min_rows=5)


def _booster(matrix: np.ndarray, schema: list[dict], label: np.ndarray, rounds: int) -> Any:
    asked = {"objective": "binary:logistic", "max_depth": 3, "nthread": 1, "seed": 1}
    return xgboost.train(asked, fit.dmatrix(matrix, schema, label), rounds)


def _manifest(target: str, horizon: str, **more: Any) -> dict[str, Any]:
    told = {
        "format": 1, "target": target, "horizon": horizon, "estimand": ESTIMAND,
        "features_version": catalog.version(), "n_features": len(NAMES[horizon]),
        "history_until": UNTIL.isoformat(), "trained_from": "2018-01-31", "data_source": RECORDS,
        "rows": {"train": 300, "validation": 60, "test": 40},
    }  # fmt: skip
    return told | more


def _fatal(horizon: str, table: pl.DataFrame, worst: np.ndarray, state: HistoryState, rounds: int):
    schema = _schema(table, horizon)
    matrix = encode.matrix(table.select(NAMES[horizon]), schema)
    calibration = {"method": "platt", "slope": 0.9, "intercept": -0.1}
    booster = _booster(matrix, schema, (worst == 3).astype(float), rounds)
    measured = {"roc_auc": 0.8, "brier": 0.1, "average_precision": 0.6, "accuracy": 0.85}
    manifest = _manifest(
        "fatal",
        horizon,
        rounds=[rounds],
        validation=measured,
        threshold=0.4,
        thresholds={"f1": 0.4},
    )
    made = bundles.Bundle(booster, schema, calibration, manifest, state.model_dump_json())
    return made, matrix


def _severity(fatal: bundles.Bundle, matrix: np.ndarray, worst: np.ndarray, horizon: str):
    boosters = {}
    for step in chain.STEPS:
        asked = chain.asked(worst, step)
        answer = chain.answer(worst[asked], step)
        boosters[step] = _booster(matrix[asked], fatal.schema, answer, 5)
    as_told = {"method": "platt", "slope": 1.0, "intercept": 0.0}
    manifest = _manifest(
        "severity", horizon, outputs=list(chain.CLASSES), fatal=targets.mark(fatal)
    )
    kinds = {
        "far_part": {"91": 0.0, "135": 0.03},
        "aircraft_category": {"AIR": 0.0, "HELI": 0.02},
        "faa_region": {"NM": 0.0, "SW": -0.01},
    }
    sets = {"coverage": 0.9, "score": "lac", "limit": 0.8, "kinds": kinds, "n": 60}
    calibration = dict.fromkeys(boosters, as_told)
    return targets.Target(boosters, fatal.schema, calibration, manifest, fatal, sets)


def _causes(fatal: bundles.Bundle, matrix: np.ndarray, horizon: str) -> targets.Target:
    draw = np.random.default_rng(9)
    label = (draw.random((len(matrix), len(FAMILIES))) < 0.4).astype(np.float32)
    asked = {"objective": "binary:logistic", "max_depth": 2, "nthread": 1, "seed": 1}
    asked["multi_strategy"] = "one_output_per_tree"
    booster = xgboost.train(asked, fit.dmatrix(matrix, fatal.schema, label), 4)
    families = [
        {"code": f"0{n}", "level": "category", "name": name, "train_events": 100}
        for n, name in enumerate(FAMILIES, start=1)
    ]
    manifest = _manifest(
        "causes", horizon, outputs=list(FAMILIES), families=families, fatal=targets.mark(fatal)
    )
    return targets.Target(
        {"families": booster}, fatal.schema, {"families": {"method": "none"}}, manifest
    )


def write_models(folder: Path, rounds: int = 12) -> Path:
    """Write bundles of every target for the horizons of `NAMES`; ``rounds`` tells two apart."""
    rows = accidents()
    state = state_at(given.frame(rows), UNTIL)
    declared = {feature.name: feature for feature in catalog.FEATURES}
    wanted = [declared[name] for name in NAMES["scene"]]
    table = catalog.compute(derive.enrich(given.frame(rows), state), wanted)
    worst = np.array([CLASSES.index(row["ev_highest_injury"]) for row in rows])
    for horizon in NAMES:
        fatal, matrix = _fatal(horizon, table, worst, state, rounds)
        bundles.save(folder / "fatal" / horizon, fatal)
        targets.save(folder / "severity" / horizon, _severity(fatal, matrix, worst, horizon))
        if horizon != "dispatch":
            targets.save(folder / "causes" / horizon, _causes(fatal, matrix, horizon))
    return folder


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of tiny bundles, to be read only."""
    return write_models(tmp_path_factory.mktemp("served") / "models")


@pytest.fixture(scope="session")
def other_models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of tiny bundles of another training, to be read only."""
    return write_models(tmp_path_factory.mktemp("other") / "models", rounds=20)


@pytest.fixture
def settings(models_folder: Path, tmp_path: Path) -> Settings:
    """Settings over the tiny models, with a store of the test's own and limits out of the way."""
    return Settings(
        models=models_folder,
        store=tmp_path / "store.sqlite",
        warehouse=tmp_path / "none.duckdb",
        premium_per_minute=10**6,
        premium_per_second=10**5,
    )


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """The application, not started yet."""
    return create(settings)


@pytest.fixture
def anonymous(app: FastAPI) -> Iterator[TestClient]:
    """A client without a key; what the server fails at is a 500, as for users."""
    with TestClient(app, raise_server_exceptions=False) as started:
        yield started


@pytest.fixture
def client(app: FastAPI, anonymous: TestClient) -> TestClient:
    """A client with a premium key of every scope."""
    key, kept = keys.make("tests", keys.SCOPES, "premium")
    anonymous.portal.call(app.state.services.store.add_key, kept)
    anonymous.headers["X-API-Key"] = key
    return anonymous


@pytest.fixture
def accident() -> dict[str, Any]:
    """One invented accident as a request: known at the event, no more."""
    return {
        "ev_date": "2020-01-15", "ev_time": 1430, "ev_state": "CO", "dec_latitude": 39.6,
        "dec_longitude": -104.8, "acft_category": "AIR", "acft_make": "CESSNA", "homebuilt": "N",
        "far_part": "091", "acft_year": 1978, "vis_sm": 3.0, "wind_vel_kts": 12.0,
        "crew_age": 44, "ev_nr_apt_loc": "OFAP", "defining_phase_no": "400",
    }  # fmt: skip


@pytest.fixture(scope="session")
def steady(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client as `client`, started once for all tests that only ask: starting takes longer."""
    folder = tmp_path_factory.mktemp("steady")
    settings = Settings(
        models=models_folder,
        store=folder / "store.sqlite",
        warehouse=folder / "none.duckdb",
        premium_per_minute=10**6,
        premium_per_second=10**5,
    )
    app = create(settings)
    with TestClient(app, raise_server_exceptions=False) as started:
        key, kept = keys.make("steady", keys.SCOPES, "premium")
        started.portal.call(app.state.services.store.add_key, kept)
        started.headers["X-API-Key"] = key
        yield started
