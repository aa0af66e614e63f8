import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import xgboost

from hindcast.model import bundle as bundles
from hindcast.model import encode, fit
from hindcast.model.bundle import Bundle, BundleError

FRAME = pl.DataFrame(
    {"phase": ["cruise", "taxi", None, "landing"] * 20, "hours": [1.0, None, 250.0, 3.0] * 20}
)
FEATURES = [
    {"name": "phase", "kind": "category", "known_at": "event", "absent": False},
    {"name": "hours", "kind": "number", "known_at": "dispatch", "absent": False},
]


@pytest.fixture(scope="module")
def made() -> Bundle:
    schema = encode.learn(FRAME, FEATURES, min_rows=2)
    fatal = np.array([1, 0, 0, 1] * 20)
    matrix = fit.dmatrix(encode.matrix(FRAME, schema), schema, fatal)
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 2}, matrix, 3)
    calibration = {"method": "platt", "slope": 0.5, "intercept": -0.25}
    return Bundle(booster, schema, calibration, {"horizon": "event"}, '{"until": "2017-12-31"}\n')


def test_what_is_loaded_predicts_as_what_was_saved(made, tmp_path):
    bundles.save(tmp_path / "fatal" / "event", made)
    loaded = bundles.load(tmp_path / "fatal" / "event")
    assert np.array_equal(loaded.predict(FRAME), made.predict(FRAME))
    assert loaded.names == ["phase", "hours"]
    assert loaded.history == {"until": "2017-12-31"}
    assert loaded.manifest == made.manifest


def test_a_bundle_is_json_and_ubjson_only(made, tmp_path):
    bundles.save(tmp_path / "b", made)
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == sorted(bundles.FILES)
    for path in (tmp_path / "b").glob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
    assert (tmp_path / "b" / "booster.ubj").read_bytes().startswith(b"{")
    assert bundles.size_bytes(tmp_path / "b") < 20e6


def test_two_saves_are_the_same_bytes_and_leave_nothing_beside(made, tmp_path):
    bundles.save(tmp_path / "b", made)
    before = {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    bundles.save(tmp_path / "b", made)
    assert {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_failed_save_leaves_the_old_bundle(made, tmp_path):
    bundles.save(tmp_path / "b", made)
    broken = replace(made, manifest={"auc": float("nan")})
    with pytest.raises(ValueError, match="Out of range"):
        bundles.save(tmp_path / "b", broken)
    assert bundles.load(tmp_path / "b").manifest == made.manifest
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_the_margin_is_the_boosters_and_the_probability_its_calibration(made):
    matrix = fit.dmatrix(made.matrix(FRAME), made.schema)
    margin = made.booster.predict(matrix, output_margin=True)
    np.testing.assert_allclose(made.margin(FRAME), margin, rtol=1e-6)
    expected = 1 / (1 + np.exp(-(0.5 * margin.astype(float) - 0.25)))
    np.testing.assert_allclose(made.predict(FRAME), expected, rtol=1e-6)


def test_one_row_predicts_as_in_a_batch_and_no_row_as_none(made):
    assert made.predict(FRAME[2:3])[0] == made.predict(FRAME)[2]
    assert made.predict(FRAME.clear()).shape == (0,)


@pytest.mark.parametrize("name", bundles.FILES)
def test_a_missing_file_is_named(made, tmp_path, name):
    bundles.save(tmp_path / "b", made)
    (tmp_path / "b" / name).unlink()
    with pytest.raises(BundleError, match=f"no {name}"):
        bundles.load(tmp_path / "b")


@pytest.mark.parametrize("name", ["booster.ubj", "manifest.json"])
def test_a_file_that_is_something_else_is_named(made, tmp_path, name):
    bundles.save(tmp_path / "b", made)
    (tmp_path / "b" / name).write_text("not this")
    with pytest.raises(BundleError, match=name):
        bundles.load(tmp_path / "b")


def test_a_feature_the_schema_does_not_know_is_refused(made):
    with pytest.raises(encode.FeatureError, match="unexpected damage"):
        made.predict(FRAME.with_columns(damage=pl.lit("DEST")))


def test_serving_needs_no_study_libraries():
    heavy = ("mlflow", "sklearn", "pandas", "duckdb", "matplotlib")
    code = f"import sys, hindcast.model.bundle; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
