"""Figures of the page on limits draw tiny frames, and say so where there is nothing."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from hindcast import source
from hindcast.analysis.limits import balance, bounds, clocks, hours, reporting
from hindcast.analysis.limits.estimators import COLUMNS
from hindcast.analysis.limits.question import ASSUMED, DRAWN, WITH_CARE
from hindcast.figures import limits, limits_bounds, limits_clocks, limits_question


@pytest.fixture(autouse=True)
def labelled(monkeypatch):
    monkeypatch.setattr(source, "label", lambda: "SIMULATED records, 2008-2021")
    yield
    plt.close("all")


RANKED = hours.ranks(
    pd.DataFrame(
        {
            "operation": [hours.AIRLINES, hours.COMMUTERS, hours.OTHERS],
            "accidents": [5, 40, 900],
            "fatal_share": [np.nan, 0.3, 0.2],
            "low": [np.nan, 0.2, 0.18],
            "high": [np.nan, 0.4, 0.22],
            "fatal_rate": [0.0, 0.2, 1.0],
            "rate_low": [0.0, 0.1, 0.9],
            "rate_high": [0.1, 0.3, 1.1],
        }
    )
)
MAKES = pd.DataFrame(
    {
        "make": ["A", "B"],
        "accidents": [90, 80],
        "fatal_share": [0.3, 0.1],
        "deadliest": [1, 1],
        "safest": [2, 2],
    }
)
FOUND = pd.DataFrame(
    {"operation": [hours.OTHERS], "accident_rate": [5.0], "fatal_share": [0.2], "x": [1]}
)
RATES = pd.DataFrame({"group": ["g"], "accidents_per_100k_h": [6.0], "fatal_per_100k_h": [1.0]})
SETTLED = pd.DataFrame({"factor": [1.0, 2.0], "pairs": 1, "settled": [1, 0], "share": [1.0, 0.0]})
HELD = pd.DataFrame(
    {
        "group": ["a"] * 2 + ["b"] * 2,
        "reported": [1.0, 0.5] * 2,
        "fatal_share": [0.2, 0.1, 0.1, 0.1],
    }
)
FLEET = clocks.curves(clocks.fleets(300, 1), "fleet", "hours", "is_accident")
BOTH = pd.DataFrame(
    {"what": ["IMC"], "of_fatal": 0.2, "fatal_share": 0.6, "low": 0.5, "high": 0.7, "accidents": 9}
)
STRATA = pd.DataFrame(
    {
        "what": ["all", "s", "pooled"],
        "kind": ["crude", "stratum", "pooled"],
        "accidents": 99,
        "odds_ratio": [0.5, 2.0, 1.5],
        "low": [0.4, 1.0, 1.2],
        "high": [0.6, 3.0, 1.9],
    }
)
SCORES = pd.DataFrame({"arm": ["one pilot", "second pilot aboard"], "propensity": [0.1, 0.9]})
ALIKE = pd.DataFrame({"covariate": "night", "kind": balance.KINDS, "difference": [0.5, -0.1, 0.0]})
EFFECTS = pd.DataFrame([["crude", "crude", *range(8)]], columns=COLUMNS)
DIFFERENCES = pd.DataFrame(
    {"what": ["a", "b"], "difference": [0.1, None], "low": [0.0, None], "high": [0.2, None]}
).astype({"difference": float, "low": float, "high": float})
STRENGTH = pd.DataFrame({"covariate": ["x"], "with_exposure": [2.0], "with_outcome": [1.5]})
ANSWER = pd.Series(
    {"method": "m", "with_it": 0.5, "without": 0.6}
    | {"ratio": 0.8, "ratio_low": 0.6, "ratio_high": 1.1}
)
AGAIN = pd.DataFrame({"method": ["m", "m"], "with_it": [0.4, 0.6], "without": [0.6, 0.7]})
POWER = pd.DataFrame({"label": "as counted", "difference": [-0.1, -0.2], "power": [0.3, 0.8]})
WHY = "too few accidents to compare"
NO_CURVE = clocks.curves(pd.DataFrame({"g": [], "h": []}), "g", "h")

DRAWN_FIGURES = {
    "rankings": lambda: limits.rankings(RANKED),
    "isolines": lambda: limits.isolines(FOUND, RATES, MAKES),
    "isolines without makes": lambda: limits.isolines(FOUND.iloc[:0], RATES, MAKES.iloc[:0]),
    "places": lambda: limits.places(MAKES, 1.5),
    "settled": lambda: limits.settled(SETTLED),
    "reporting": lambda: limits.reporting(HELD, 0.5),
    "survival": lambda: limits_clocks.survival([NO_CURVE, FLEET, FLEET], (9, 500, 500)),
    "backwards": lambda: limits_clocks.backwards(BOTH),
    "strata": lambda: limits_clocks.reversed_within(STRATA),
    "overlap": lambda: limits_question.overlap(SCORES, WHY),
    "love": lambda: limits_question.love(ALIKE, WHY),
    "effects": lambda: limits_question.effects(EFFECTS, WHY),
    "differences": lambda: limits_question.differences(DIFFERENCES, WHY),
    "confounding": lambda: limits_bounds.confounding({"to none": 1.3}, STRENGTH, WHY),
    "placebo": lambda: limits_bounds.placebo(np.array([-0.1, 0.0, 0.1]), 0.05, WHY),
    "selection": lambda: limits_bounds.selection(
        bounds.selection(ANSWER, AGAIN), bounds.per_flight(ANSWER), WHY
    ),
    "power": lambda: limits_bounds.power(POWER, WHY),
}
EMPTY_FIGURES = {
    "rankings": lambda: limits.rankings(RANKED.iloc[:0]),
    "places": lambda: limits.places(MAKES.iloc[:1], 1.5),
    "settled": lambda: limits.settled(SETTLED.assign(pairs=0)),
    "reporting": lambda: limits.reporting(HELD.iloc[:0], None),
    "backwards": lambda: limits_clocks.backwards(BOTH.iloc[:0]),
    "strata": lambda: limits_clocks.reversed_within(STRATA.iloc[:0]),
    "overlap": lambda: limits_question.overlap(SCORES.iloc[:0], WHY),
    "love": lambda: limits_question.love(ALIKE.iloc[:0], WHY),
    "effects": lambda: limits_question.effects(EFFECTS.iloc[:0], WHY),
    "differences": lambda: limits_question.differences(DIFFERENCES.iloc[1:], WHY),
    "confounding": lambda: limits_bounds.confounding({}, STRENGTH.iloc[:0], WHY),
    "placebo": lambda: limits_bounds.placebo(np.array([]), 0.0, WHY),
    "selection": lambda: limits_bounds.selection(
        bounds.selection(None, AGAIN), bounds.per_flight(None), WHY
    ),
    "power": lambda: limits_bounds.power(POWER.iloc[:0], WHY),
}


@pytest.mark.parametrize("name", DRAWN_FIGURES)
def test_a_figure_is_drawn_and_signed(name):
    ax = DRAWN_FIGURES[name]()
    assert isinstance(ax, Axes)
    figure = ax.get_figure()
    figure.canvas.draw()
    assert any("SIMULATED records" in text.get_text() for text in figure.texts)
    assert ax.has_data()


@pytest.mark.parametrize("name", EMPTY_FIGURES)
def test_nothing_to_show_says_why(name):
    ax = EMPTY_FIGURES[name]()
    ax.get_figure().canvas.draw()
    assert not ax.has_data()
    assert any(len(text.get_text()) > 10 for text in ax.texts)


@pytest.mark.parametrize("shown", [ASSUMED, WITH_CARE, DRAWN])
def test_every_diagram_has_a_place_for_each_node(shown):
    ax = limits_question.assumed(shown)
    ax.get_figure().canvas.draw()
    assert len(ax.texts) >= len(shown.graph)


def test_the_level_line_is_drawn_only_where_it_lies_inside():
    with_line, without = (limits.reporting(HELD, even) for even in (0.7, 0.1))
    assert len(with_line.lines) == len(without.lines) + 1
    assert reporting.REPORTED.min() > 0
