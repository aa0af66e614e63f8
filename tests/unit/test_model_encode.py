import numpy as np
import polars as pl
import pytest

from hindcast.model import encode
from hindcast.model.encode import FeatureError


def feature(name: str, kind: str, known_at: str = "dispatch") -> dict:
    return {"name": name, "kind": kind, "known_at": known_at, "absent": False}


FEATURES = [feature("make", "category"), feature("hours", "number"), feature("imc", "flag")]


def frame(**columns) -> pl.DataFrame:
    types = {"make": pl.String, "hours": pl.Float64, "imc": pl.Boolean}
    return pl.DataFrame({name: columns[name] for name in types}, schema=types)


TRAIN = frame(
    make=["CESSNA", "CESSNA", "PIPER", "PIPER", "HOMEMADE", None],
    hours=[10.0, None, 0.0, 250.0, 3.0, 4.0],
    imc=[True, False, None, False, False, False],
)


@pytest.fixture
def schema() -> list[dict]:
    return encode.learn(TRAIN, FEATURES, min_rows=2)


def test_levels_are_those_with_enough_training_rows_and_one_for_the_rest(schema):
    assert schema[0]["levels"] == ["CESSNA", "PIPER", encode.RARE]
    assert schema[1]["range"] == [0.0, 250.0]
    assert schema[0]["missing_share"] == pytest.approx(1 / 6)


def test_rare_and_never_seen_levels_share_a_code_and_missing_stays_missing(schema):
    rows = frame(
        make=["CESSNA", "HOMEMADE", "CIRRUS", None],
        hours=[1, 0, None, 2],
        imc=[True, False, None, False],
    )
    codes = encode.matrix(rows, schema)
    assert codes.dtype == np.float32
    np.testing.assert_array_equal(codes[:, 0], [0, 2, 2, np.nan])
    np.testing.assert_array_equal(codes[:, 1], [1, 0, np.nan, 2])
    np.testing.assert_array_equal(codes[:, 2], [1, 0, np.nan, 0])


def test_missing_hours_are_not_zero_hours(schema):
    codes = encode.matrix(frame(make=[None] * 2, hours=[0.0, None], imc=[None] * 2), schema)
    assert codes[0, 1] == 0
    assert np.isnan(codes[1, 1])


def test_what_is_learned_depends_on_the_training_rows_alone(schema):
    test_rows = frame(make=["CIRRUS"] * 9, hours=[9e9] * 9, imc=[True] * 9)
    before = [dict(entry) for entry in schema]
    encode.matrix(test_rows, schema)
    assert schema == before
    assert "CIRRUS" not in schema[0]["levels"]


def test_the_order_of_columns_is_the_schemas(schema):
    shuffled = TRAIN.select("imc", "make", "hours")
    np.testing.assert_array_equal(encode.matrix(shuffled, schema), encode.matrix(TRAIN, schema))


def test_a_column_that_is_all_null_in_a_source_is_missing_everywhere(schema):
    rows = TRAIN.with_columns(pl.lit(None).alias("make"))
    assert np.isnan(encode.matrix(rows, schema)[:, 0]).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows.drop("hours"), "missing hours"),
        (lambda rows: rows.with_columns(damage=pl.lit("DEST")), "unexpected damage"),
        (lambda rows: rows.with_columns(pl.col("hours").cast(pl.String)), "hours is String"),
        (lambda rows: rows.with_columns(make=pl.lit(7)), "make is Int32, expected a category"),
    ],
)
def test_a_frame_that_does_not_fit_is_named_against_the_schema(schema, change, words):
    with pytest.raises(FeatureError, match=r"feature_schema\.json") as caught:
        encode.matrix(change(TRAIN), schema)
    assert words in str(caught.value)


def test_a_horizon_gets_what_is_known_by_then():
    ladder = [feature(f"f{n}", "number", known_at) for n, known_at in enumerate(encode.HORIZONS)]
    counts = [len(encode.of_horizon(ladder, horizon)) for horizon in encode.HORIZONS]
    assert counts == [1, 2, 3, 4]


def test_a_feature_of_a_later_horizon_is_refused_by_both_names():
    features = [feature("hours", "number"), feature("damage", "category", "scene")]
    with pytest.raises(FeatureError, match=r"'dispatch' may not know damage \(known at scene"):
        encode.check_known(features, "dispatch")
    encode.check_known(features, "scene")
