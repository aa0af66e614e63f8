"""Invented accidents over a few years, with a lever that tells deaths and one that does not."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from hindcast.model import fit, material, split
from hindcast.model.levers.lever import Bench

ROWS = 1500
TRAIN_UNTIL, VALIDATION_UNTIL = date(2012, 12, 31), date(2013, 12, 31)
FEATURES = [
    {
        "name": "phase",
        "inputs": ["phase"],
        "kind": "category",
        "known_at": "dispatch",
        "absent": False,
    },
    {
        "name": "hours",
        "inputs": ["hours"],
        "kind": "number",
        "known_at": "dispatch",
        "absent": False,
    },
    {
        "name": "terrain_slope",
        "inputs": ["terrain_slope"],
        "kind": "number",
        "known_at": "dispatch",
        "absent": False,
    },
    {
        "name": "noise_level",
        "inputs": ["noise_level"],
        "kind": "number",
        "known_at": "dispatch",
        "absent": False,
    },
    {
        "name": "is_destroyed",
        "inputs": ["is_destroyed"],
        "kind": "flag",
        "known_at": "scene",
        "absent": False,
    },
]
RECIPE = fit.Recipe(
    seed=3,
    min_level_events=5,
    n_boosters=1,
    max_rounds=40,
    early_stopping_rounds=5,
    jobs=1,
    calibration="platt",
    booster={"max_depth": 3, "learning_rate": 0.2, "subsample": 0.8},
)


@pytest.fixture(scope="session")
def invented() -> pl.DataFrame:
    """Deaths come with cruise, with steep ground, and with what is destroyed."""
    draw = np.random.default_rng(1)
    days = sorted(draw.integers(0, 5 * 365, ROWS))
    cruise = draw.random(ROWS) < 0.4
    slope = draw.normal(0, 1, ROWS)
    destroyed = draw.random(ROWS) < 0.2
    odds = -2.2 + 1.2 * cruise + 1.5 * slope + 1.5 * destroyed
    return pl.DataFrame(
        {
            "ev_id": [f"invented-{row:04d}" for row in range(ROWS)],
            "ev_date": [date(2010, 1, 1) + timedelta(days=int(day)) for day in days],
            "ev_state": "AK",
            "is_fatal": draw.random(ROWS) < 1 / (1 + np.exp(-odds)),
            "phase": np.where(cruise, "cruise", "landing"),
            "hours": draw.lognormal(5, 1, ROWS),
            "terrain_slope": slope,
            "noise_level": draw.random(ROWS),
            "is_destroyed": destroyed,
        }
    ).with_columns(
        pl.when(pl.col("ev_date") <= TRAIN_UNTIL)
        .then(pl.lit("train"))
        .when(pl.col("ev_date") <= VALIDATION_UNTIL)
        .then(pl.lit("validation"))
        .otherwise(pl.lit("test"))
        .alias("part")
    )


@pytest.fixture(scope="session")
def events(invented) -> material.Material:
    days = split.Split(TRAIN_UNTIL, VALIDATION_UNTIL, date(2014, 12, 31), 0, date(2014, 12, 31))
    return material.Material(invented, FEATURES, days, "v1", "ab" * 32, "{}")


@pytest.fixture(scope="session")
def bench(events) -> Bench:
    features, parts = events.parts("scene")
    return Bench("scene", features, parts, RECIPE, {})
