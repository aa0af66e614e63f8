"""A model's card says what metrics.json and the manifest say, and what the number is not."""

import pytest

from hindcast.model import card
from hindcast.model import metrics as metric_names


def figures(value: float) -> dict:
    out: dict = {}
    for name in metric_names.NAMES:
        out[name] = value
        out[f"{name}_ci"] = [value - 0.011, value + 0.012]
    return out


@pytest.fixture
def metrics() -> dict:
    kind = {"by": "far_part", "group": "137", "n": 123, "n_fatal": 20, "fatal_share": 0.163}
    event = figures(0.654) | {
        "n_features": 77,
        "n_train": 4321,
        "n_validation": 765,
        "n_test": 987,
        "n_test_fatal": 154,
        "majority_accuracy": 0.844,
        "best_threshold": 0.37,
        "f1_best_threshold": 0.701,
        "f1_best_threshold_ci": [0.65, 0.75],
        "baselines": {"majority": figures(0.5) | {"precision": None, "precision_ci": None}},
        "missing_only": figures(0.555),
        "masked": figures(0.611),
        "by_year": [],
        "by_group": [
            kind | {"mean_probability": 0.171, "roc_auc": 0.601, "roc_auc_ci": [0.5, 0.7]},
            {"by": "far_part", "group": "all others", "n": 3, "n_fatal": 0, "undefined": {}},
        ],
    }
    source = {"releases": ["invented"], "first": "2001-01-01", "last": "2009-12-31"}
    days = {"train_until": "2006-12-31", "validation_until": "2007-12-31"}
    return {
        "source": source | {"simulated": False},
        "population": {"steps": [["events", 9000], ["accidents", 6500]]},
        "split": days | {"test_until": "2009-12-31", "mature_until": "2009-08-01"},
        "fatal": {"event": event},
    }


MANIFEST = {
    "horizon": "event",
    "estimand": "P(fatal | an accident happened): invented words.",
    "fingerprint": "abcdef0123456789",
}


def test_it_tells_the_figures_of_the_metrics(metrics):
    text = card.card(metrics, MANIFEST)
    for told in ("0.654 (0.643 to 0.666)", "0.701 (0.650 to 0.750)", "0.844", "4,321", "987", "77"):
        assert told in text
    assert "| accidents | 6,500 |" in text


def test_it_says_what_is_forecast_and_what_it_is_not_for(metrics):
    text = card.card(metrics, MANIFEST)
    assert MANIFEST["estimand"] in text
    assert "risk of having an accident" in text
    assert all(line in text for line in card.MISUSE)
    titles = [line for line in text.splitlines() if line.startswith("## ")]
    assert len(titles) == 8


def test_every_horizon_says_what_is_known(metrics):
    for horizon, knows in card.KNOWS.items():
        metrics["fatal"][horizon] = metrics["fatal"]["event"]
        assert knows in card.card(metrics, MANIFEST | {"horizon": horizon})


def test_missingness_is_among_the_limits(metrics):
    limits = card.card(metrics, MANIFEST).partition("limits?")[2]
    assert "0.555" in limits
    assert "0.611" in limits


def test_kinds_without_figures_are_left_out(metrics):
    text = card.card(metrics, MANIFEST)
    assert "| far part: 137 | 123 | 0.601 (0.500 to 0.700) | 0.163 | 0.171 |" in text
    assert "all others" not in text


def test_a_figure_that_does_not_exist_is_called_undefined(metrics):
    metrics["fatal"]["event"]["precision"] = None
    metrics["fatal"]["event"]["precision_ci"] = None
    assert "| precision of fatal, at .5 | undefined |" in card.card(metrics, MANIFEST)


def test_simulated_records_are_called_so(metrics):
    metrics["source"]["simulated"] = True
    assert "SIMULATED records, 2001-01-01" in card.card(metrics, MANIFEST)
    assert "NTSB, invented" not in card.card(metrics, MANIFEST)


def test_an_unknown_horizon_is_an_error(metrics):
    with pytest.raises(KeyError, match="scene"):
        card.card(metrics, MANIFEST | {"horizon": "scene"})


def test_a_calibration_error_stands_beside_that_of_chance(metrics):
    event = metrics["fatal"]["event"]
    event |= {"ece_expected_by_chance": 0.0123, "ece_expected_by_chance_ci": [0.0071, 0.0191]}
    event |= {"ece_chance_share": 0.37}
    text = card.card(metrics, MANIFEST).partition("probability right?")[2]
    for told in ("is 0.654", "show 0.012", "between 0.007 and 0.019", "in 37% it"):
        assert told in text


def test_the_method_of_calibration_is_told_with_its_reason(metrics):
    one = {"ece": 0.0111, "log_loss": 0.2, "brier": 0.1, "ece_expected_by_chance": 0.0123}
    event = metrics["fatal"]["event"]
    event |= {"ece_expected_by_chance": 0.012, "ece_expected_by_chance_ci": [0.007, 0.019]}
    event |= {"ece_chance_share": 0.37}
    event["calibration"] = {
        "method": "venn_abers",
        "chosen": {"rule": "an invented rule", "best": "beta"},
        "by_method": [{"method": "venn_abers"} | one],
    }
    text = card.card(metrics, MANIFEST)
    assert "In use: **venn-abers**" in text
    assert "chosen on validation: an invented rule (best there: beta)" in text
    assert "| venn-abers | 0.011 | 0.012 | 0.200 | 0.100 |" in text


def test_each_threshold_is_told_with_what_it_asks(metrics):
    at = dict.fromkeys(("recall", "precision", "accuracy", "f1", "f1_weighted"), 0.5)
    at |= {"threshold": 0.2047, "alarms_per_100": 31.25, "alarms_per_100_ci": [30.0, 32.5]}
    at |= {"missed_per_100": 1.75, "cost_per_100": 22.0}
    metrics["fatal"]["event"] |= {"miss_cost": 7.0, "thresholds": {"cost": at}}
    text = card.card(metrics, MANIFEST)
    assert "a missed death as 7 false alarms" in text
    assert "| least cost | 0.205 | 0.500 |" in text
    assert "| 31.2 (30.0 to 32.5) | 1.8 | 22.0 |" in text


def test_kinds_whose_level_is_off_are_named(metrics):
    kind = {"horizon": "event", "by": "purpose_group", "n": 210, "n_fatal": 40}
    kind |= {"is_too_small": False, "recall": 0.4, "recall_lo": 0.3, "recall_hi": 0.5}
    off = kind | {"group": "aerial", "ratio": 1.4, "ratio_lo": 1.1, "ratio_hi": 1.8}
    fine = kind | {"group": "ferry", "ratio": 1.0, "ratio_lo": 0.8, "ratio_hi": 1.2}
    small = off | {"group": "tiny", "is_too_small": True}
    elsewhere = off | {"group": "elsewhere", "horizon": "scene"}
    metrics["evidence"] = {"fairness": [off, fine, small, elsewhere]}
    text = card.card(metrics, MANIFEST)
    assert "Of 2 kinds with enough accidents, in 1 the" in text
    assert "| purpose group: aerial | 210 | 40 | 1.400 (1.100 to 1.800) |" in text
    assert "tiny" not in text
    assert "elsewhere" not in text
