"""Figures of the page on crew: what they draw, and what they say where there is nothing."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from hindcast import source
from hindcast.analysis.crew import frailty, groups, missing, seen, splines, together
from hindcast.figures import crew as figures
from hindcast.figures import crew_missing
from hindcast.figures import shares as drawn


@pytest.fixture(autouse=True)
def _labelled(monkeypatch):
    monkeypatch.setattr(source, "label", lambda: "Source: invented")
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def found():
    draw = np.random.default_rng(1)
    hours = draw.uniform(3, 10, 3000)
    fatal = draw.random(3000) < 0.2
    rows = pd.DataFrame({"log_hours": hours, "age": draw.normal(50, 10, 3000), "is_fatal": fatal})
    return splines.smooth(rows, "log_hours"), rows


def texts(ax) -> str:
    return " ".join(text.get_text() for text in ax.texts)


def test_a_share_is_drawn_over_hours_with_dots_and_histogram(found):
    one, _ = found
    lines = splines.shares_along({"crude": one})
    ax = figures.shares(lines, seen.observed(one), seen.histogram(one), "hours", hours=True)
    assert [t.get_text() for t in ax.get_xticklabels()][:3] == ["30", "100", "300"]
    assert ax.get_ylim()[0] == 0
    assert len(ax.child_axes[0].patches) == 40


def test_without_a_fit_the_figure_says_so():
    ax = figures.shares(splines.shares_along({}), seen.observed(None), seen.histogram(None), "x")
    assert "too few" in texts(ax)


def test_days_have_a_panel_each_and_a_line_where_they_are_overdue(found):
    ax = figures.days({"review": found[0], "medical": None}, {"review": 5})
    assert "overdue" in texts(ax)
    assert "too few" in texts(ax.figure.axes[1])


def test_ratios_have_a_panel_for_hours_and_one_for_age(found):
    lines = splines.ratios_along({"alone": found[0]}, 7.0)
    ladders = {"log_hours": lines, "age": splines.ratios_along({}, 50.0)}
    ax = figures.ratios(ladders, {"log_hours": "hours", "age": "age"})
    assert ax.get_yscale() == "log"
    assert "too few" in texts(ax.figure.axes[1])


def test_the_surface_writes_shares_and_leaves_small_bands_blank(found):
    cells = together.cells(together.surface(found[1]), [0, 20, 60, 120], [0, 500, 10**6], 10)
    ax = figures.surface(cells)
    assert len(ax.texts) == cells["fatal_share"].notna().sum() < len(cells)
    assert "too few" in texts(figures.surface(cells.iloc[:0]))


def test_parted_draws_both_or_says_why(found):
    ax = figures.parted(splines.shares_along({"": found[0]}), splines.shares_along({}))
    assert "too few" in texts(ax.figure.axes[1])


def test_pairs_name_groups_too_small_for_a_share():
    many, few = pd.Series([1.0] * 12 + [0.0] * 4), pd.Series([1.0, 0.0])
    rows = [frailty._row("all", many, 10), frailty._row("under 10 years", few, 10)]
    older = pd.DataFrame(rows)
    labels = [t.get_text() for t in figures.pairs(older).get_yticklabels()]
    assert labels == ["all pairs  (16)", "under 10 years  (2, too few)"]
    assert "no two" in texts(figures.pairs(older.assign(pairs=0)))


def test_forest_marks_ratios_in_plain_numbers():
    row = {"exposure": "none", "odds_ratio": 0.7, "low": 0.5, "high": 1.1}
    table = pd.DataFrame([row | {"kind": "crude"}, row | {"kind": "adjusted"}])
    ax = drawn.forest(table)
    ax.figure.canvas.draw()
    low, high = ax.get_xlim()
    shown = [t.get_text() for t in ax.get_xticklabels() if low <= t.get_position()[0] <= high]
    assert shown == ["0.5", "0.7", "1"]
    assert "no regression" in texts(drawn.forest(groups.medical_odds(EMPTY)))


def test_dots_are_marked_at_every_fifth_percent():
    row = {"who": "student", "accidents": 20, "fatal_share": 0.12, "low": 0.05, "high": 0.2}
    ax = drawn.dots(pd.DataFrame([row]), "who", 0.17)
    assert np.diff(ax.get_xticks()) == pytest.approx(0.05)


EMPTY = pd.DataFrame(
    {"age": pd.Series(dtype=float), "medical": pd.Series(dtype=str), "is_fatal": False}
)


def test_missing_shares_are_pairs_of_dots():
    rows = [("age", "fatal", 10, 5, 0.5, 0.3, 0.7), ("age", "not fatal", 10, 1, 0.1, 0.0, 0.3)]
    table = pd.DataFrame(rows, columns=missing.BY_SEVERITY)
    ax = crew_missing.by_severity(table)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["age"]
    assert "no field" in texts(crew_missing.by_severity(table.iloc[:0]))


def test_a_gap_in_time_is_not_bridged():
    rows = [("age", "fatal", at, 10, 0.5) for at in (2010.25, 2010.75, 2012.25)]
    table = pd.DataFrame(rows, columns=["field", "severity", "at", "accidents", "share"])
    line = crew_missing.over_time(table).get_lines()[0]
    assert np.isnan(line.get_ydata()).sum() == 2
    assert "no field" in texts(crew_missing.over_time(table.iloc[:0]))


def test_bounds_are_bars_with_markers():
    rows = [
        ("overdue", "complete records", 20, 0.2, 0.1, 0.3),
        ("overdue", "bounds", 20, np.nan, 0.0, 0.8),
    ]
    table = pd.DataFrame(rows, columns=["group", "method", "accidents", "share", "low", "high"])
    ax = crew_missing.bounds(table, 0.17)
    assert ax.patches[0].get_width() == pytest.approx(0.8)
    assert "no record" in texts(crew_missing.bounds(table.iloc[:0], 0.17))
