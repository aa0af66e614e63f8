"""Thresholds: chosen by hand-checkable rules, judged by counts; and what chance does to the ECE."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.model import calls, chance, metrics, thresholds

few = settings(max_examples=60, deadline=None)
samples = st.lists(
    st.tuples(st.booleans(), st.integers(1, 19).map(lambda n: n / 20)), min_size=2, max_size=40
).filter(lambda pairs: any(fatal for fatal, _ in pairs))


def columns(pairs) -> tuple[np.ndarray, np.ndarray]:
    fatal, probability = zip(*pairs, strict=True)
    return np.array(fatal, dtype=float), np.array(probability)


@few
@given(samples, st.sampled_from([0.5, 1.0, 5.0, 20.0]))
def test_no_other_threshold_does_better_on_the_events_it_was_chosen_on(pairs, miss_cost):
    fatal, probability = columns(pairs)
    chosen = thresholds.choose(fatal, probability, miss_cost)
    others = [calls.confusion(fatal, probability, threshold=t) for t in [*set(probability), 1.0]]
    own = {name: calls.confusion(fatal, probability, threshold=t) for name, t in chosen.items()}
    assert calls.f1(own["f1"]) >= max(calls.f1(c) for c in others) - 1e-12
    assert calls.accuracy(own["accuracy"]) >= max(calls.accuracy(c) for c in others) - 1e-12
    cost = [float(thresholds.burden(c, miss_cost)["cost_per_100"]) for c in others]
    assert thresholds.burden(own["cost"], miss_cost)["cost_per_100"] <= min(cost) + 1e-9
    assert calls.recall(own["recall_90"]) >= thresholds.LEAST_RECALL
    higher = [c for c, t in zip(others, [*set(probability), 1.0], strict=True)
              if t > chosen["recall_90"]]  # fmt: skip
    assert all(calls.recall(c) < thresholds.LEAST_RECALL for c in higher)


@few
@given(samples)
def test_the_dearer_a_miss_the_lower_the_threshold(pairs):
    fatal, probability = columns(pairs)
    found = [thresholds.choose(fatal, probability, cost)["cost"] for cost in (0.2, 1.0, 5.0, 25.0)]
    assert found == sorted(found, reverse=True)


def test_best_f1_is_the_one_of_the_metrics():
    draw = np.random.default_rng(4)
    probability = draw.random(300)
    fatal = draw.random(300) < probability
    assert thresholds.choose(fatal, probability)["f1"] == metrics.best_f1_threshold(
        fatal, probability
    )


def test_a_cheap_miss_calls_nothing_fatal():
    assert thresholds.choose([0, 1, 0], [0.9, 0.5, 0.1], miss_cost=0.5)["cost"] == 1.0


def test_without_a_death_there_is_nothing_to_choose():
    with pytest.raises(ValueError, match="no fatal accident"):
        thresholds.choose([0, 0], [0.1, 0.2])


def test_calls_are_judged_with_intervals_and_beside_one_half():
    draw = np.random.default_rng(9)
    probability = draw.random(400)
    fatal = (draw.random(400) < probability).astype(float)
    judged = thresholds.judge(fatal, probability, {"cost": 0.2}, miss_cost=5.0, rounds=60, seed=1)
    assert list(judged) == ["half", "cost"]
    cost = judged["cost"]
    called = probability >= 0.2
    assert cost["alarms_per_100"] == pytest.approx(100 * called.mean(), abs=1e-6)
    missed = 100 * (fatal * ~called).mean()
    assert cost["missed_per_100"] == pytest.approx(missed, abs=1e-6)
    assert cost["cost_per_100"] == pytest.approx(
        5 * missed + 100 * ((1 - fatal) * called).mean(), abs=1e-5
    )
    assert cost["recall_ci"][0] <= cost["recall"] <= cost["recall_ci"][1]
    assert judged["half"]["f1_weighted"] == pytest.approx(
        float(metrics.all_of(fatal, probability)["f1_weighted"]), abs=1e-6
    )
    json.dumps(judged, allow_nan=False)


def test_chance_alone_gives_a_calibration_error():
    probability = np.full(3000, 0.2)
    found = chance.ece_by_chance(probability, rounds=2000, seed=3)
    # one bin: the mean absolute deviation of a binomial share, sqrt(2/pi) standard deviations
    expected = np.sqrt(2 / np.pi) * np.sqrt(0.2 * 0.8 / 3000)
    assert found.shape == (2000,)
    assert found.mean() == pytest.approx(expected, rel=0.05)


def test_a_forecast_that_is_off_is_told_from_bad_luck():
    draw = np.random.default_rng(5)
    probability = draw.uniform(0.02, 0.6, 3000)
    fatal = draw.random(3000) < probability
    honest = chance.ece_expected_by_chance(fatal, probability, rounds=400, seed=1)
    off = chance.ece_expected_by_chance(fatal, probability * 0.7, rounds=400, seed=1)
    assert honest["ece_chance_share"] > 0.02
    assert off["ece_chance_share"] == 0
    low, high = honest["ece_expected_by_chance_ci"]
    assert low < honest["ece_expected_by_chance"] < high


def test_a_sharper_forecast_leaves_less_to_chance():
    means = [
        chance.ece_by_chance(np.tile([low, 1 - low], 1000), rounds=300, seed=2).mean()
        for low in (0.4, 0.1, 0.01)
    ]
    assert means == sorted(means, reverse=True)
