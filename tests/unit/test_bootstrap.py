"""The bootstrap by event: what it gives, that it repeats, and what it says when it cannot."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.model import bootstrap, metrics


def calibrated(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    probability = generator.beta(0.6, 2.0, n)
    return (generator.random(n) < probability).astype(float), probability


def summary_of(fatal, probability, *, rounds=200, seed=1):
    judge = partial(metrics.all_of, fatal, probability)
    return bootstrap.summary(judge, len(fatal), rounds=rounds, seed=seed)


def test_every_metric_has_an_interval_around_it():
    found = summary_of(*calibrated(600, seed=3))
    for name in metrics.NAMES:
        lo, hi = found[f"{name}_ci"]
        assert lo <= found[name] <= hi
    assert "undefined" not in found


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_the_calibration_error_lies_in_its_interval(seed):
    found = summary_of(*calibrated(150, seed), rounds=60)
    lo, hi = found["ece_ci"]
    assert 0 <= lo <= found["ece"] <= hi


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    truth = 0.3
    held = 0
    for seed in range(100):
        fatal = (np.random.default_rng(seed).random(300) < truth).astype(float)
        found = bootstrap.summary(
            lambda w, fatal=fatal: {"brier": w @ fatal / w.sum(axis=-1)}, 300, rounds=200, seed=seed
        )
        held += found["brier_ci"][0] <= truth <= found["brier_ci"][1]
    assert 88 <= held <= 99


def test_the_same_seed_gives_the_same_interval_and_another_another():
    sample = calibrated(200, seed=5)
    assert summary_of(*sample) == summary_of(*sample)
    assert summary_of(*sample, seed=2)["roc_auc_ci"] != summary_of(*sample)["roc_auc_ci"]


def test_each_round_draws_as_many_events_as_there_are(monkeypatch):
    monkeypatch.setattr(bootstrap, "CELLS_AT_ONCE", 20)
    blocks = list(bootstrap.draws(7, 9, seed=1))
    assert [len(block) for block in blocks] == [2, 2, 2, 2, 1]
    assert (np.concatenate(blocks).sum(axis=1) == 7).all()


def test_rounds_agree_with_metrics_on_the_drawn_rows():
    fatal, probability = calibrated(50, seed=2)
    values = bootstrap.replicates(partial(metrics.all_of, fatal, probability), 50, rounds=3, seed=4)
    for place, drawn in enumerate(next(bootstrap.draws(50, 3, seed=4)).astype(int)):
        again = metrics.roc_auc(np.repeat(fatal, drawn), np.repeat(probability, drawn))
        assert values["roc_auc"][place] == pytest.approx(float(again))


def test_one_class_gives_null_with_the_reason():
    found = summary_of(np.zeros(30), np.linspace(0.1, 0.9, 30))
    assert found["roc_auc"] is None
    assert found["roc_auc_ci"] is None
    assert found["undefined"]["roc_auc"] == "all accidents have the same outcome"
    assert found["undefined"]["recall"] == "no accident is fatal"
    assert found["brier"] is not None


def test_a_forecaster_who_calls_nothing_fatal_has_no_precision():
    found = summary_of(np.r_[np.ones(10), np.zeros(40)], np.full(50, 0.2))
    assert (found["precision"], found["recall"], found["f1"]) == (None, 0.0, 0.0)
    assert found["undefined"] == {"precision": "no accident is called fatal"}
    assert found["roc_auc"] == 0.5


def test_every_reason_is_told_when_nothing_can_be_said():
    nobody = summary_of(np.zeros(5), np.zeros(5))
    undefined = {name for name in metrics.NAMES if nobody[name] is None}
    assert set(nobody["undefined"]) == undefined


def test_an_interval_from_too_few_rounds_is_none():
    values = np.r_[np.full(80, 0.5), np.full(20, np.nan)]
    assert bootstrap.interval("roc_auc", 0.5, values) is None
