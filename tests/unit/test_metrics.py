"""Metrics against values worked out by hand, scikit-learn, and what must hold for any sample."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from hindcast.model import calls, metrics

FATAL = np.array([1, 1, 1, 0, 0, 0, 0, 0])
PROBABILITY = np.array([0.9, 0.6, 0.2, 0.7, 0.4, 0.3, 0.2, 0.1])

few = settings(max_examples=40, deadline=None)
samples = st.lists(
    st.tuples(st.booleans(), st.integers(0, 20).map(lambda n: n / 20)), min_size=2, max_size=40
).map(lambda pairs: tuple(np.array(column, dtype=float) for column in zip(*pairs, strict=True)))


def test_confusion_by_hand():
    assert [float(n) for n in calls.confusion(FATAL, PROBABILITY)] == [2, 1, 1, 4]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accuracy", 6 / 8),
        ("precision", 2 / 3),
        ("recall", 2 / 3),
        ("f1", 2 / 3),
        ("f1_macro", (2 / 3 + 4 / 5) / 2),
        ("f1_weighted", 3 / 8 * 2 / 3 + 5 / 8 * 4 / 5),
        # pairs won: .9 beats 5, .6 beats 4, .2 beats 1 and ties 1
        ("roc_auc", (5 + 4 + 1.5) / 15),
        # precision at each fatal one: 1/1, 2/3, and 3/7 with the two at .2 together
        ("average_precision", (1 + 2 / 3 + 3 / 7) / 3),
        ("brier", (0.01 + 0.16 + 0.64 + 0.49 + 0.16 + 0.09 + 0.04 + 0.01) / 8),
        (
            "log_loss",
            -np.log([0.9, 0.6, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9]).mean(),
        ),
    ],
)
def test_values_worked_out_by_hand(name, value):
    assert metrics.all_of(FATAL, PROBABILITY)[name] == pytest.approx(value)


def test_a_probability_at_the_threshold_is_called_fatal():
    assert float(calls.confusion([1], [0.5]).tp) == 1


def test_calibration_error_by_hand():
    fatal = [0, 0, 0, 1, 1, 1, 1, 0]
    probability = [0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9]
    assert metrics.ece(fatal, probability) == pytest.approx(0.15)


@few
@given(bins=st.integers(1, 10), size=st.integers(1, 5))
def test_a_perfectly_calibrated_forecast_has_no_calibration_error(bins, size):
    levels = [step / bins for step in range(bins + 1)]
    probability = np.repeat(levels, bins * size)
    fatal = np.concatenate(
        [np.repeat([1, 0], [k * size, (bins - k) * size]) for k in range(bins + 1)]
    )
    assert metrics.ece(fatal, probability) == pytest.approx(0, abs=1e-12)


def test_equal_mass_bins_are_of_equal_mass():
    bins = metrics.equal_mass_bins(np.random.default_rng(1).permutation(3000) / 3000, 15)
    assert np.bincount(bins).tolist() == pytest.approx([200] * 15, abs=1)


@few
@given(samples)
def test_as_scikit_learn_has_it(sample):
    fatal, probability = sample
    assume(0 < fatal.sum() < len(fatal))
    found = metrics.all_of(fatal, probability)
    called = probability >= 0.5
    expected = {
        "roc_auc": sklearn_metrics.roc_auc_score(fatal, probability),
        "average_precision": sklearn_metrics.average_precision_score(fatal, probability),
        "brier": sklearn_metrics.brier_score_loss(fatal, probability),
        "f1": sklearn_metrics.f1_score(fatal, called, zero_division=0),
        "f1_weighted": sklearn_metrics.f1_score(fatal, called, average="weighted", zero_division=0),
        "accuracy": sklearn_metrics.accuracy_score(fatal, called),
    }
    assert {name: float(found[name]) for name in expected} == pytest.approx(expected)


@few
@given(samples)
def test_roc_auc_depends_on_the_order_alone(sample):
    fatal, probability = sample
    squeezed = probability**3 / 2
    assert metrics.roc_auc(fatal, probability) == pytest.approx(
        float(metrics.roc_auc(fatal, squeezed)), nan_ok=True
    )


@few
@given(samples)
def test_roc_auc_of_the_opposite_forecast_is_its_complement(sample):
    fatal, probability = sample
    assume(0 < fatal.sum() < len(fatal))
    both = metrics.roc_auc(fatal, probability) + metrics.roc_auc(fatal, 1 - probability)
    assert both == pytest.approx(1)


@few
@given(samples, st.data())
def test_a_weight_is_a_repetition(sample, data):
    fatal, probability = sample
    weights = np.array(
        data.draw(st.lists(st.integers(0, 3), min_size=len(fatal), max_size=len(fatal)))
    )
    assume(weights.sum())
    weighted = metrics.all_of(fatal, probability, np.vstack([weights, weights]))
    repeated = metrics.all_of(np.repeat(fatal, weights), np.repeat(probability, weights))
    for name in set(metrics.NAMES) - {"ece"}:  # whose bins are those of the sample
        assert weighted[name] == pytest.approx([float(repeated[name])] * 2, nan_ok=True)


def test_what_does_not_exist_is_nan_and_not_nought():
    nobody = metrics.all_of([0, 0], [0.1, 0.2])
    missing = {name for name, value in nobody.items() if np.isnan(value)}
    assert missing == {"precision", "recall", "f1", "f1_macro", "roc_auc", "average_precision"} | (
        {"f1_weighted"}
    )


def test_log_loss_of_a_certain_error_is_finite():
    assert 30 < metrics.log_loss([1], [0.0]) < 40


def test_the_best_threshold_is_a_probability_of_the_sample():
    threshold = metrics.best_f1_threshold(FATAL, PROBABILITY)
    scores = {p: float(calls.f1(calls.confusion(FATAL, PROBABILITY, None, p))) for p in PROBABILITY}
    assert scores[threshold] == max(scores.values())


def test_no_threshold_without_a_fatal_accident():
    with pytest.raises(ValueError, match="no fatal accident"):
        metrics.best_f1_threshold([0, 0], [0.1, 0.9])


@pytest.mark.parametrize(
    ("fatal", "probability", "message"),
    [
        ([1, 0], [0.5], "equally long"),
        ([], [], "at least one accident"),
        ([1, 0], [0.5, 1.5], "1 probabilities outside 0 to 1"),
        ([1, 0], [0.5, np.nan], "1 probabilities outside 0 to 1"),
    ],
)
def test_what_is_no_sample_is_refused(fatal, probability, message):
    with pytest.raises(ValueError, match=message):
        metrics.roc_auc(fatal, probability)
