"""The whole study, run on simulated records, finds the effects that were put into them.

Files are made, extracted, checked, turned into features and learned from by the study's own code;
then each cause is switched on and off for every accident, and the model's log-odds are compared.
"""

import numpy as np
import polars as pl
import pytest

from hindcast import checks, features, sources
from hindcast.model import fit, material
from hindcast.sources.simulated.effects import EFFECTS

RECIPE = fit.Recipe(
    seed=1,
    min_level_events=10,
    n_boosters=2,
    max_rounds=400,
    early_stopping_rounds=30,
    jobs=2,
    calibration="platt",
    booster={"max_depth": 3, "learning_rate": 0.1, "colsample_bytree": 0.3, "subsample": 0.8},
)
SWITCHES = {
    "imc": {"is_imc": (True, False), "is_dark_imc": (None, False)},
    "night": {"is_night": (True, False), "is_dark": (True, False),
              "light_condition": ("NITE", "DAYL"), "sun_elevation_deg": (-30.0, 30.0)},
    "homebuilt": {"is_homebuilt": (True, False)},
    "fewer_hours": {"pilot_hours_log": (np.log1p(100), np.log1p(1000))},
    "destroyed": {"is_destroyed": (True, False), "damage": ("DEST", "SUBS")},
    "fire": {"has_fire": (True, False), "fire": ("GRD", "NONE")},
    "phase_maneuvering": {"phase": ("Maneuvering", "Landing")},
    "phase_approach": {"phase": ("Approach", "Landing")},
}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    (folder / "empty").mkdir()
    sources.extract(
        folder / "empty", folder, seed=11,
        simulated_events=9000, simulated_first_year=2008, simulated_last_year=2021,
    )  # fmt: skip
    checks.validate(folder / "raw", folder)
    return features.build(folder / "core")


@pytest.fixture(scope="module")
def model(built):
    known = material.of_horizon(built.schema["features"], "scene")
    names = [feature["name"] for feature in known]
    year = built.frame["ev_date"].dt.year()
    part = pl.Series("part", np.where(year < 2018, "train", "validation"))
    frame = built.frame.with_columns(part)
    parts = [fit.Labelled.of(frame, name, names) for name in ("train", "validation")]
    return fit.fit(*parts, known, RECIPE)


def switched(fitted, rows: fit.Labelled, values: dict, side: int) -> np.ndarray:
    """Log-odds with the features in ``values`` set to their first or second value for all."""
    told = {name: pair[side] for name, pair in values.items() if pair[side] is not None}
    dtypes = rows.features.schema
    frame = rows.features.with_columns(
        pl.lit(value, dtypes[name]).alias(name) for name, value in told.items()
    )
    matrix = fit.Labelled(frame, rows.is_fatal).dmatrix(fitted.schema)
    return fitted.booster.predict(matrix, output_margin=True)


@pytest.fixture(scope="module")
def recovered(built, model) -> dict[str, float]:
    """The model's mean change in log-odds for each effect that was put in."""
    names = [feature["name"] for feature in model.schema]
    rows = fit.Labelled(built.frame.select(names), built.frame["is_fatal"].to_numpy().astype(float))
    return {
        effect: float(np.mean(switched(model, rows, v, 0) - switched(model, rows, v, 1)))
        for effect, v in SWITCHES.items()
    }


def test_every_effect_has_its_sign(recovered):
    wrong = {e: size for e, size in recovered.items() if np.sign(size) != np.sign(EFFECTS[e])}
    assert not wrong


@pytest.mark.parametrize(
    ("larger", "smaller"),
    [
        ("destroyed", "fire"),
        ("destroyed", "imc"),
        ("destroyed", "homebuilt"),
        ("phase_maneuvering", "phase_approach"),
    ],
)
def test_effects_come_in_their_order(recovered, larger, smaller):
    assert EFFECTS[larger] > EFFECTS[smaller]
    assert recovered[larger] > recovered[smaller]
