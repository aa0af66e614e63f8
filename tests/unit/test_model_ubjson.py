"""What XGBoost writes as UBJSON is read as what it writes as JSON."""

import json

import numpy as np
import pytest
import xgboost

from hindcast.model import ubjson


@pytest.fixture(scope="module")
def booster():
    random = np.random.default_rng(3)
    rows = random.normal(size=(300, 3)).astype(np.float32)
    rows[:, 2] = random.integers(0, 9, 300)
    told = xgboost.DMatrix(
        rows, rows[:, 0] + (rows[:, 2] == 4) > 0.5, feature_types=["q", "q", "c"],
        enable_categorical=True,
    )  # fmt: skip
    settings = {"objective": "binary:logistic", "max_cat_to_onehot": 2, "nthread": 1}
    return xgboost.train(settings, told, 6)


def plain(told):
    """Return arrays as lists, of numbers rounded to float32 where they are no integers."""
    if isinstance(told, dict):
        return {name: plain(value) for name, value in told.items()}
    if isinstance(told, np.ndarray):
        return told.tolist()
    if isinstance(told, list):
        return [plain(value) for value in told]
    return float(np.float32(told)) if isinstance(told, float) else told


def test_a_booster_says_the_same_in_both(booster):
    read = ubjson.loads(bytes(booster.save_raw("ubj")))
    trees = read["learner"]["gradient_booster"]["model"]["trees"]
    assert len(trees[0]["left_children"]) > 5
    assert any(
        len(one["categories"]) for one in read["learner"]["gradient_booster"]["model"]["trees"]
    )
    assert plain(read) == plain(json.loads(booster.save_raw("json")))


def test_every_mark_is_read():
    told = b"{i\x01a[TFZi\xffU\xffI\x01\x00D" + np.array(0.5, ">f8").tobytes() + b"Si\x02\xc3\xa9]"
    assert ubjson.loads(told + b"i\x01b[#i\x01d\x3f\x80\x00\x00}") == {
        "a": [True, False, None, -1, 255, 256, 0.5, "é"],
        "b": [1.0],
    }


@pytest.mark.parametrize("cut", [1, 40, 400, -1])
def test_bytes_that_end_too_early_are_refused(booster, cut):
    with pytest.raises(ubjson.UbjsonError, match="bytes of no UBJSON"):
        ubjson.loads(bytes(booster.save_raw("ubj"))[:cut])


@pytest.mark.parametrize("told", [b"", b"x", b"{", b"[$li\x02", b"Si\x09abc"])
def test_other_bytes_are_refused(told):
    with pytest.raises(ubjson.UbjsonError):
        ubjson.loads(told)
