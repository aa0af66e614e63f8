"""Figures of evaluation and explanation: what they show, whose data they name, and SIMULATED."""

import json
from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import polars as pl
import pytest

from hindcast.figures import evaluate as figures
from hindcast.figures import explain as explain_figures
from hindcast.model import cases, curves
from hindcast.model.explain import Explained

mpl.use("agg")

INVENTORY = {
    "kind": "eadms_csv",
    "releases": [{"release": "invented"}],
    "events": 9,
    "first": "2001-01-01",
    "last": "2003-12-31",
    "simulated": False,
    "fingerprint": "f",
}
LINE = "Source: NTSB eADMS invented, 2001-2003"


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """Make the invented inventory the run's own; close every figure afterwards."""
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    path = tmp_path / "data" / "interim" / "inventory.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(INVENTORY))
    yield path
    plt.close("all")


def signatures(ax) -> list[str]:
    return [text.get_text() for text in ax.get_figure().texts]


@pytest.fixture
def predictions() -> pl.DataFrame:
    generator = np.random.default_rng(2)
    fatal = generator.random(80) < 0.3
    return pl.DataFrame(
        {
            "ev_id": [f"invented-{row:03d}" for row in range(80)],
            "part": "test",
            "is_fatal": fatal,
            "horizon": "event",
            "model": "xgboost",
            "probability": np.clip(generator.normal(0.3 + 0.4 * fatal, 0.2), 0, 1),
        }
    )


@pytest.fixture
def long() -> pl.DataFrame:
    models = {"xgboost": 0.9, "majority": 0.5, "random_split": 0.93, "masked": 0.85}
    return pl.DataFrame(
        [
            {
                "horizon": h,
                "model": m,
                "metric": "roc_auc",
                "value": v,
                "lo": v - 0.1,
                "hi": v + 0.05,
            }
            for h in ("dispatch", "event")
            for m, v in models.items()
        ]
    )


@pytest.fixture
def kinds() -> pl.DataFrame:
    row = {"by": "far_part", "group": "91", "n": 1234, "n_fatal": 200}
    for name, value in (("fatal_share", 0.2), ("mean_probability", 0.25), ("roc_auc", 0.9)):
        row |= {name: value, f"{name}_lo": value - 0.02, f"{name}_hi": value + 0.02}
    rare = dict.fromkeys(row) | {"by": "far_part", "group": "129", "n": 2, "n_fatal": 0}
    return pl.DataFrame([row, rare], infer_schema_length=None)


@pytest.fixture
def explained() -> Explained:
    generator = np.random.default_rng(5)
    schema = [
        {
            "name": "phase",
            "kind": "category",
            "group": "sequence",
            "unit": "-",
            "levels": ["a", "b", "(rare)"],
        },
        {"name": "visibility_sm", "kind": "number", "group": "weather", "unit": "sm"},
        {
            "name": "state",
            "kind": "category",
            "group": "place",
            "unit": "-",
            "levels": ["TX", "AK", "(rare)"],
        },
    ]
    features = pl.DataFrame(
        {
            "phase": ["a", "b", None] * 10,
            "visibility_sm": [1.0, 10.0, None] * 10,
            "state": ["TX", "AK", "TX"] * 10,
        }
    )
    keys = pl.DataFrame(
        {
            "ev_id": [f"invented-{row}" for row in range(30)],
            "is_fatal": [True, False, False] * 10,
            "probability": generator.random(30),
        }
    )
    values = generator.normal(size=(30, 3))
    return Explained(keys, features, values, -1.0, values.sum(axis=1) - 1, schema)


def test_the_ladder_draws_each_model_there_is_at_each_horizon(long):
    ax = figures.ladder(long)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "XGBoost",
        "majority class",
    ]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["dispatch", "event"]
    assert ax.get_ylabel() == "ROC AUC (0.5 = chance)"
    assert signatures(ax) == [LINE]


@pytest.mark.parametrize(
    ("draw", "beside"),
    [(figures.random_split, "random split"), (figures.missingness, "missingness masked")],
)
def test_what_stands_beside_the_model_is_named(long, draw, beside):
    ax = draw(long)
    assert beside in [text.get_text() for text in ax.get_legend().get_texts()]
    assert signatures(ax) == [LINE]


def test_curves_go_from_corner_to_corner(predictions):
    ax = figures.roc(curves.roc(predictions))
    line = ax.get_lines()[1]
    assert (line.get_xdata()[0], line.get_ydata()[-1]) == (0, 1)
    assert signatures(ax) == [LINE]
    other = figures.precision_recall(curves.precision_recall(predictions), 0.3)
    assert other.get_xlabel().startswith("recall")


def test_reliability_bins_hold_every_accident(predictions):
    bins = curves.reliability(predictions)
    assert bins["n"].sum() == predictions.height
    assert ((bins["lo"] <= bins["fatal_share"]) & (bins["fatal_share"] <= bins["hi"])).all()
    assert signatures(figures.reliability(bins, predictions, "event")) == [LINE]


def test_the_confusion_counts_every_accident(predictions):
    ax = figures.confusion(predictions, 0.5)
    counts = [int(text.get_text().split("\n")[0]) for text in ax.texts]
    assert sum(counts) == predictions.height
    assert counts[2] + counts[3] == predictions["is_fatal"].sum()


def test_years_and_kinds_say_how_many_accidents_they_are_made_of(kinds):
    years = figures.by_year(kinds.head(1))
    assert "(1,234)" in years.get_xticklabels()[0].get_text()
    ax = figures.by_group(kinds)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["far part: 91  (1234)"]


def test_simulated_records_are_called_so_across_the_figure(long, project):
    project.write_text(json.dumps(INVENTORY | {"simulated": True}))
    assert signatures(figures.ladder(long)) == ["SIMULATED records, 2001-2003", "SIMULATED"]


def test_every_explanation_is_signed_once(explained):
    case = cases.choose(explained)[0]
    effects = pl.DataFrame(
        {"first": ["a", "b"], "second": ["1 to 2", "3 to 4"], "effect": [0.1, -0.2], "n": [3, 4]}
    )
    by_group = pl.DataFrame({"horizon": ["event"], "group": ["weather"], "importance": [0.5]})
    drawn = [
        explain_figures.summary(explained, seed=1, count=3),
        explain_figures.dependence(explained, explained.names),
        explain_figures.interaction(effects, "phase", "visibility_sm"),
        explain_figures.waterfall(explained, case),
        explain_figures.force(explained, case),
        explain_figures.groups(by_group),
    ]
    assert [signatures(ax) for ax in drawn] == [[LINE]] * len(drawn)


def test_a_feature_that_no_test_accident_has_is_drawn_as_missing(explained):
    """As pilot hours are after March 2018 in the release of 2008 to 2021."""
    empty = explained.features.with_columns(visibility_sm=pl.lit(None, pl.Float64))
    ax = explain_figures.dependence(replace(explained, features=empty), ["visibility_sm"])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["missing: 100.0% (mean)"]


def test_a_told_case_withholds_the_place(explained):
    for case in cases.choose(explained):
        for ax in (
            explain_figures.waterfall(explained, case),
            explain_figures.force(explained, case),
        ):
            texts = [text.get_text() for text in (*ax.texts, *ax.get_yticklabels())]
            assert not any(state in text for text in texts for state in ("TX", "AK"))


def test_two_runs_scatter_the_points_of_the_summary_alike(explained):
    drawn = [explain_figures.summary(explained, seed=1, count=3) for _ in range(2)]
    first, second = ([c.get_offsets().tolist() for c in ax.collections] for ax in drawn)
    assert str(first) == str(second)


def test_drawing_a_case_leaves_the_notebook_interactive(explained):
    with plt.ion():
        explain_figures.waterfall(explained, cases.choose(explained)[0])
        explain_figures.force(explained, cases.choose(explained)[0])
        assert plt.isinteractive()


def test_bins_are_the_same_bytes_each_time():
    generator = np.random.default_rng(3)
    probability = generator.random(4000)
    is_fatal = (generator.random(4000) < probability).astype(float)
    made = {curves.reliability_bins(is_fatal, probability).write_csv() for _ in range(8)}
    assert len(made) == 1
