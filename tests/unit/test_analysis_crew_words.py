"""The findings in words take their direction from the numbers."""

import numpy as np
import pandas as pd
import pytest

from hindcast.analysis.crew import frailty, splines, together, words


def smooth(shape, low: float, high: float, column: str) -> splines.Smooth:
    draw = np.random.default_rng(11)
    x = draw.uniform(low, high, 8000)
    fatal = draw.random(8000) < 1 / (1 + np.exp(-shape(x)))
    return splines.smooth(pd.DataFrame({column: x, "is_fatal": fatal}), column)


def hours(shape) -> dict:
    return {together.LADDER[2]: smooth(shape, 3, 10.5, "log_hours")}


def ages(slope: float) -> dict:
    return {together.LADDER[0]: smooth(lambda x: -1 + slope * (x - 50), 16, 90, "age")}


def older(died: int, of: int) -> pd.DataFrame:

    rows = [frailty._row("all", pd.Series([1.0] * died + [0.0] * (of - died)), 10)]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("shape", "bend", "line"),
    [
        (lambda x: -1 - 0.2 * (x - 7.3) ** 2, "rises, then falls", "does not fit"),
        (lambda x: -2 + 0.2 * (x - 7.3) ** 2, "falls, then rises", "does not fit"),
        (lambda x: -3 + 0.3 * x, "rises throughout", "would do"),
        (lambda x: 1 - 0.3 * x, "falls throughout", "would do"),
        (lambda x: -1 + 0 * x, "shows no clear slope", "would do"),
    ],
)
def test_the_bend_of_hours(shape, bend, line):
    found = words.of_hours(hours(shape))
    assert found.headline.endswith(bend)
    assert line in found.text
    assert "risk" not in found.text
    assert "adjusted for age, purpose" in found.text


def test_odds_are_many():
    assert words._plural("rises, then levels off") == "rise, then level off"


@pytest.mark.parametrize(
    ("slope", "died", "head"),
    [
        (0.03, 60, "more often fatal; of two in the same wreck the older"),
        (-0.03, 20, "less often fatal; of two in the same wreck the younger"),
        (0.0, 40, "does not clearly part fatal accidents from others"),
        (0.03, 40, "more often fatal"),
    ],
)
def test_age_and_the_same_wreck(slope, died, head):
    found = words.of_age(ages(slope), older(died, 80))
    assert head in found.headline
    assert (";" in found.headline) == (died != 40)
    assert found.numbers["pairs"] == 80


def test_few_pairs_are_said_to_be_few():
    found = words.of_age(ages(0.03), older(3, 4))
    assert "4 pairs, too few to tell" in found.text
    assert found.numbers["share_of_pairs_in_which_the_older_died"] is None


def lacking(fatal: float, other: float, half: float) -> pd.DataFrame:
    apart = fatal - other
    row = {"field": "flight review's date", "fatal": fatal, "not_fatal": other}
    ends = {"difference": apart, "low": apart - half, "high": apart + half}
    return pd.DataFrame([row | ends])


MOVED = pd.DataFrame(
    [
        ("review overdue", "complete records", 9, 0.2, 0.1, 0.3),
        ("review overdue", "imputed", 9, 0.25, 0.2, 0.3),
        ("review overdue", "bounds", 9, np.nan, 0.01, 0.9),
    ],
    columns=["group", "method", "accidents", "share", "low", "high"],
)


@pytest.mark.parametrize(
    ("fatal", "other", "head"),
    [(0.5, 0.2, "more often"), (0.2, 0.5, "less often"), (0.3, 0.29, "not depend clearly")],
)
def test_what_is_missing(fatal, other, head):
    found = words.of_missing(lacking(fatal, other, 0.05), MOVED)
    assert head in found.headline
    assert "1.0% to 90.0% open" in found.text
    assert found.numbers["bound_high"] == pytest.approx(0.9)


def test_three_findings_even_where_nothing_is_told():
    found = words.found({}, {}, older(0, 0), lacking(0, 0, 0).iloc[:0], MOVED.iloc[:0])
    assert [one.headline for one in found] == [
        "Hours are not told",
        "Age is not told",
        "Nothing is told of crews",
    ]
    alone = words.of_missing(lacking(0.5, 0.2, 0.1), MOVED.iloc[:0])
    assert alone.text.endswith(").")
    assert alone.figure == "fig-crew-missing"


def test_small_chances_are_printed_as_such():
    table = pd.DataFrame({"p_value": [0.0001, 0.04], "chi2": [20.123, 4.0]})
    assert words.printed(table, 1).to_dict("list") == {
        "p_value": ["<0.001", "0.040"],
        "chi2": [20.1, 4.0],
    }
