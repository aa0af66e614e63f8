"""Tests of two samples in bins: known values, false alarms within the rate, shifts found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hindcast.model import two_samples

COUNTS = st.lists(st.integers(0, 500), min_size=2, max_size=12).map(np.array)


def test_psi_is_the_sum_by_hand():
    before, now = np.array([30, 70]), np.array([60, 40])
    p, q = (before + 0.5) / 101, (now + 0.5) / 101
    assert two_samples.psi(before, now) == pytest.approx(((q - p) * np.log(q / p)).sum())


def test_empty_bins_that_fill_up_the_array_change_nothing():
    before, now = np.array([30, 70]), np.array([60, 40])
    longer = [np.r_[one, [0, 0, 0]] for one in (before, now)]
    for measure in (two_samples.psi, two_samples.psi_by_chance):
        assert measure(*longer) == pytest.approx(measure(before, now))
    for test in (two_samples.kolmogorov_smirnov, two_samples.chi_square):
        assert np.allclose(test(*longer), test(before, now))


@given(COUNTS, st.integers(0, 5))
def test_psi_is_never_negative_and_knows_no_direction(counts, seed):
    now = np.random.default_rng(seed).integers(0, 500, len(counts))
    found = two_samples.psi(counts, now)
    assert found >= -1e-12
    assert found == pytest.approx(two_samples.psi(now, counts))


def test_psi_by_chance_is_what_equal_samples_show():
    draw = np.random.default_rng(1)
    before, now = (draw.multinomial(n, np.full(10, 0.1), size=4000) for n in (5000, 300))
    found = two_samples.psi(before, now)
    assert found.mean() == pytest.approx(two_samples.psi_by_chance(before, now).mean(), rel=0.05)
    assert (found > two_samples.psi_by_chance(before, now, 0.95)).mean() < 0.07


def test_the_distance_is_that_of_the_samples_where_every_value_is_a_bin():
    draw = np.random.default_rng(2)
    one, other = draw.integers(0, 40, 400), draw.integers(3, 43, 300)
    counted = (np.bincount(values, minlength=43) for values in (one, other))
    distance, p = two_samples.kolmogorov_smirnov(*counted)
    known = stats.ks_2samp(one, other, method="asymp")
    assert distance == pytest.approx(known.statistic)
    assert p == pytest.approx(known.pvalue, rel=0.3)


def test_chi_square_is_scipys_where_no_category_is_rare():
    before, now = np.array([300, 200, 500]), np.array([40, 30, 30])
    known = stats.chi2_contingency(np.stack([before, now]), correction=False)
    statistic, p = two_samples.chi_square(before, now)
    assert (statistic, p) == (pytest.approx(known.statistic), pytest.approx(known.pvalue))


def test_rare_categories_are_put_together():
    before, now = np.array([900, 96, 1, 1, 2]), np.array([90, 6, 1, 1, 2])
    pooled = two_samples.chi_square(np.array([900, 100]), np.array([90, 10]))
    assert two_samples.chi_square(before, now)[1] > 1e-6 * pooled[1]
    apart = stats.chi2_contingency(np.stack([before, now]), correction=False)
    assert two_samples.chi_square(before, now)[0] < apart.statistic


@pytest.mark.parametrize("test", [two_samples.kolmogorov_smirnov, two_samples.chi_square])
@pytest.mark.parametrize("n", [60, 300])
def test_equal_samples_are_refused_no_oftener_than_told(test, n):
    draw = np.random.default_rng(3)
    shares = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.03, 0.02])
    before, now = (draw.multinomial(size, shares, size=5000) for size in (4000, n))
    p = test(before, now)[1]
    for level in (0.01, 0.05):
        assert (p <= level).mean() <= level + 3 * np.sqrt(level / 5000)


@pytest.mark.parametrize("test", [two_samples.kolmogorov_smirnov, two_samples.chi_square])
def test_a_shift_is_found(test):
    draw = np.random.default_rng(4)
    before = draw.multinomial(4000, np.full(10, 0.1), size=200)
    now = draw.multinomial(300, np.linspace(0.15, 0.05, 10), size=200)
    assert (test(before, now)[1] < 0.01).mean() > 0.9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_hochberg_is_the_definition(p):
    p = np.array(p)
    q = two_samples.benjamini_hochberg(p)
    order = np.sort(p)
    for value, found in zip(p, q, strict=True):
        later = [len(p) * one / place for place, one in enumerate(order, 1) if one >= value]
        assert found == pytest.approx(min(1.0, *later, 1.0))


@settings(max_examples=30)
@given(st.integers(0, 50), st.integers(51, 400), st.integers(0, 50), st.integers(51, 400))
def test_two_shares_is_the_pooled_z_test(k, n, j, m):
    p = float(two_samples.two_shares(k, n, j, m))
    if k + j:
        table = [[k, n - k], [j, m - j]]
        assert p == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)
    else:
        assert p == 1.0


def test_nothing_to_compare_is_no_drift():
    empty, full = np.zeros(4), np.array([1, 2, 3, 4])
    assert two_samples.kolmogorov_smirnov(full, empty) == (0.0, 1.0)
    assert two_samples.chi_square(full, empty) == (0.0, 1.0)
    assert two_samples.two_shares(0, 0, 3, 4) == pytest.approx(two_samples.two_shares(0, 1, 3, 4))
