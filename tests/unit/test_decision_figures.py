"""Figures of decisions: they show the tables' numbers and name the records."""

import json

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import polars as pl
import pytest

from hindcast.figures import decisions
from hindcast.model import curves, tables

mpl.use("agg")
LINE = "Source: NTSB eADMS invented, 2001-2003"


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """Make an invented inventory the run's own; close every figure afterwards."""
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    path = tmp_path / "data" / "interim" / "inventory.json"
    path.parent.mkdir(parents=True)
    span = {"first": "2001-01-01", "last": "2003-12-31", "events": 9}
    kind = {"kind": "eadms_csv", "releases": [{"release": "invented"}], "simulated": False}
    path.write_text(json.dumps(span | kind | {"fingerprint": "f"}))
    yield
    plt.close("all")


def signed(ax) -> bool:
    return LINE in [text.get_text() for text in ax.get_figure(root=True).texts]


@pytest.fixture
def predictions() -> pl.DataFrame:
    generator = np.random.default_rng(2)
    fatal = generator.random(120) < 0.3
    rows = {
        "ev_id": [f"invented-{row:03d}" for row in range(120)],
        "part": "test",
        "is_fatal": fatal,
        "model": "xgboost",
        "probability": np.clip(generator.normal(0.3 + 0.4 * fatal, 0.2), 0, 1),
    }
    return pl.DataFrame(rows).with_columns(horizon=pl.lit("event"))


def error(ece: float) -> dict:
    return {"ece": ece, "by_chance": 0.012, "lo": 0.008, "hi": 0.02, "chance_share": 0.4}


def test_the_trade_off_ends_where_all_are_called_and_all_found(predictions):
    points = curves.trade_off(predictions)
    assert points.row(-1)[2:] == (100.0, 1.0)
    assert points["recall"].is_sorted()
    choice = {"horizon": "event", "chosen_for": tables.PURPOSES["cost"]}
    choices = pl.DataFrame([choice | {"alarms_per_100": 40.0, "recall": 0.9}])
    ax = decisions.trade_off(points, choices, 0.3)
    drawn = [tuple(at) for marks in ax.collections for at in marks.get_offsets()]
    assert (40.0, 0.9) in drawn
    assert signed(ax)


def test_acting_always_is_worth_the_share_of_deaths_when_alarms_cost_nothing(predictions):
    points = curves.net_benefit(predictions)
    share = 100 * predictions["is_fatal"].mean()
    at = points["threshold"][0]
    always = share - (100 - share) * at / (1 - at)
    assert points["always"][0] == pytest.approx(always)
    best = points.filter(pl.col("threshold") <= predictions["probability"].min())
    assert best["net_benefit"].to_list() == pytest.approx(best["always"].to_list())
    assert signed(decisions.net_benefit(points, 5.0))


def test_the_method_in_use_is_filled():
    rows = [
        {"horizon": "event", "method": method, "in_use": method == "platt"} | error(0.01)
        for method in ("none", "platt")
    ]
    ax = decisions.calibration_methods(pl.DataFrame(rows))
    marks = next(c for c in ax.collections if len(c.get_offsets()) == 2)
    none, platt = marks.get_facecolor().tolist()
    assert none == [1, 1, 1, 1]
    assert platt != none
    assert signed(ax)


def test_each_year_says_how_many_accidents_it_has():
    years = pl.DataFrame([{"year": "2002", "n": 1234} | error(0.02)])
    ax = decisions.calibration_years({"event": years, "scene": years})
    (band,) = ax.patches
    assert (band.get_y(), band.get_height()) == pytest.approx((0.008, 0.012))
    assert ax.lines[0].get_ydata().tolist() == [0.02]
    assert ax.get_xticklabels()[0].get_text() == "2002\n(1,234)"
    assert signed(ax)
