"""Evidence against a version: rarely raised against a good one, soon against a bad one."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcast.serve.shelf.evidence import Evidence


def first_crossing(evidence: Evidence, values: np.ndarray, limit: float) -> int | None:
    for number, value in enumerate(values.tolist(), start=1):
        evidence.add(value)
        if evidence.log_weight >= limit:
            return number
    return None


def test_false_alarms_stay_within_what_is_promised():
    """At the bound itself a chance of looks x c is promised; more than that would be an error."""
    draw = np.random.default_rng(1)
    tries, looks, chance = 200, 500, 2e-4
    crossed = sum(
        first_crossing(Evidence(0.05), (draw.random(looks) < 0.05).astype(float), log(1 / chance))
        is not None
        for _ in range(tries)
    )
    assert crossed <= tries * looks * chance + 3 * np.sqrt(tries * looks * chance)
    assert crossed < tries / 10


def test_a_long_good_time_does_not_excuse_a_bad_one():
    errors = Evidence(0.01)
    for _ in range(10_000):
        errors.add_counts(10, 0)
    assert first_crossing(errors, np.ones(50), log(1e7)) <= 5


def test_one_error_of_two_proves_little():
    errors = Evidence(0.01)
    errors.add_counts(2, 1)
    assert errors.log_weight < log(1e3)


@pytest.mark.parametrize(("rate", "soon"), [(1.0, 6), (0.5, 25), (0.1, 400), (0.03, 4000)])
def test_the_worse_the_sooner(rate, soon):
    draw = np.random.default_rng(2)
    values = (draw.random(soon) < rate).astype(float)
    assert first_crossing(Evidence(0.01), values, log(1.2e7))


def test_numbers_below_zero_count_as_well():
    draw = np.random.default_rng(3)
    shifted = draw.normal(0.2, 0.15, 1000).clip(-1, 1)
    assert first_crossing(Evidence(0.05, lowest=-1), shifted, log(1.2e7)) < 300
    level = draw.normal(0.0, 0.15, 5000).clip(-1, 1)
    assert first_crossing(Evidence(0.05, lowest=-1), level, log(1.2e7)) is None


@given(st.lists(st.integers(0, 1), max_size=200), st.floats(0.001, 0.5))
def test_counts_of_one_look_are_that_many_numbers(hits, bound):
    together, bets = Evidence(bound), Evidence(bound)._bets
    together.add_counts(len(hits), sum(hits))
    alone = [sum(np.log1p(bet * (hit - bound)) for hit in hits) for bet in bets]
    assert together._won == pytest.approx(alone, abs=1e-6)


@given(st.lists(st.floats(-1, 1), max_size=300))
def test_the_weight_is_always_a_number(values):
    evidence = Evidence(0.05, lowest=-1)
    for value in values:
        evidence.add(value)
    assert np.isfinite(evidence.log_weight)
