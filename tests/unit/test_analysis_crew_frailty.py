"""Two in the same wreck: pairs from the crew's table, and who of them died."""

import numpy as np
import pandas as pd
import pytest

from hindcast.analysis import records
from hindcast.analysis.crew import frailty

CREW = ["ev_id", "Aircraft_Key", "crew_no", "crew_category", "crew_inj_level", "crew_age"]


def table(rows: list[tuple], monkeypatch) -> pd.DataFrame:
    """Return the pairs that the crew's table, as invented here, holds."""
    crew = pd.DataFrame(rows, columns=[*CREW, "seat_occ_pic"])
    monkeypatch.setattr(records, "table", lambda name, accidents: crew)
    return frailty.pairs(pd.DataFrame({"ev_id": crew["ev_id"].unique()}))


def test_a_pair_is_two_who_fly_one_dead_one_not(monkeypatch):
    found = table(
        [
            ("a", 1, 1, "PLT ", "FATL", 70, "LEFT"),
            ("a", 1, 2, "FLTI", "SERS", 40, "RGT"),
            ("a", 1, 3, "PASS", "FATL", 20, None),  # does not fly
            ("b", 1, 1, "PLT", "FATL", 50, "LEFT"),  # both died
            ("b", 1, 2, "PLT", "FATL", 30, "RGT"),
            ("c", 1, 1, "PLT", "FATL", 50, "LEFT"),  # of one age
            ("c", 1, 2, "PLT", "NONE", 50, "RGT"),
            ("d", 1, 1, "PLT", "FATL", 50, "LEFT"),  # injury unknown
            ("d", 1, 2, "PLT", "UNKN", 30, "RGT"),
            ("e", 1, 1, "PLT", "FATL", 50, "LEFT"),  # age unknown
            ("e", 1, 2, "PLT", "NONE", None, "RGT"),
            ("f", 1, 1, "PLT", "FATL", 50, "LEFT"),  # in two aircraft
            ("f", 2, 1, "PLT", "NONE", 30, "LEFT"),
            ("g", 1, 1, "PLT", "FATL", 50, "LEFT"),  # three fly
            ("g", 1, 2, "PLT", "NONE", 30, "RGT"),
            ("g", 1, 3, "DSTU", "NONE", 20, "REAR"),
        ],
        monkeypatch,
    )
    assert found["age"].tolist() == [70, 40]
    assert found["died"].tolist() == [1, 0]
    assert found["is_left"].tolist() == [1, 0]


def test_records_without_crews_have_no_pairs(monkeypatch):
    found = table([], monkeypatch)
    assert found.empty
    assert frailty.older_died(found)["pairs"].tolist() == [0, 0, 0, 0]
    assert frailty.by_decade(found).empty


def wrecks(older_died: int, of: int, gap: float) -> pd.DataFrame:
    """Return pairs ``gap`` years apart, in so many of which the older one died."""
    died = [at < older_died for at in range(of)]
    old = pd.DataFrame({"pair": range(of), "age": 40 + gap, "died": died})
    young = pd.DataFrame({"pair": range(of), "age": 40.0, "died": [not d for d in died]})
    both = pd.concat([old, young], ignore_index=True).astype(float)
    return both.assign(is_left=np.where(both.index < of, 1.0, 0.0))


def test_the_share_in_which_the_older_died():
    found = frailty.older_died(wrecks(30, 40, gap=12)).set_index("gap")
    assert found.loc["all", "share"] == pytest.approx(0.75)
    assert found.loc["all", "low"] > 0.5
    assert found.loc["10 to 24 years", "pairs"] == 40
    assert found.loc["under 10 years", "pairs"] == 0
    assert np.isnan(found.loc["under 10 years", "share"])


def test_fewer_than_ten_pairs_are_only_counted():
    row = frailty.older_died(wrecks(7, 9, gap=12)).iloc[0]
    assert (row["pairs"], row["older_died"]) == (9, 7)
    assert np.isnan(row["share"])
    assert frailty.by_decade(wrecks(7, 9, gap=12)).empty


def test_a_gap_of_ten_years_gives_the_odds_of_the_discordant_pairs():
    row = frailty.by_decade(wrecks(30, 40, gap=10).assign(is_left=np.nan)).iloc[0]
    assert row["odds_ratio"] == pytest.approx(30 / 10, rel=1e-3)
    assert row["low"] < 3 < row["high"]


def test_what_the_pilot_suffered():
    injuries = ["FATL", "SERS", "MINR", "NONE", None]
    found = frailty.outcomes(pd.DataFrame({"pilot_injury": injuries}))
    assert found["is_severe"].tolist() == [1, 1, 0, 0]
    assert found["has_died"].tolist()[:2] == [1, 0]
    assert found["has_died"].isna().tolist() == [False, False, True, True]
