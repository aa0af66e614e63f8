"""What blanks leave open: bounds hold for every filling, weights and imputation find the truth."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.analysis.crew import bounds, estimates
from hindcast.analysis.crew.estimates import HOURS, QUESTIONS, REVIEW

ANSWERS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([True, False, None])), min_size=1, max_size=7
)


def rows_of(told: list[tuple[bool, bool | None]]) -> pd.DataFrame:
    frame = pd.DataFrame(told, columns=["is_fatal", REVIEW.flag])
    return frame.astype({REVIEW.flag: "boolean"})


@settings(max_examples=30, deadline=None)
@given(told=ANSWERS)
def test_no_filling_of_the_blanks_leaves_the_bounds(told):
    found = bounds.bounds(rows_of(told), REVIEW).set_index("group").loc[REVIEW.yes]
    blank = [at for at, (_, answer) in enumerate(told) if answer is None]
    for filling in product([True, False], repeat=len(blank)):
        filled = dict(zip(blank, filling, strict=True))
        group = [fatal for at, (fatal, a) in enumerate(told) if filled.get(at, a)]
        if group:
            assert found["low"] - 1e-12 <= np.mean(group) <= found["high"] + 1e-12


def test_bounds_are_reached():
    told = [(True, True), (False, True), (True, None), (False, None), (False, False)]
    row = bounds.bounds(rows_of(told), REVIEW).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((1 / 3, 2 / 3))


def drawn(n: int = 12_000, seed: int = 2) -> pd.DataFrame:
    """Return accidents of which the fatal ones lack the review twice as often."""
    draw = np.random.default_rng(seed)
    overdue = draw.random(n) < 0.2
    fatal = draw.random(n) < np.where(overdue, 0.4, 0.15)
    blank = draw.random(n) < np.where(fatal, 0.6, 0.3)
    purposes = pd.Categorical(np.array(["personal", "instruction"])[draw.integers(0, 2, n)])
    return pd.DataFrame(
        {
            "is_fatal": fatal,
            REVIEW.flag: pd.array(np.where(blank, None, overdue), dtype="boolean"),
            HOURS.flag: pd.array([None] * n, dtype="boolean"),
            "truth": overdue,
            "year": draw.integers(2010, 2014, n),
            "age": draw.normal(50, 10, n),
            "purpose": purposes,
            "professional": pd.Categorical(["no"] * n),
            "aboard": pd.Categorical(["one pilot"] * n),
        },
        index=np.arange(n) * 2,
    )


@pytest.fixture(scope="module")
def known():
    return drawn()


@pytest.fixture(scope="module")
def sets(known):
    return estimates.filled(known, imputations=4, burn_in=1, seed=3)


def test_weights_and_imputation_find_the_share_that_complete_records_miss(known, sets):
    truth = known.loc[known["truth"], "is_fatal"].mean()
    found = bounds.compared(known, QUESTIONS, sets)
    own = found[found["group"].eq(REVIEW.yes)].set_index("method")
    assert own.loc["complete records", "high"] < truth
    for method in ("weighted", "imputed", "bounds"):
        assert own.loc[method, "low"] < truth < own.loc[method, "high"]
    assert set(found["group"]) == {REVIEW.yes, REVIEW.no}, "nobody tells hours"


def test_an_odds_ratio_survives_blanks_that_depend_on_the_outcome_alone(known, sets):
    truth = (0.4 / 0.6) / (0.15 / 0.85)
    found = bounds.odds_ratios(bounds.compared(known, QUESTIONS, sets), QUESTIONS)
    assert found["method"].tolist() == list(bounds.METHODS)
    assert (found["low"].lt(truth) & found["high"].gt(truth)).all()


def test_imputation_leaves_what_is_told_and_repeats_itself(known, sets):
    one = sets[0]
    assert one.index.equals(known.index)
    told = known[REVIEW.flag].notna()
    assert (one.loc[told, REVIEW.flag] == known.loc[told, REVIEW.flag].astype(float)).all()
    assert one[REVIEW.flag].isin([0, 1]).all()
    again = estimates.filled(known, imputations=4, burn_in=1, seed=3)
    assert all(a.equals(b) for a, b in zip(sets, again, strict=True))


def test_hours_of_some_years_stand_besides(known, sets):
    rows = known.assign(**{HOURS.flag: known["truth"].astype("boolean")})
    some = rows[rows["year"].lt(2012)]
    found = bounds.over(rows, some, "2010-2011", sets)
    assert f"{HOURS.yes}, 2010-2011" in set(found["group"])
    assert bounds.over(rows, rows, "2010-2013", sets)["group"].nunique() == 4


def test_where_nobody_tells_there_is_nothing_to_compare(known):
    nothing = known.assign(**{REVIEW.flag: known[HOURS.flag]})
    assert bounds.compared(nothing, QUESTIONS, []).empty
    assert bounds.odds_ratios(bounds.compared(nothing, QUESTIONS, []), QUESTIONS).empty
    assert estimates.weighted(nothing, REVIEW).empty
    assert estimates.imputed([], REVIEW).empty
