"""The headline table says what metrics.json says."""

import pytest

from hindcast import ladder

FIGURES = {
    "roc_auc": 0.9242, "roc_auc_ci": [0.911, 0.9361], "average_precision": 0.785, "accuracy": 0.9,
    "f1": 0.68, "brier": 0.074, "ece": 0.02, "n_features": 90, "n_test": 3012,
    "majority_accuracy": 0.824,
}  # fmt: skip
SOURCE = {"simulated": False, "releases": ["avall"], "first": "2008-01-01", "last": "2021-12-31"}


@pytest.fixture
def metrics() -> dict:
    return {"source": dict(SOURCE), "fatal": {h: dict(FIGURES) for h in ladder.HORIZONS}}


def test_the_table_has_a_row_a_horizon_with_intervals(metrics):
    lines = ladder.markdown(metrics).splitlines()
    assert len(lines) == 2 + len(ladder.HORIZONS)
    assert "| event |" in lines[3]
    assert "0.924 (0.911 to 0.936)" in lines[3]


def test_the_screen_gets_the_same_numbers_with_one_interval(metrics):
    first = ladder.short(metrics)[0]
    assert first["ROC AUC"] == "0.924 (0.911 to 0.936)"
    assert first["AP"] == "0.785"
    assert "known" not in first


def test_the_records_the_majority_and_the_estimand_are_named(metrics):
    text = ladder.tested_on(metrics)
    for part in ("NTSB avall, 2008-2021", "3,012", "82.4%", "P(fatal | an accident happened)"):
        assert part in text


def test_simulated_records_are_called_so(metrics):
    metrics["source"]["simulated"] = True
    assert "SIMULATED" in ladder.tested_on(metrics)


def test_without_a_run_the_error_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="make run"):
        ladder.read(tmp_path / "metrics.json")
