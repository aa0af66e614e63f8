"""A store of runs for each test, and bundles of invented accidents.

MLflow needs seconds to make its tables: they are made once, and each test gets a copy.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import xgboost

from hindcast import paths
from hindcast.model import bundle as bundles
from hindcast.model import encode, fit, registry
from hindcast.model.registry import Store

FEATURES = [
    {"name": "hours", "kind": "number", "known_at": "dispatch", "dtype": "Float64"},
    {"name": "has_fire", "kind": "flag", "known_at": "dispatch", "dtype": "Boolean"},
    {"name": "far_part", "kind": "category", "known_at": "dispatch", "dtype": "String"},
]
SPLIT = {"train_until": "2017-12-31", "validation_until": "2019-06-30", "test_until": "2021-12-31"}
RECIPE = {"seed": 7, "jobs": 2, "booster": {"max_depth": 2}}


def accidents(n: int, first: date, seed: int) -> pl.DataFrame:
    """Invented accidents: fire is mostly fatal, hours help a little, the FAR part says nothing."""
    draw = np.random.default_rng(seed)
    fire, hours = draw.random(n) < 0.3, draw.exponential(400, n)
    fatal = draw.random(n) < np.where(fire, 0.8, 0.1) - np.where(hours > 500, 0.05, 0)
    frame = pl.DataFrame(
        {
            "ev_id": [f"{first.year}-{number:04d}" for number in range(n)],
            "ev_date": [first + timedelta(days=number) for number in range(n)],
            "is_fatal": fatal,
            "hours": hours,
            "has_fire": fire,
            "far_part": draw.choice(["091", "135"], n),
        }
    )
    gone = pl.int_range(pl.len()) % 7
    gaps = (pl.when(gone != k).then(name).alias(name) for k, name in enumerate(frame.columns[3:]))
    return frame.with_columns(gaps)


TRAIN = accidents(400, date(2010, 1, 1), seed=1)
TEST = accidents(400, date(2019, 7, 1), seed=2)


@dataclass(frozen=True)
class Maker:
    """Make bundles in a project's folder of models."""

    models: Path

    def __call__(self, rounds: int = 20, *, blind: bool = False, **manifest: object) -> Path:
        """Train on the invented accidents; a ``blind`` bundle is not told of the fire."""
        features = [one for one in FEATURES if not (blind and one["name"] == "has_fire")]
        made = _bundle(features, rounds)
        folder = self.models / "fatal" / "dispatch"
        bundles.save(folder, replace(made, manifest=made.manifest | manifest))
        return folder


def _bundle(features: list[dict], rounds: int) -> bundles.Bundle:
    names = [one["name"] for one in features]
    schema = encode.learn(TRAIN.select(names), features, min_rows=2)
    matrix = encode.matrix(TRAIN.select(names), schema)
    labels = TRAIN["is_fatal"].to_numpy().astype(float)
    told = {"objective": "binary:logistic", "max_depth": 2, "nthread": 1, "seed": 1}
    booster = xgboost.train(told, fit.dmatrix(matrix, schema, labels), rounds)
    manifest = {
        "target": "fatal",
        "horizon": "dispatch",
        "estimand": "P(fatal | an accident happened)",
        "fingerprint": "ab" * 32,
        "features_version": "v1",
        "n_features": len(schema),
        "split": SPLIT | {"rows": {"train": TRAIN.height, "test": TEST.height}},
        "recipe": RECIPE,
    }
    return bundles.Bundle(booster, schema, {"method": "none"}, manifest, "{}")


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory) -> Path:
    """An MLflow database with its tables and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / "mlflow.db"
    registry.open_experiment(Store(f"sqlite:///{path}", path.parent / "unused"), "unused")
    return path


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A project's folder with the test rows, as the stages `features` and `train` leave them."""
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(paths.root() / name, tmp_path / name)
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    paths.processed().mkdir(parents=True)
    paths.interim().mkdir(parents=True)
    rows = pl.concat([TRAIN, TEST])
    rows.write_parquet(paths.processed("features.parquet"))
    parts = rows.select(
        "ev_id",
        part=pl.when(pl.col("ev_date") < date(2019, 7, 1))
        .then(pl.lit("train"))
        .otherwise(pl.lit("test")),
    )
    parts.write_parquet(paths.processed("split.parquet"))
    paths.processed("feature_schema.json").write_text(json.dumps({"version": "v1"}))
    return tmp_path


@pytest.fixture
def store(home, empty_store) -> Store:
    """The project's own store, opened."""
    shutil.copy(empty_store, home / "mlflow.db")
    store = Store.of_project()
    registry.open_experiment(store)
    return store


@pytest.fixture
def make(home) -> Maker:
    """Train a bundle and put it where the stage `train` does."""
    return Maker(paths.models())


@pytest.fixture
def keep(make, store) -> Callable[..., str]:
    """Train a bundle and record it; returns the version."""
    return lambda *args, **kwargs: registry.record(store, make(*args, **kwargs), {}, {})


@pytest.fixture
def aliases(store) -> Callable[[], dict[str, str]]:
    """What the aliases point at."""
    return lambda: registry.loading.aliases_of("hindcast-fatal-dispatch", store)
