import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from statsmodels.stats.contingency_tables import mcnemar as reference_mcnemar

from hindcast.model import bootstrap, metrics
from hindcast.model.evidence import paired


def forecasts(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A label, a good forecast of it, and one that shares most of its errors but is worse."""
    draw = np.random.default_rng(seed)
    y = (draw.random(n) < 0.25).astype(float)
    margin = 1.6 * y + draw.normal(size=n)
    worse = margin + draw.normal(scale=0.9, size=n)
    return y, *(1 / (1 + np.exp(-(m - 1.5))) for m in (margin, worse))


def all_pairs_error(y: np.ndarray, new: np.ndarray, old: np.ndarray) -> float:
    """DeLong's standard error from all pairs, as the paper writes it."""
    kernels = [
        (p[y == 1][:, None] > p[y == 0]) + 0.5 * (p[y == 1][:, None] == p[y == 0])
        for p in (new, old)
    ]
    gap = kernels[0] - kernels[1]
    by_fatal, by_other = gap.mean(axis=1), gap.mean(axis=0)
    return np.sqrt(by_fatal.var(ddof=1) / len(by_fatal) + by_other.var(ddof=1) / len(by_other))


def test_delong_by_hand():
    """Placements .5, 1 of the fatal and 1, .5 of the others: variance .125 / 2 twice."""
    found = paired.delong([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [0.5] * 4)
    assert found["auc_new"] == 0.75 and found["auc_old"] == 0.5
    assert found["z"] == pytest.approx(0.25 / np.sqrt(0.125), abs=1e-6)
    reach = 1.959964 * np.sqrt(0.125)
    assert found["ci"] == pytest.approx([0.25 - reach, 0.25 + reach], abs=1e-5)


def test_delong_by_midranks_is_delong_by_all_pairs_also_with_ties():
    y, new, old = forecasts(300, 1)
    new, old = new.round(1), old.round(1)
    found = paired.delong(y, new, old)
    error = all_pairs_error(y, new, old)
    assert found["auc_new"] == pytest.approx(roc_auc_score(y, new), abs=1e-6)
    assert found["auc_old"] == pytest.approx(roc_auc_score(y, old), abs=1e-6)
    assert found["z"] == pytest.approx(found["difference"] / error, abs=1e-5)


def test_delong_and_the_bootstrap_agree():
    y, new, old = forecasts(2000, 2)
    exact = paired.delong(y, new, old)
    drawn = paired.differences(y, new, old, rounds=800, seed=3, names=["roc_auc"])["roc_auc"]
    assert exact["difference"] == pytest.approx(drawn["difference"], abs=1e-6)
    assert exact["ci"] == pytest.approx(drawn["ci"], abs=0.004)
    assert exact["p"] < 0.001


def test_what_two_forecasters_share_cancels():
    y, new, old = forecasts(2000, 4)
    of_both = np.subtract(*paired.delong(y, new, old)["ci"])
    alone = [paired.delong(y, p, np.full(len(y), 0.5))["ci"] for p in (new, old)]
    assert abs(of_both) < 0.8 * np.hypot(*(np.subtract(*ci) for ci in alone))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(10, 80))
def test_swapping_the_forecasters_turns_the_sign(seed, n):
    y, new, old = forecasts(n, seed)
    y[:2], y[2:4] = 1, 0
    one, other = paired.delong(y, new, old), paired.delong(y, old, new)
    assert one["difference"] == pytest.approx(-other["difference"], abs=2e-6)
    assert one["p"] == pytest.approx(other["p"], abs=2e-6)


def test_under_no_difference_p_is_uniform():
    draw = np.random.default_rng(5)
    small = 0
    for _ in range(300):
        y = draw.random(150) < 0.3
        p = [1 / (1 + np.exp(-(y + draw.normal(size=150)))) for _ in range(2)]
        small += paired.delong(y, *p)["p"] < 0.1
    assert 15 <= small <= 47


def test_the_same_forecast_twice_differs_by_nothing():
    y, new, _ = forecasts(200, 6)
    found = paired.compare(y, new, new, rounds=20)
    assert found["delong"]["p"] == 1 and found["delong"]["ci"] == [0, 0]
    assert found["mcnemar"]["p"] == 1
    assert {one["difference"] for one in found["differences"].values()} == {0.0}


@pytest.mark.parametrize(("won", "lost", "exact"), [(9, 3, True), (60, 35, False), (0, 0, True)])
def test_mcnemar_is_that_of_statsmodels(won, lost, exact):
    y = np.ones(won + lost + 40)
    new, old = (np.r_[np.zeros(40), np.full(won, w), np.full(lost, 1 - w)] for w in (1, 0))
    found = paired.mcnemar(y, new, old)
    told = reference_mcnemar([[0, lost], [won, 40]], exact=exact, correction=True).pvalue
    assert (found["only_new_right"], found["only_old_right"]) == (won, lost)
    assert found["p"] == pytest.approx(told if won + lost else 1, abs=1e-6)
    assert (found["method"] == "exact binomial") is exact


def test_differences_are_those_of_the_metrics_each_at_its_threshold():
    y, new, old = forecasts(400, 7)
    found = paired.compare(y, new, old, threshold=0.4, threshold_old=0.6, rounds=60)["differences"]
    now, before = metrics.all_of(y, new, threshold=0.4), metrics.all_of(y, old, threshold=0.6)
    assert list(found) == list(metrics.NAMES)
    for name, one in found.items():
        assert one["new"] == bootstrap.number(now[name])
        assert one["difference"] == pytest.approx(now[name] - before[name], abs=2e-6)
        assert one["ci"][0] <= one["ci"][1]


def test_one_outcome_alone_has_no_auc_and_says_why():
    found = paired.compare([0, 0, 0], [0.1, 0.2, 0.3], [0.2, 0.2, 0.2], rounds=20)
    assert found["delong"]["difference"] is None
    assert found["delong"]["undefined"] == paired.ONE_CLASS
    assert found["differences"]["roc_auc"]["difference"] is None
    assert found["differences"]["brier"]["difference"] is not None


@pytest.mark.parametrize(
    ("y", "new", "old", "says"),
    [
        ([0, 1], [0.1, 0.2, 0.3], [0.1, 0.2], r"\(3,\) \(new\)"),
        ([0, 1], [0.1, 1.2], [0.1, 0.2], r"1 of 2 forecasts \(new\)"),
        ([0, 1], [0.1, 0.2], [0.1, np.nan], r"1 of 2 forecasts \(old\)"),
        ([0, 2], [0.1, 0.2], [0.1, 0.2], r"\[2.0\]"),
        ([], [], [], r"shape \(0,\)"),
    ],
)
def test_what_is_no_pair_is_refused(y, new, old, says):
    with pytest.raises(paired.PairError, match=says):
        paired.compare(y, new, old)
