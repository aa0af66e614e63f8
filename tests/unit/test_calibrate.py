"""Calibration: methods against what made the outcomes, Venn-Abers against its definition."""

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from hindcast.model import calibrate, calibrators, metrics, venn_abers

few = settings(max_examples=40, deadline=None)
samples = st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=1, max_size=25)


def made(n: int, seed: int, slope: float = 0.5, intercept: float = -1.0):
    draw = np.random.default_rng(seed)
    margin = draw.normal(scale=2, size=n)
    fatal = draw.random(n) < 1 / (1 + np.exp(-(slope * margin + intercept)))
    return margin, fatal.astype(float)


def refitted(margin: np.ndarray, fatal: np.ndarray, at: float, outcome: float) -> float:
    """Venn-Abers by its definition: isotonic regression with the case added."""
    fit = IsotonicRegression().fit(np.r_[margin, at], np.r_[fatal, outcome])
    return float(fit.predict([at])[0])


@few
@given(samples, st.lists(st.integers(-55, 55), min_size=1, max_size=5))
def test_venn_abers_is_two_isotonic_fits_with_the_case_added(pairs, cases):
    margin, fatal = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    asked = np.array([*(at / 10 for at in cases), *margin[:3]])
    p0, p1 = venn_abers.pair(venn_abers.learn(margin, fatal), asked)
    assert p0 == pytest.approx([refitted(margin, fatal, at, 0) for at in asked])
    assert p1 == pytest.approx([refitted(margin, fatal, at, 1) for at in asked])


def test_the_interval_holds_the_probability_and_narrows_with_more_events():
    asked = np.linspace(-4, 4, 50)
    widths = []
    for n in (200, 5000):
        steps = calibrate.learn("venn_abers", *made(n, seed=3))
        p0, p1 = calibrate.interval(steps, asked)
        probability = calibrate.apply(steps, asked)
        assert ((p0 <= probability) & (probability <= p1)).all()
        widths.append(float((p1 - p0).mean()))
    assert widths[1] < widths[0] / 2


@pytest.mark.parametrize("method", calibrate.METHODS)
def test_order_is_kept_and_json_is_enough(method):
    margin, fatal = made(500, seed=1)
    learned = calibrate.learn(method, margin, fatal)
    asked = np.linspace(-9, 9, 200)
    probability = calibrate.apply(learned, asked)
    assert (np.diff(probability) >= 0).all()
    assert ((probability > 0) & (probability < 1)).all()
    again = calibrate.apply(json.loads(json.dumps(learned, allow_nan=False)), asked)
    assert np.array_equal(again, probability)


def test_beta_finds_two_slopes_where_platt_has_one():
    draw = np.random.default_rng(5)
    margin = draw.normal(scale=2.5, size=60_000)
    apart = calibrators.log_odds_apart(margin)
    true = 1 / (1 + np.exp(-(apart @ np.array([1.5, 0.4]) - 0.3)))
    fatal = (draw.random(len(margin)) < true).astype(float)
    learned = calibrate.learn("beta", margin, fatal)
    assert [learned["a"], learned["b"]] == pytest.approx([1.5, 0.4], abs=0.08)
    off = {m: np.abs(calibrate.apply(calibrate.learn(m, margin, fatal), margin) - true).mean()
           for m in ("platt", "beta")}  # fmt: skip
    assert off["beta"] < off["platt"] / 3


def test_beta_keeps_the_order_where_a_free_fit_would_turn_it_around():
    margin = np.linspace(-4, 4, 400)
    rises_then_falls = np.where(margin < 1, 0.1 + 0.1 * (margin + 4), 0.6 - 0.1 * (margin - 1))
    fatal = (np.random.default_rng(2).random(400) < rises_then_falls).astype(float)
    learned = calibrate.learn("beta", margin, fatal)
    assert (learned["b"], learned["a"] > 0) == (0, True)


def test_a_shrunk_curve_lies_between_the_margins_and_platt_and_nears_platt_with_more_events():
    gaps = []
    for n in (300, 30_000):
        margin, fatal = made(n, seed=11)
        platt, shrunk = (calibrate.learn(m, margin, fatal) for m in ("platt", "shrunk"))
        assert platt["slope"] < shrunk["slope"] < 1
        assert platt["intercept"] < shrunk["intercept"] < 0
        gaps.append(shrunk["slope"] - platt["slope"])
    assert gaps[1] < gaps[0] / 10


def test_shrinking_pays_where_the_margins_need_little():
    truth = np.random.default_rng(13)
    lost = dict.fromkeys(("platt", "shrunk"), 0.0)
    for seed in range(40):
        slope, level = 1 + 0.1 * truth.normal(), 0.2 * truth.normal()
        margin, fatal = made(400, seed, slope, level - 1.5)
        later, happened = made(4000, 1000 + seed, slope, level - 1.5)
        for method in lost:
            learned = calibrate.learn(method, margin - 1.5, fatal)
            probability = calibrate.apply(learned, later - 1.5)
            lost[method] += float(metrics.log_loss(happened, probability))
    assert lost["shrunk"] < lost["platt"]


def test_auto_takes_a_slope_where_the_margins_lack_one():
    learned = calibrate.learn("auto", *made(4000, seed=2))
    assert learned["method"] in ("shrunk", "platt")
    assert learned["chosen"]["compared"][0]["method"] == "none"
    json.dumps(learned, allow_nan=False)


def test_auto_leaves_margins_alone_that_need_nothing():
    assert calibrate.learn("auto", *made(4000, seed=4, slope=1, intercept=0))["method"] == "none"


def test_comparison_judges_each_method_on_later_events():
    margin, fatal = made(2000, seed=6)
    compared = calibrate.compare(margin, fatal)
    assert compared["method"].to_list() == list(calibrate.METHODS)
    assert compared["behind"].min() == 0
    by = {row["method"]: row for row in compared.to_dicts()}
    assert by["platt"]["later_log_loss"] < by["none"]["later_log_loss"]
    assert by["platt"]["log_loss"] < by["none"]["log_loss"]


def test_the_first_block_is_learned_from_only():
    margin, fatal = made(2000, seed=7)
    later = calibrate._later("platt", margin, fatal)
    changed = margin.copy()
    changed[-500:] += 1
    assert len(later) == 1500
    assert np.array_equal(calibrate._later("platt", changed, fatal)[:1000], later[:1000])


def test_the_simplest_within_one_standard_error_is_chosen():
    rows = [("none", 0.30, 0.010, 0.004), ("platt", 0.2914, 0.0014, 0.002),
            ("beta", 0.29, 0.0, 0.0)]  # fmt: skip
    compared = pl.DataFrame(
        rows, schema=["method", "later_log_loss", "behind", "behind_se"], orient="row"
    )
    method, why = calibrate.choose(compared)
    assert (method, why["best"]) == ("platt", "beta")


def test_one_outcome_cannot_calibrate():
    for fatal in (np.zeros(3), np.ones(3)):
        with pytest.raises(ValueError, match="of 3 validation events are fatal"):
            calibrate.learn("venn_abers", np.arange(3.0), fatal)
