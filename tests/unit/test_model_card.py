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
    assert len(titles) == 6


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
