"""The table on paper, its figures, the aims, and the notebook's parameters."""

import ast
import csv
import json

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import papermill
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast import params, paths
from hindcast.figures import levers as figures
from hindcast.model.levers import aims, judge, tables
from hindcast.model.levers.groups import LeverError

mpl.use("agg")


def row(lever: str, gain: float, half: float, horizon: str = "event", against="base") -> dict:
    """Return an invented row whose every metric gained ``gain``, give or take ``half``."""
    one = {"value": 0.8 + gain, "gain": gain, "ci": [gain - half, gain + half]}
    part = dict.fromkeys(judge.NAMES, one)
    said = judge.verdict(part, "roc_auc") if against else judge.REFERENCE
    return {
        "horizon": horizon, "lever": lever, "kind": "features", "what": "invented",
        "against": against, "verdict": said, "validation": part, "test": part,
    }  # fmt: skip


ROWS = [
    row("base", 0, 0, against=None),
    row("better", 0.02, 0.01),
    row("worse", -0.02, 0.01),
    row("unsure", 0.001, 0.01),
    row("better", 0.02, 0.01, horizon="scene"),
    {
        "horizon": "event", "lever": "broken", "kind": "challenger", "what": "invented",
        "against": "base", "verdict": judge.NOT_MEASURED, "reason": "no libgomp",
    },
]  # fmt: skip


@pytest.mark.parametrize(
    ("gain", "half", "metric", "said"),
    [
        (0.02, 0.01, "roc_auc", "helps"),
        (-0.02, 0.01, "roc_auc", "hurts"),
        (0.02, 0.01, "log_loss", "hurts"),
        (-0.02, 0.01, "brier", "helps"),
        (0.005, 0.01, "roc_auc", "within noise"),
        (0, 0, "roc_auc", "no change here"),
    ],
)
def test_the_verdict_is_the_intervals(gain, half, metric, said):
    assert judge.verdict(row("any", gain, half)["validation"], metric) == said


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.2, 0.8))
def test_what_one_gains_over_the_other_the_other_loses(seed, share):
    rng = np.random.default_rng(seed)
    fatal = {part: (rng.random(60) < share).astype(float) for part in ("validation", "test")}
    fatal = {part: np.r_[y, 0.0, 1.0] for part, y in fatal.items()}
    one, other = ({part: rng.random(62) for part in fatal} for _ in range(2))
    there = judge.judged(one, other, fatal, rounds=10, seed=1)["test"]["brier"]
    back = judge.judged(other, one, fatal, rounds=10, seed=1)["test"]["brier"]
    assert there["gain"] == pytest.approx(-back["gain"], abs=2e-6)
    assert there["ci"] == pytest.approx([-end for end in back["ci"][::-1]], abs=2e-6)


def test_the_verdict_is_validations_whatever_the_test_says():
    rng = np.random.default_rng(2)
    fatal = {part: (rng.random(400) < 0.3).astype(float) for part in ("validation", "test")}
    dull = {part: np.full(400, 0.3) for part in fatal}
    keen = {"validation": np.clip(0.2 + 0.6 * fatal["validation"], 0, 1), "test": rng.random(400)}
    parts = judge.judged(keen, dull, fatal, rounds=30, seed=1)
    assert judge.verdict(parts["validation"], "roc_auc") == "helps"
    assert parts["test"]["roc_auc"]["gain"] == pytest.approx(0, abs=0.1)
    assert parts["validation"]["f1"]["value"] == 1


def test_the_csv_has_one_row_a_lever_and_horizon_and_says_why_one_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    tables.write({"rows": ROWS, "aims": []})
    with (tmp_path / "reports" / "what_helped.csv").open() as text:
        read = list(csv.DictReader(text))
    assert [(one["horizon"], one["lever"]) for one in read] == [
        (one["horizon"], one["lever"]) for one in ROWS
    ]
    assert read[-1]["reason"] == "no libgomp"
    assert read[1]["test_roc_auc_gain_lo"] == "0.01"
    written = json.loads((tmp_path / "data" / "processed" / "metrics" / "levers.json").read_text())
    assert written["rows"] == ROWS


def test_gains_are_told_with_sign_and_interval_by_horizon():
    told = tables.gains(ROWS, "roc_auc", "validation")
    assert told.filter(lever="worse")["event"].to_list() == ["-.020 [-.030, -.010]"]
    assert told.filter(lever="broken")["event"].to_list() == [None]
    assert told.columns == ["lever", "against", "event", "scene"]


def test_values_are_those_of_the_part():
    told = tables.values(ROWS, "brier", "test")
    assert told.filter(lever="better").select("event", "scene").row(0) == (
        pytest.approx((0.82, 0.82))
    )
    assert told.filter(lever="base").row(0) == ("base", 0.8, None)


def test_verdicts_stand_by_horizon():
    told = tables.verdicts(ROWS)
    assert told.filter(lever="better").select("event", "scene").row(0) == ("helps", "helps")
    assert told.filter(lever="worse")["scene"].to_list() == [None]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Make an invented inventory the run's own; close every figure afterwards."""
    inventory = {
        "kind": "eadms_csv", "releases": [{"release": "invented"}], "events": 9,
        "first": "2001-01-01", "last": "2003-12-31", "simulated": False, "fingerprint": "f",
    }  # fmt: skip
    path = tmp_path / "data" / "interim" / "inventory.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(inventory))
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    yield
    plt.close("all")


@pytest.mark.usefixtures("project")
def test_the_figure_has_a_panel_a_horizon_and_a_name_a_lever():
    ax = figures.what_helped(tables.long(ROWS), "roc_auc")
    figure = ax.get_figure()
    assert [one.get_title(loc="left") for one in figure.axes] == ["event", "scene"]
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names == ["better vs base", "worse vs base", "unsure vs base"]
    assert "invented" in figure.texts[0].get_text()


@pytest.mark.usefixtures("project")
def test_the_colour_is_the_verdicts():
    ax = figures.what_helped(tables.long(ROWS).filter(lever="worse"), "roc_auc")
    (dot,) = [
        line for line in ax.lines if list(line.get_xdata()) == [-0.02] and line.get_alpha() is None
    ]
    assert dot.get_color() == figures.VERDICTS[judge.HURTS][0]


AIMS = pl.DataFrame(
    [
        ("event", "roc_auc", 0.5, "at least"),
        ("event", "accuracy", 0.999, "at least"),
        ("event", "ece", 0.5, "at most"),
        ("event", "brier_skill", 0.3, "at least"),
    ],
    schema=["horizon", "metric", "aim", "sense"],
    orient="row",
)


@pytest.fixture(scope="module")
def forecasts() -> pl.DataFrame:
    rng = np.random.default_rng(5)
    fatal = rng.random(600) < 0.2
    keys = {
        "ev_id": [f"invented-{n}" for n in range(600)],
        "part": ["validation"] * 300 + ["test"] * 300,
        "is_fatal": fatal,
        "horizon": "event",
    }
    keen = np.clip(0.15 + 0.5 * fatal + rng.normal(0, 0.15, 600), 0.01, 0.99)
    models = {"xgboost": keen, "majority": np.full(600, 0.2)}
    return pl.concat(
        pl.DataFrame(keys | {"model": name, "probability": said}) for name, said in models.items()
    )


def test_an_aim_is_reached_or_missed_in_its_own_sense(forecasts):
    told = {row["metric"]: row for row in aims.compare(AIMS, forecasts, rounds=50, seed=1)}
    assert told["roc_auc"]["verdict"] == "reached"
    assert told["ece"]["verdict"] == "reached"
    assert told["ece"]["gap"] == pytest.approx(0.5 - told["ece"]["reached"])
    assert told["accuracy"]["verdict"] == "missed"
    assert told["accuracy"]["gap"] < 0


def test_the_brier_skill_is_over_the_base_rate(forecasts):
    told = aims.summary(forecasts, rounds=20, seed=1)
    test = forecasts.filter(part="test", model="xgboost")
    p, y = test["probability"].to_numpy(), test["is_fatal"].to_numpy()
    by_hand = 1 - np.mean((p - y) ** 2) / np.mean((0.2 - y) ** 2)
    assert told["brier_skill"] == pytest.approx(by_hand, abs=1e-6)


def test_a_horizon_without_forecasts_is_named(forecasts):
    with pytest.raises(LeverError, match="no validation forecasts of xgboost: found no model"):
        aims.compare(AIMS.with_columns(horizon=pl.lit("scene")), forecasts, rounds=5, seed=1)


@pytest.mark.usefixtures("project")
def test_the_gap_is_drawn_beyond_the_aim_to_the_right(forecasts):
    told = tables.aimed(aims.compare(AIMS, forecasts, rounds=50, seed=1), ROWS)
    assert told.filter(metric="roc_auc")["base"].to_list() == [0.8]
    assert told.filter(metric="brier_skill")["base"].to_list() == [None]
    ax = figures.how_far(told)
    at = {
        line.get_xdata()[0]
        for line in ax.lines
        if line.get_marker() == "o" and len(line.get_xdata())
    }
    assert at == set(told["gap"])


@pytest.mark.usefixtures("project")
def test_the_search_is_drawn_year_by_year():
    gain = {"by_fold": [0.001, 0.003], "mean": 0.002, "sd": 0.001}
    folds = [{"until": "2010-12-31"}, {"until": "2011-12-31"}]
    told = {
        "event": {
            "kept": "found",
            "gain": {"log_loss": gain, "roc_auc": gain, "folds": folds},
            "provenance": {"trials": 3},
        }
    }
    years = tables.by_year(told)
    assert years.filter(metric="roc_auc")["gain"].to_list() == [0.001, 0.003]
    assert tables.searched(told)["roc_auc_mean"].to_list() == [0.002]
    figures.searched(years)


def test_every_aim_is_of_a_horizon_and_a_metric_that_is_measured(forecasts):
    measured = aims.summary(forecasts, rounds=5, seed=1)
    read = aims.read()
    assert set(read["metric"]) <= set(measured)
    assert set(read["horizon"]) == {"dispatch", "event", "scene", "investigation"}
    assert set(read["sense"]) == {"at least", "at most"}


def test_the_notebook_shows_the_values_of_params_yaml():
    declared = papermill.inspect_notebook(str(paths.root() / "notebooks" / "10_levers.ipynb"))
    shown = {name: ast.literal_eval(entry["default"]) for name, entry in declared.items()}
    assert shown == params.section("levers")
