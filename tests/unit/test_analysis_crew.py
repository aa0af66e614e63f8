"""The page on crew: who they are, how strongly a field goes with the outcome, what is missing."""

import numpy as np
import pandas as pd
import pytest

from hindcast.analysis import records
from hindcast.analysis.crew import groups, known, missing, people


def accidents(n: int = 4, **columns) -> pd.DataFrame:
    """Return invented accidents, each as unremarkable as the next."""
    plain = {
        "ev_id": [f"e{at}" for at in range(n)],
        "ev_date": pd.to_datetime(["2012-05-01"] * n),
        "is_fatal": [False] * n,
        "far_part": ["091"] * n,
        "purpose_group": ["personal"] * n,
        "medical_class": ["CL3"] * n,
        "has_student": [False] * n,
        "has_instructor": [False] * n,
        "is_professional_pilot": [None] * n,
        "has_second_pilot": [True] * n,
        "crew_count": [1.0] * n,
        "pilot_hours_log": [np.log1p(100.0)] * n,
        "pilot_hours_90_days": [np.nan] * n,
        "pilot_hours_make": [np.nan] * n,
        "pilot_age_years": [50.0] * n,
        "flight_review_age_days": [np.nan] * n,
        "medical_age_days": [100.0] * n,
        "medical_validity": ["WWL"] * n,
    }
    flags = ("is_fatal", "has_student", "has_instructor", "is_professional_pilot")
    frame = pd.DataFrame(plain | columns)
    return frame.astype(dict.fromkeys((*flags, "has_second_pilot"), "boolean"))


@pytest.mark.parametrize(
    ("student", "instructor", "count", "name"),
    [
        (True, True, 2, "instructor and student"),
        (True, False, 1, "student alone"),
        (True, False, 2, "two pilots or more"),
        (False, True, 2, "instructor and another pilot"),
        (False, True, 1, "one pilot"),
        (False, False, 3, "two pilots or more"),
        (False, False, 1, "one pilot"),
        (None, False, 1, "unknown"),
        (False, False, None, "unknown"),
    ],
)
def test_who_is_aboard(student, instructor, count, name):
    rows = accidents(1, has_student=[student], has_instructor=[instructor])
    rows["crew_count"] = pd.Series([count], dtype="float64")
    assert people.aboard(rows).tolist() == [name]


def test_described_puts_codes_into_words_and_drops_nobody():
    rows = accidents(
        4,
        medical_class=["CL1", "CL9", None, "UNK"],
        purpose_group=["personal", None, None, None],
        far_part=["091", "121", " 0135", "XX"],
        is_professional_pilot=[True, False, None, None],
    )
    told = people.described(rows)
    assert told["medical"].tolist() == ["first class", "CL9", "unknown", "unknown"]
    assert told["purpose"].tolist() == [
        "personal",
        "commercial_transport",
        "commercial_transport",
        "unknown",
    ]
    assert told["professional"].tolist() == ["yes", "no", "unknown", "unknown"]
    assert told["hours"].tolist() == pytest.approx([100.0] * 4)
    assert told["year"].tolist() == [2012] * 4


def test_told_years_are_those_that_nearly_all_tell():
    rows = pd.DataFrame({"year": [2010] * 10 + [2011] * 10 + [2013], "x": 1.0})
    rows.loc[[0, 10, 11], "x"] = np.nan
    assert people.told_years(rows, "x", 0.9) == [2010, 2013]
    assert people.told_years(rows.assign(x=np.nan), "x", 0.9) == []


def test_strength_finds_the_field_that_matters():
    rows = people.described(accidents(400, has_second_pilot=[True, False] * 200))
    rows["is_fatal"] = [False, True] * 200
    found = groups.strengths(rows, rounds=50, seed=1)
    assert found["field"].tolist() == ["second pilot"]
    assert found["cramers_v"].iloc[0] == pytest.approx(1)
    assert found["p_adjusted"].iloc[0] < 0.001
    assert found.equals(groups.strengths(rows, rounds=50, seed=1))


def test_strength_of_nothing_is_an_empty_table():
    assert groups.strengths(people.described(accidents()), rounds=5, seed=1).empty


def test_answers_keep_the_unknown():
    found = groups.answers(people.described(accidents(12)), least=10)
    assert found["group"].tolist() == ["second pilot: yes", "flies for a living: unknown"]
    assert found["accidents"].tolist() == [12, 12]


def test_medical_odds_recover_a_class_that_is_half_as_often_fatal():
    draw = np.random.default_rng(3)
    classes = np.array(["CL3", "SPRT"])[draw.integers(0, 2, 6000)]
    fatal = draw.random(6000) < np.where(classes == "CL3", 0.3, 0.15)
    rows = people.described(
        accidents(
            6000, medical_class=classes, is_fatal=fatal, pilot_age_years=draw.normal(50, 12, 6000)
        )
    )
    found = groups.medical_odds(rows.astype({"is_fatal": bool}))
    assert found["exposure"].tolist() == ["sport pilot"] * 2
    truth = (0.15 / 0.85) / (0.3 / 0.7)
    assert (found["low"].lt(truth) & found["high"].gt(truth)).all()


def test_medical_odds_need_a_class_to_compare_with():
    rows = people.described(accidents(50, is_fatal=[True, False] * 25))
    assert groups.medical_odds(rows.astype({"is_fatal": bool})).empty


def lacking(fatal: int, other: int, of: int = 100) -> pd.DataFrame:
    """Return accidents, half of them fatal, of which so many lack the review's date."""
    rows = people.described(accidents(2 * of, is_fatal=[True] * of + [False] * of))
    review = [np.nan] * fatal + [1.0] * (of - fatal) + [np.nan] * other + [1.0] * (of - other)
    return rows.assign(review_days=review).astype({"is_fatal": bool})


def test_missing_shares_by_severity_and_their_difference():
    found = missing.by_severity(lacking(60, 20))
    review = found[found["field"].eq("flight review's date")]
    assert review["severity"].tolist() == ["fatal", "not fatal"]
    assert review["missing"].tolist() == [60, 20]
    assert found["field"].iloc[0] == "flight review's date"
    assert (found["low"].le(found["share"]) & found["high"].ge(found["share"])).all()
    apart = missing.differences(found).set_index("field").loc["flight review's date"]
    assert apart["difference"] == pytest.approx(0.4)
    assert apart["low"] < 0.4 < apart["high"]
    assert apart["p_adjusted"] < 0.001


def test_a_field_missing_in_neither_is_no_difference():
    apart = missing.differences(missing.by_severity(lacking(0, 0))).set_index("field")
    assert apart.loc["age", "difference"] == 0
    assert apart.loc["age", "p_adjusted"] == 1


def test_fields_that_no_record_tells_are_named():
    rows = lacking(1, 1)
    assert "hours in 90 days" in missing.never(rows)
    assert "hours in 90 days: told of no accident" in missing.told(rows).data


def test_a_field_that_ends_before_the_records_is_dated():
    days = pd.to_datetime(["2012-01-05", "2015-03-09", "2021-01-01"])
    rows = pd.DataFrame({"ev_date": days, "x": [1.0, 2.0, np.nan]})
    assert missing.stops(rows, "x") == "2015-03"
    assert missing.stops(rows.assign(x=1.0), "x") is None
    assert missing.stops(rows.assign(x=np.nan), "x") is None


def test_a_half_year_without_accidents_has_no_row():
    rows = lacking(2, 2)
    rows.loc[0, ["ev_date", "year"]] = [pd.Timestamp("2014-09-01"), 2014]
    found = missing.by_half_year(rows, ["age"])
    assert sorted(found["at"].unique()) == [2012.25, 2014.75]


def test_published_numbers_stand_beside_the_same_of_these_records():
    rows = people.described(
        accidents(20, has_student=[True] * 20, is_fatal=[True] + [False] * 19)
    ).assign(
        acft_category="AIR",
        pilot_injury=None,
        acft_fire="NONE",
        wx_cond_basic="VMC",
        light_cond="DAYL",
        is_on_airport=True,
    )
    found = known.compared(rows, pd.DataFrame())
    assert found["here"].iloc[0].startswith("0.05 (0.00")
    assert found["published"].iloc[1] == "1.7 (1 to 3)"
    assert found["here"].iloc[2] == ""


def test_nothing_about_crews_is_said_to_be_unknown():
    rows = people.described(accidents(3, medical_class=[None] * 3))
    assert rows["medical"].eq(records.UNKNOWN).all()
    assert missing.is_missing(rows["medical"]).all()
