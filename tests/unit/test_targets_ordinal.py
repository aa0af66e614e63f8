"""Metrics of ordered classes, against scikit-learn and by hand; weights are as good as repeats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn

from hindcast.model import bootstrap
from hindcast.model.targets import intervals, ordinal


@pytest.fixture
def sample() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(5)
    outcome = generator.integers(4, size=120)
    probability = generator.dirichlet(np.ones(4), size=120) + np.eye(4)[outcome] * 0.3
    return outcome, probability / probability.sum(axis=1, keepdims=True)


def test_calls_are_judged_as_scikit_learn_does(sample):
    outcome, probability = sample
    called = probability.argmax(axis=1)
    found = ordinal.overall(np.ones(120), outcome, probability)
    assert found["accuracy"] == pytest.approx(sklearn.accuracy_score(outcome, called))
    for average in ("macro", "weighted"):
        expected = sklearn.f1_score(outcome, called, average=average)
        assert found[f"f1_{average}"] == pytest.approx(expected)
    expected = sklearn.cohen_kappa_score(outcome, called, weights="quadratic")
    assert found["quadratic_kappa"] == pytest.approx(expected)
    assert found["log_loss"] == pytest.approx(sklearn.log_loss(outcome, probability))


def test_drawing_an_accident_twice_is_weighting_it_with_two(sample):
    outcome, probability = sample
    times = np.random.default_rng(1).integers(3, size=120)
    weighted = ordinal.overall(np.stack([times, np.ones(120)]).astype(float), outcome, probability)
    twice = ordinal.overall(
        np.ones(times.sum()), np.repeat(outcome, times), np.repeat(probability, times, axis=0)
    )
    for name, value in twice.items():
        assert weighted[name][0] == pytest.approx(float(value)), name


def test_the_ranked_probability_score_knows_the_order():
    near, far = np.array([[0, 0, 1.0, 0]]), np.array([[1.0, 0, 0, 0]])
    fatal = np.array([3])
    assert ordinal.rps(fatal, near)[0] == pytest.approx(1 / 3)
    assert ordinal.rps(fatal, far)[0] == pytest.approx(1)


@given(st.floats(0, 1), st.integers(0, 1))
def test_of_two_classes_it_is_the_brier_score(share, outcome):
    found = ordinal.rps(np.array([outcome]), np.array([[1 - share, share]]))
    assert found[0] == pytest.approx((share - outcome) ** 2)


def test_micro_and_macro_average_precision(sample):
    generator = np.random.default_rng(2)
    happened = (generator.random((80, 3)) < [0.5, 0.2, 0.1]).astype(float)
    probability = np.clip(happened * 0.3 + generator.random((80, 3)) * 0.7, 0, 1)
    found = ordinal.several(np.ones(80), happened, probability)
    for average in ("micro", "macro"):
        expected = sklearn.average_precision_score(happened, probability, average=average)
        assert found[f"{average}_average_precision"] == pytest.approx(expected)


def test_an_answer_that_never_happened_is_left_out_of_the_mean():
    happened = np.array([[1, 0], [0, 0]])
    found = ordinal.several(np.ones(2), happened, np.array([[0.9, 0.2], [0.1, 0.3]]))
    assert found["macro_average_precision"] == 1


def test_intervals_hold_the_value_and_say_what_does_not_exist(sample):
    outcome, probability = sample

    def judge(weights):
        return ordinal.overall(weights, outcome, probability) | {
            "nothing": np.full(weights.shape[:-1], np.nan)
        }

    found = intervals.summary(judge, 120, rounds=50, seed=1)
    lo, hi = found["rps_ci"]
    assert lo < found["rps"] < hi
    assert found["nothing"] is None
    assert found["nothing_ci"] is None
    assert set(found["undefined"]) == {"nothing"}
    again = intervals.summary(judge, 120, rounds=50, seed=1)
    assert found == again
    assert bootstrap.LEVEL == 0.95
