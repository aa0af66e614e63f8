"""Margins and SHAP values in NumPy are XGBoost's, whatever the trees and rows."""

import numpy as np
import pytest
import xgboost
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hindcast.model import fit, trees
from hindcast.model.boosters import BoosterError, LateBooster
from hindcast.model.forest import CHUNK, Forest
from hindcast.model.quick import Quick
from hindcast.model.shapley import Shapley

LEVELS = 12
SHAPES = {
    "seed": st.integers(0, 10_000),
    "depth": st.integers(1, 7),
    "rounds": st.integers(1, 12),
    "numbers": st.integers(1, 6),
    "categories": st.integers(0, 4),
    "missing": st.sampled_from([0.0, 0.2, 0.7, 1.0]),
    "gamma": st.sampled_from([0.0, 0.0, 3.0, 1e6]),
}


def drawn(seed, numbers, categories, missing, n=250):
    random = np.random.default_rng(seed)
    coarse = random.integers(-3, 4, (n, numbers)) / 2
    levels = random.integers(0, LEVELS, (n, categories))
    matrix = np.hstack([coarse, levels]).astype(np.float32)
    score = np.nansum(matrix * random.normal(size=matrix.shape[1]), axis=1) + random.normal(size=n)
    matrix[random.random(matrix.shape) < missing] = np.nan
    return matrix, (score > np.median(score)).astype(np.float32), random


def told(matrix, categories, label=None):
    kinds = ["q"] * (matrix.shape[1] - categories) + ["c"] * categories
    return xgboost.DMatrix(matrix, label, feature_types=kinds, enable_categorical=True, nthread=1)


def grown(matrix, label, categories, depth, rounds, gamma=0.0, seed=1):
    asked = {
        "objective": "binary:logistic", "max_depth": depth, "gamma": gamma, "nthread": 1,
        "seed": seed, "subsample": 0.8, "max_cat_to_onehot": 3, "min_child_weight": 0.01,
    }  # fmt: skip
    return xgboost.train(asked, told(matrix, categories, label), rounds)


def unseen(matrix, random, categories):
    """Change rows: other numbers, levels that no split has met, more and less missing."""
    rows = matrix[:60].copy()
    rows[random.random(rows.shape) < 0.1] = np.nan
    changed = random.random(rows.shape) < 0.1
    rows[changed] = random.integers(0, LEVELS + 3, changed.sum())
    return rows


def close(booster, rows, categories):
    matrix = told(rows, categories)
    margins = booster.inplace_predict(rows, predict_type="margin", validate_features=False)
    quick = Quick([booster])
    assert quick.margins(rows)[:, 0] == pytest.approx(margins, rel=1e-6, abs=1e-6)
    own = booster.predict(matrix, pred_contribs=True, validate_features=False)
    found = quick.contributions(rows)
    assert found == pytest.approx(own.astype(float), abs=1e-5)
    assert found.sum(axis=1) == pytest.approx(margins.astype(float), abs=1e-5)


@given(**SHAPES)
@example(seed=1, depth=7, rounds=8, numbers=1, categories=0, missing=0.2, gamma=0.0)
@example(seed=2, depth=5, rounds=4, numbers=2, categories=1, missing=1.0, gamma=0.0)
@example(seed=3, depth=3, rounds=3, numbers=2, categories=2, missing=0.2, gamma=1e6)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_they_are_xgboosts(seed, depth, rounds, numbers, categories, missing, gamma):
    matrix, label, random = drawn(seed, numbers, categories, missing)
    booster = grown(matrix, label, categories, depth, rounds, gamma)
    close(booster, unseen(matrix, random, categories), categories)


def test_boosters_joined_into_one_are_one():
    matrix, label, random = drawn(5, 4, 2, 0.2)
    joined = fit.average([grown(matrix, label, 2, 4, 5, seed=seed) for seed in range(3)])
    close(joined, unseen(matrix, random, 2), 2)


@pytest.mark.parametrize("n", [1, 2, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_several_boosters_and_outputs_answer_together(n):
    matrix, label, random = drawn(6, 4, 2, 0.2)
    several = np.column_stack([label, random.integers(0, 2, (len(label), 3))])
    one, three = grown(matrix, label, 2, 3, 4), grown(matrix, several, 2, 6, 5)
    rows = matrix[:n]
    found = Quick([one, three]).margins(rows)
    expected = [
        booster.inplace_predict(rows, predict_type="margin", validate_features=False)
        for booster in (one, three)
    ]
    assert np.array_equal(found, np.column_stack(expected))


def test_each_output_of_a_booster_is_explained():
    matrix, label, random = drawn(7, 4, 2, 0.2)
    several = np.column_stack([label, random.integers(0, 2, len(label))])
    booster = grown(matrix, several, 2, 4, 5)
    own = booster.predict(told(matrix[:20], 2), pred_contribs=True)
    read = trees.read([booster])
    for output in range(2):
        found = Shapley(read, output).values(matrix[:20])
        assert found == pytest.approx(own[:, output].astype(float), abs=1e-5)


def test_rows_need_not_lie_in_one_piece_of_memory():
    matrix, label, _ = drawn(8, 5, 1, 0.2)
    booster = Quick([grown(matrix, label, 1, 4, 5)])
    turned = np.asfortranarray(matrix[:50])
    assert np.array_equal(booster.margins(turned[::2]), booster.margins(matrix[:50][::2].copy()))
    assert np.array_equal(booster.contributions(turned), booster.contributions(matrix[:50]))


def deep():
    matrix, label, _ = drawn(9, 6, 0, 0.0)
    return matrix, grown(matrix, label, 0, 12, 6)


def of_another_objective():
    matrix, label, _ = drawn(9, 6, 0, 0.0)
    asked = {"objective": "reg:squarederror", "nthread": 1}
    return matrix, xgboost.train(asked, told(matrix, 0, label), 3)


@pytest.mark.parametrize("made", [deep, of_another_objective])
def test_what_numpy_does_not_do_is_left_to_xgboost(made, caplog):
    matrix, booster = made()
    quick = Quick([booster])
    assert "XGBoost computes forecasts" in caplog.text
    own = booster.predict(told(matrix, 0), output_margin=True)
    assert np.array_equal(quick.margins(matrix)[:, 0], own)
    shares = booster.predict(told(matrix[:5], 0), pred_contribs=True)
    assert quick.contributions(matrix[:5]) == pytest.approx(shares.astype(float), abs=1e-6)


def test_trees_of_another_sort_are_named():
    with pytest.raises(trees.TreesError, match="gbtree of reg:squarederror: expected gbtree of"):
        trees.read([of_another_objective()[1]])
    matrix, label, _ = drawn(9, 3, 0, 0.0)
    asked = {"objective": "binary:logistic", "multi_strategy": "multi_output_tree"}
    vectors = xgboost.train(asked, told(matrix, 0, np.column_stack([label, 1 - label])), 2)
    with pytest.raises(trees.TreesError, match="a vector in each leaf"):
        trees.read([vectors])
    with pytest.raises(trees.TreesError, match="over 8 levels"):
        Forest(trees.read([deep()[1]]))


@pytest.mark.parametrize("n_categories", [0, 2])
def test_a_late_booster_is_the_booster(tmp_path, n_categories):
    matrix, label, _ = drawn(11, 6, n_categories, 0.2)
    booster = grown(matrix, label, n_categories, 5, 8)
    (tmp_path / "b.ubj").write_bytes(booster.save_raw("ubj"))
    late = LateBooster(tmp_path / "b.ubj")
    assert late.save_raw("ubj") == bytes(booster.save_raw("ubj"))
    assert late.num_boosted_rounds() == booster.num_boosted_rounds()
    quick = Quick([late])
    own = booster.get_score(importance_type="total_gain")
    gains = [own.get(f"f{at}", 0.0) for at in range(matrix.shape[1])]
    assert quick.gains() == pytest.approx(gains, rel=1e-5)
    assert np.array_equal(quick.margins(matrix), Quick([booster]).margins(matrix))


def test_a_released_booster_is_read_again_unless_its_file_is_another(tmp_path):
    matrix, label, _ = drawn(11, 4, 0, 0.0)
    raw = grown(matrix, label, 0, 3, 4).save_raw("ubj")
    (tmp_path / "b.ubj").write_bytes(raw)
    late = LateBooster(tmp_path / "b.ubj")
    late.release()
    assert late.save_raw() == bytes(raw)
    assert late.num_boosted_rounds() == 4
    (tmp_path / "b.ubj").write_bytes(grown(matrix, label, 0, 3, 5).save_raw("ubj"))
    with pytest.raises(BoosterError, match="has changed since it was read"):
        late.save_raw()


def test_gains_of_what_xgboost_computes_are_xgboosts(tmp_path):
    _, booster = deep()
    told = Quick([booster]).gains()
    own = booster.get_score(importance_type="total_gain")
    assert told.tolist() == [own.get(f"f{at}", 0.0) for at in range(booster.num_features())]


@pytest.mark.parametrize("told", [b"no booster", b"{}", b"{L" + bytes(7) + b"\x07learnerZ}"])
def test_a_late_booster_that_is_none_is_refused_when_its_trees_are_read(tmp_path, told):
    (tmp_path / "b.ubj").write_bytes(told)
    with pytest.raises(BoosterError, match=r"b\.ubj is not an XGBoost model"):
        Quick([LateBooster(tmp_path / "b.ubj")])
    with pytest.raises(BoosterError, match="cannot be read: No such file"):
        LateBooster(tmp_path / "absent.ubj")
