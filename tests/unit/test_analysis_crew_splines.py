"""Splines: what they are at their knots, and what they find in shares that are known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.analysis.crew import seen, splines, together


def drawn(shape, n: int = 4000, seed: int = 5) -> pd.DataFrame:
    """Return accidents whose log odds of being fatal are ``shape`` of x."""
    draw = np.random.default_rng(seed)
    x = draw.uniform(0, 10, n)
    fatal = draw.random(n) < 1 / (1 + np.exp(-shape(x)))
    other = 0.5 * x + draw.normal(0, 2, n)
    return pd.DataFrame({"x": x, "other": other, "is_fatal": fatal})


def line(x):
    return -1.5 + 0.2 * x


def hump(x):
    return -0.5 - 0.15 * (x - 5) ** 2


def test_knots_lie_at_the_published_quantiles():
    values = pd.Series(np.arange(1001) / 10)
    assert splines.knots(values, 4) == pytest.approx((5, 35, 65, 95))


@pytest.mark.parametrize("values", [[1.0] * 50, [np.nan] * 50])
def test_knots_that_coincide_are_refused(values):
    with pytest.raises(ValueError, match="coincide"):
        splines.knots(pd.Series(values), 4)


def test_a_number_of_knots_without_quantiles_is_refused():
    with pytest.raises(ValueError, match="expected one of"):
        splines.knots(pd.Series([1.0, 2.0]), 9)


def test_a_straight_truth_needs_no_spline_and_its_slope_is_found():
    found = splines.smooth(drawn(line), "x")
    table = splines.against_linear({"x": found, "absent": None})
    assert table["what"].tolist() == ["x"]
    assert table["p_value"].iloc[0] > 0.05
    assert table["df"].iloc[0] == 2
    row = splines.contrasts(found, [8.0], 2.0).iloc[0]
    assert row["low"] < np.exp(1.2) < row["high"]


def test_a_humped_truth_is_told_from_a_straight_line_and_peaks_where_it_should():
    found = splines.smooth(drawn(hump), "x")
    assert splines.against_linear({"x": found})["p_adjusted"].iloc[0] < 1e-6
    curve = splines.shares_along({"crude": found})
    assert 4 < curve["at"][curve["share"].argmax()] < 6


def test_the_curve_is_straight_beyond_the_outer_knots():
    found = splines.smooth(drawn(hump), "x")
    low = found.knots[0]
    odds = np.log(splines.contrasts(found, [low - 0.4, low - 0.2, low], 5.0)["odds_ratio"])
    assert odds[1] - odds[0] == pytest.approx(odds[2] - odds[1])


@settings(max_examples=20, deadline=None)
@given(reference=st.floats(0.5, 9.5))
def test_at_its_reference_a_ratio_is_one_without_width(reference):
    row = splines.contrasts(SMOOTH, [reference], reference).iloc[0]
    assert row[["odds_ratio", "low", "high"]].tolist() == pytest.approx([1, 1, 1])


SMOOTH = splines.smooth(drawn(hump), "x")


def test_without_further_terms_the_average_is_the_prediction():
    curve = splines.shares_along({"crude": SMOOTH}, points=3)
    told = SMOOTH.bent.result.get_prediction(pd.DataFrame({"x": curve["at"]})).summary_frame()
    assert curve["share"].to_numpy() == pytest.approx(told["mean"].to_numpy())
    assert (curve["low"] < curve["share"]).all()
    assert (curve["high"] > curve["share"]).all()


def test_adjusted_averages_are_those_of_moving_everybody():
    rows = drawn(lambda x: -2 + 0.3 * x)
    one = splines.smooth(rows, "x", ["other"], ["other"])
    curve = splines.shares_along({"adjusted": one}, points=3)
    moved = one.rows.assign(x=curve["at"].iloc[1])
    assert curve["share"].iloc[1] == pytest.approx(one.bent.result.predict(moved).mean())


def test_too_few_deaths_give_no_curve():
    rows = drawn(line, n=300).assign(is_fatal=[True] * 5 + [False] * 295)
    assert splines.smooth(rows, "x") is None
    assert splines.shares_along({"crude": None}).empty
    assert splines.against_linear({"x": None}).empty
    assert seen.observed(None).empty
    assert seen.histogram(None).empty


def test_what_was_observed_counts_everybody_once():
    found = seen.observed(SMOOTH, groups=8)
    assert found["accidents"].sum() == len(SMOOTH.rows)
    assert (found["low"].le(found["share"]) & found["high"].ge(found["share"])).all()


def crews(n: int = 3000) -> pd.DataFrame:
    """Return accidents in which only hours matter; age goes with them."""
    rows = drawn(hump, n).rename(columns={"x": "log_hours"})
    return rows.assign(
        age=40 + 3 * rows["other"],
        purpose=np.where(rows["log_hours"] > 7, "business", "personal"),
        professional="no",
        year=np.arange(n) % 3 + 2010,
    )


@pytest.fixture(scope="module")
def joint():
    """Return the accidents, and the ladders of hours and of age."""
    rows = crews()
    rows.loc[:50, "age"] = np.nan
    return rows, {
        "hours": together.ladder(rows, "log_hours", "age"),
        "age": together.ladder(rows, "age", "log_hours"),
    }


def test_given_hours_an_age_that_only_goes_with_them_adds_nothing(joint):
    rows, steps = joint
    found = together.tests(together.surface(rows), steps).set_index("what")
    assert found.loc["hours given age", "p_value"] < 1e-6
    assert found.loc["age given hours", "p_value"] > 0.01
    assert found.loc["age given hours", "df"] == 3
    assert found.loc["interaction of age and hours", "df"] == 4


def test_a_ladder_stands_on_the_same_accidents(joint):
    rows, made = joint
    steps = made["hours"]
    assert list(steps) == list(together.LADDER)
    assert {one.bent.rows for one in steps.values()} == {len(rows) - 51}
    assert list(together.ends(steps)) == ["crude", "adjusted"]


def test_without_hours_there_is_no_ladder_surface_or_correlation():
    rows = crews(100).assign(log_hours=np.nan)
    assert together.ladder(rows, "log_hours", "age") == {}
    assert together.ends({}) == {}
    assert together.first({}) is None
    assert together.surface(rows) is None
    assert together.cells(None, [0, 1], [0, 1], 10).empty
    assert together.tests(None, {"hours": {}, "age": {}}).empty
    assert together.collinearity(rows).empty


def test_collinearity_is_that_of_the_ranks():
    row = together.collinearity(crews()).iloc[0]
    assert row["low"] < row["spearman"] < row["high"]
    assert 0.4 < row["spearman"] < 0.8
    assert row["inflation"] > 1.2


def test_cells_of_few_accidents_stay_blank():
    rows = crews()
    found = together.cells(together.surface(rows), [0, 30, 50, 120], [0, 1000, 10**6], least=10)
    assert found["accidents"].sum() <= len(rows)
    assert found.loc[found["accidents"].lt(10), "fatal_share"].isna().all()
    assert found["age"].unique().tolist() == ["under 30", "30-49", "50 and more"]
