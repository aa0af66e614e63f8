"""Frames and parts that cannot be used are refused by name; what is only new is reported."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hindcast.errors import HindcastError
from hindcast.model import encode, fit, split, unusual

RECIPE = fit.Recipe(
    seed=1,
    min_level_events=1,
    n_boosters=1,
    max_rounds=2,
    early_stopping_rounds=1,
    jobs=1,
    calibration="none",
    booster={"max_depth": 1},
)
FEATURES = [
    {"name": "make", "kind": "category", "known_at": "dispatch", "absent": False},
    {"name": "hours", "kind": "number", "known_at": "dispatch", "absent": False},
    {"name": "imc", "kind": "flag", "known_at": "dispatch", "absent": False},
    {"name": "empty", "kind": "number", "known_at": "dispatch", "absent": False},
]
TRAIN = pl.DataFrame(
    {
        "make": ["CESSNA", "CESSNA", "PIPER", None],
        "hours": [10.0, 250.0, None, 40.0],
        "imc": [True, False, None, False],
        "empty": [None] * 4,
    },
    schema_overrides={"empty": pl.Float64},
)
SCHEMA = encode.learn(TRAIN, FEATURES, min_rows=1)


def rows(**columns) -> pl.DataFrame:
    n = len(next(iter(columns.values())))
    usual = {"make": ["PIPER"] * n, "hours": [40.0] * n, "imc": [False] * n, "empty": [None] * n}
    return pl.DataFrame(usual | columns, schema_overrides={"empty": pl.Float64})


def test_a_level_never_seen_is_rare_and_told():
    frame = rows(make=["DAHER", "CESSNA", None, "DAHER"])
    np.testing.assert_array_equal(encode.matrix(frame, SCHEMA)[:, 0], [2, 0, np.nan, 2])
    assert unusual.report(frame, SCHEMA) == {"unseen": {"make": {"DAHER": 2}}, "outside": {}}


def test_a_number_outside_the_training_range_is_taken_as_it_is_and_told():
    frame = rows(hours=[-1.0, 10.0, 250.0, 251.0, None, float("nan")])
    np.testing.assert_array_equal(
        encode.matrix(frame, SCHEMA)[:, 1], [-1, 10, 250, 251, np.nan, np.nan]
    )
    assert unusual.report(frame, SCHEMA)["outside"] == {
        "hours": {"rows": 2, "lowest": -1.0, "highest": 251.0, "range": [10.0, 250.0]}
    }


def test_a_flag_that_is_neither_yes_nor_no_is_told():
    assert unusual.report(rows(imc=[0, 1, 7]), SCHEMA)["outside"]["imc"]["rows"] == 1


def test_what_training_never_knew_has_no_range_to_be_outside_of():
    assert unusual.report(rows(empty=[5.0]), SCHEMA) == {"unseen": {}, "outside": {}}


def test_training_rows_hold_nothing_unusual():
    assert unusual.report(TRAIN, SCHEMA) == {"unseen": {}, "outside": {}}


@pytest.mark.parametrize("value", [float("inf"), -float("inf"), 1e300])
def test_a_number_that_is_no_quantity_is_refused_by_name(value):
    with pytest.raises(encode.FeatureError, match=r"hours in 1 rows \(training: \[10\.0, 250\.0\]"):
        encode.matrix(rows(hours=[value, 3.0]), SCHEMA)


@pytest.mark.parametrize("frame", [pd.DataFrame({"make": ["X"]}), {"make": ["X"]}, None])
def test_what_is_no_frame_of_polars_is_refused(frame):
    with pytest.raises(encode.FeatureError, match=r"expected the features as a polars\.DataFrame"):
        encode.matrix(frame, SCHEMA)


def test_every_fault_of_a_frame_is_named_at_once():
    frame = rows(hours=["many"]).drop("imc").with_columns(damage=pl.lit("DEST"))
    with pytest.raises(HindcastError) as caught:
        encode.matrix(frame, SCHEMA)
    said = str(caught.value)
    for words in ("missing imc", "unexpected damage", "hours is String, expected a number"):
        assert words in said


def labelled(*outcomes: float) -> fit.Labelled:
    n = len(outcomes)
    return fit.Labelled(TRAIN.clear(n) if n else TRAIN.clear(), np.array(outcomes, np.float32))


@pytest.mark.parametrize(
    ("train", "validation", "said"),
    [
        ((), (0, 1), "training part has 0 rows, 0 of them"),
        ((0, 0), (0, 1), "training part has 2 rows, 0 of them"),
        ((1, 1), (0, 1), "training part has 2 rows, 2 of them"),
        ((0, 1), (0, 0, 0), "validation part has 3 rows, 0 of them"),
        ((0, 1), (), "validation part has 0 rows"),
    ],
)
def test_a_part_without_both_outcomes_is_refused_before_anything_is_fitted(train, validation, said):
    fitted = []
    with pytest.raises(fit.OutcomeError, match=said):
        fit.fit(labelled(*train), labelled(*validation), FEATURES, RECIPE, lambda: fitted.append(1))
    assert fitted == []


@pytest.mark.parametrize(
    ("fatal", "said"),
    [
        ({"train": [False, False]}, "train part has 2 events, 0 of them fatal"),
        ({"train": []}, "train part has 0 events"),
        ({"validation": [False, False]}, "validation part has 2 events, 0 of them fatal"),
        ({"test": [True]}, "test part has 1 events, 1 of them fatal"),
    ],
)
def test_a_split_with_a_part_of_one_outcome_is_refused(fatal, said):
    both = [True, False]
    parts = {"train": both, "validation": both, "test": both} | fatal
    events = pl.DataFrame(
        [(part, label) for part, labels in parts.items() for label in labels],
        schema={"part": pl.String, "is_fatal": pl.Boolean},
        orient="row",
    )
    with pytest.raises(split.SplitError, match=said) as caught:
        split.check_labels(events)
    assert "train.validation_until" in str(caught.value)


@pytest.mark.parametrize("horizon", encode.HORIZONS[:-1])
def test_a_horizon_is_never_given_what_it_may_not_know(horizon):
    later = encode.HORIZONS[encode.HORIZONS.index(horizon) + 1]
    with pytest.raises(encode.FeatureError) as caught:
        encode.check_known([FEATURES[0], FEATURES[1] | {"known_at": later}], horizon)
    assert f"horizon '{horizon}' may not know hours (known at {later})" in str(caught.value)
