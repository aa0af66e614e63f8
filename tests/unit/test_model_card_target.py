"""The card of a further target says what its metrics and manifest say."""

import json

import pytest

from hindcast.model import card, card_target, cards

MANIFEST = {
    "target": "severity",
    "horizon": "scene",
    "estimand": "P(class | an accident happened): invented words.",
    "outputs": ["none", "minor_or_so"],
    "fingerprint": "abcdef0123456789",
    "n_features": 99,
    "rows": {"train": 4321, "validation": 765, "test": 987},
    "until": {"train": "2006-12-31", "validation": "2007-12-31", "test": "2009-12-31"},
}


@pytest.fixture
def metrics() -> dict:
    one = {"f1": 0.61, "f1_ci": [0.55, 0.66]}
    severity = {
        "n_test": 1987,
        "n_by_class": {"none": 600, "minor_or_so": 387},
        "kappa_quadratic": 0.712,
        "kappa_quadratic_ci": [0.68, 0.74],
        "f1_macro": 0.5,
        "by_class": {"minor_or_so": {"n": 1387} | one},
        "confusion": {"rows": "happened", "counts": [[1, 2], [3, 4]]},
        "beside": {"logistic": {"f1": 0.41}, "majority": {"kappa_quadratic": 0.0, "f1": None}},
    }
    sets = {"promised": 0.9, "coverage": 0.913, "coverage_ci": [0.9, 0.92], "n_test": 987}
    sets |= {"mean_size": 1.531, "mean_size_ci": [1.5, 1.6], "single": 0.55}
    source = {"releases": ["invented"], "first": "2001-01-01", "last": "2009-12-31"}
    return {
        "source": source | {"simulated": False},
        "severity": {"scene": severity},
        "conformal": {"scene": sets},
    }


def test_it_tells_figures_counts_and_tables(metrics):
    text = card_target.card(metrics, MANIFEST)
    assert "| kappa quadratic | 0.712 (0.680 to 0.740) |" in text
    assert "| test accidents | 1,987 |" in text
    assert "| minor or so | 1,387 | 0.610 (0.550 to 0.660) |" in text
    assert "| logistic | 0.410 |" in text
    assert "4,321 to 2006-12-31" in text
    assert "Answers: none, minor or so." in text
    assert card.KNOWS["scene"] in text
    assert "confusion" not in text


def test_sets_are_told_of_severity_alone(metrics):
    text = card_target.card(metrics, MANIFEST)
    assert "in 90% of accidents hold it in 0.913 (0.900 to 0.920) of 987" in text
    metrics["damage"] = {"scene": metrics["severity"]["scene"]}
    damage = card_target.card(metrics, MANIFEST | {"target": "damage"})
    assert "Sets of answers" not in damage


def test_every_target_has_limits_and_every_card_its_misuse(metrics):
    for target, limits in card_target.LIMITS.items():
        metrics[target] = {"scene": metrics["severity"]["scene"]}
        text = card_target.card(metrics, MANIFEST | {"target": target})
        assert all(line in text for line in (*limits, *card.MISUSE))


def test_simulated_records_are_called_so(metrics):
    metrics["source"]["simulated"] = True
    text = card_target.card(metrics, MANIFEST)
    assert "SIMULATED records" in text
    assert "NTSB, invented" not in text


def test_a_horizon_without_figures_is_an_error(metrics):
    with pytest.raises(KeyError, match="event"):
        card_target.card(metrics, MANIFEST | {"horizon": "event"})


def test_every_page_finds_its_card(metrics, tmp_path, monkeypatch):
    monkeypatch.setattr(card, "card", lambda _, manifest: f"card of {manifest['horizon']}")
    known = [*(("fatal", h) for h in cards.HORIZONS), ("severity", "scene"), ("damage", "event")]
    for target, horizon in known:
        path = tmp_path / target / horizon / "manifest.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(MANIFEST | {"target": target, "horizon": horizon}))
    found = cards.pieces(tmp_path, metrics)
    assert found["card_dispatch"] == "card of dispatch"
    assert "kappa" in found["card_severity_scene"]
    assert found["card_damage_event"] == found["card_causes_scene"] == cards.NOT_TRAINED
    n_cards = 4 + sum(map(len, cards.FURTHER.values()))
    assert len(found) == n_cards + 1
    rows = found["cards"].splitlines()[2:]
    assert len(rows) == n_cards
    assert "not trained on these records" in found["cards"]


def test_there_is_a_page_for_every_card(request):
    pages = request.config.rootpath / "reports" / "cards"
    for target, horizons in cards.FURTHER.items():
        for horizon in horizons:
            text = (pages / f"{target}_{horizon}.qmd").read_text()
            assert f"generated/_card_{target}_{horizon}.md" in text
