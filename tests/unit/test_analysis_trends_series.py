"""Counts by month and year: gaps are no zeros, strays no counts, sources do not mix."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.analysis.trends import older, series


def accidents(days, fatal=None, deaths=0.0) -> pd.DataFrame:
    dates = pd.to_datetime(pd.Series(list(days)))
    flags = pd.array([None] * len(dates) if fatal is None else fatal, dtype="boolean")
    return pd.DataFrame({"ev_date": dates, "is_fatal": flags, "inj_tot_f": deaths})


def every_month(first: int, last: int, each: int = 3) -> list[str]:
    return [f"{y}-{m:02d}-{5 + 9 * k:02d}" for y in range(first, last + 1)
            for m in range(1, 13) for k in range(each)]  # fmt: skip


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run whose inventory says whether it is simulated, with counts of before 2008."""
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))

    def make(*, simulated: bool) -> None:
        told = {"kind": "eadms_csv", "releases": [{"release": "r"}], "events": 1,
                "first": "2008-01-01", "last": "2009-12-31", "fingerprint": "",
                "simulated": simulated}  # fmt: skip
        (tmp_path / "data/interim").mkdir(parents=True)
        (tmp_path / "data/interim/inventory.json").write_text(json.dumps(told))
        (tmp_path / "data/reference").mkdir(parents=True)
        rows = [{"year": 2007, "month": m, "accidents": 9, "known": 8, "fatal": 2, "deaths": 3,
                 "source": "invented"} for m in (11, 12)]  # fmt: skip
        pd.DataFrame(rows).to_csv(tmp_path / "data/reference" / older.FILE, index=False)

    return make


def test_a_year_without_rows_is_a_gap_and_an_empty_month_is_zero():
    days = [d for d in every_month(2008, 2011) if d[:4] != "2010" and d[:7] != "2009-04"]
    months = series.monthly(accidents(days)).set_index("month")["accidents"]
    assert months.loc["2010"].isna().all()
    assert months["2009-04-01"] == 0
    assert months.sum() == len(days)


def test_strays_are_no_counts_and_do_not_stretch_the_series():
    days = pd.date_range("2008-01-01", "2010-12-31").astype(str)
    found = series.monthly(accidents(["1962-05-01", *days]))
    assert found["month"].min() == pd.Timestamp("2008-01-01")
    assert series.gaps(found).data == ""


def test_a_month_that_the_records_break_off_in_is_left_out():
    days = [
        f"{y}-{m:02d}-{d:02d}" for y in (2008, 2009) for m in range(1, 13) for d in range(1, 29)
    ]
    cut = [day for day in days if day < "2009-12-04"]
    assert series.monthly(accidents(cut))["month"].max() == pd.Timestamp("2009-11-01")
    assert series.monthly(accidents(days))["month"].max() == pd.Timestamp("2009-12-01")


def test_no_accidents_are_no_months():
    nothing = series.monthly(accidents([]))
    assert nothing.empty
    assert series.yearly(nothing).empty
    assert series.stretch(nothing).empty


def test_undated_accidents_are_not_counted():
    assert series.monthly(accidents([*every_month(2008, 2008), None]))["accidents"].sum() == 36


def test_a_real_run_from_2008_takes_the_counts_before_it(run):
    run(simulated=False)
    joined = series.joined(series.monthly(accidents(every_month(2008, 2009))))
    assert joined["month"].iloc[0] == pd.Timestamp("2007-11-01")
    assert joined["origin"].unique().tolist() == [series.REFERENCE, series.OWN]
    assert joined["accidents"].iloc[0] == 9


def test_months_between_the_counts_and_a_later_run_are_a_gap(run):
    run(simulated=False)
    joined = series.joined(series.monthly(accidents(every_month(2009, 2010))))
    assert joined["accidents"].isna().sum() == 12
    assert "2008" in series.gaps(joined).data


def test_simulated_records_are_never_mixed_with_counted_ones(run):
    run(simulated=True)
    own = series.monthly(accidents(every_month(2008, 2009)))
    assert series.joined(own) is own


def test_older_events_of_the_run_itself_are_used_instead(run):
    run(simulated=False)
    own = series.monthly(accidents(every_month(2006, 2009)))
    assert series.joined(own)["origin"].unique().tolist() == [series.OWN]


def test_years_add_up_and_have_shares_of_known_severity():
    days = every_month(2008, 2009)
    fatal = [True, False, None] * (len(days) // 3)
    found = series.yearly(series.monthly(accidents(days, fatal, deaths=1.0)))
    row = found.iloc[0]
    assert (row["accidents"], row["known"], row["fatal"], row["severity_unknown"]) == (
        36,
        24,
        12,
        12,
    )
    assert row["fatal_share"] == 0.5
    assert row["low"] < 0.5 < row["high"]
    assert row["months"] == 12
    assert row["deaths"] == 36


def test_present_are_accidents_from_2008_if_there_are_three_years():
    both = accidents(every_month(2004, 2011))
    assert series.present(both)["ev_date"].min() == pd.Timestamp("2008-01-05")
    short = accidents(every_month(2004, 2009))
    assert len(series.present(short)) == len(short)


@settings(max_examples=50)
@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_a_stretch_has_no_gap_and_none_is_longer(there):
    values = np.where(there, 1.0, np.nan)
    months = pd.DataFrame({"month": pd.date_range("2000-01-01", periods=len(there), freq="MS"),
                           "accidents": values})  # fmt: skip
    found = series.stretch(months)
    assert found["accidents"].notna().all()
    runs = "".join("x" if one else " " for one in there).split()
    assert len(found) == max((len(run) for run in runs), default=0)


def test_logs_are_per_day_and_half_an_accident_stands_for_none():
    months = pd.DataFrame({"month": pd.date_range("2010-01-01", periods=3, freq="MS"),
                           "accidents": [31.0, 0.0, 62.0]})  # fmt: skip
    assert np.exp(series.logged(months)).tolist() == pytest.approx([1, 0.5 / 28, 2])


FLAT = """Event.Id,Investigation.Type,Accident.Number,Event.Date,Location,Country,\
Injury.Severity,Make,Model,Amateur.Built,Purpose.of.Flight,Total.Fatal.Injuries,\
Total.Serious.Injuries,Total.Minor.Injuries,Total.Uninjured,Broad.Phase.of.Flight
"""


def test_monthly_counts_are_made_from_a_flat_file(tmp_path):
    line = '{},{},X{},{},"Town, KS",{},{},Cessna,172,No,Personal,{},,,1,LANDING\n'
    rows = [
        (1, "Accident", 1, "1990-05-01", "United States", "Fatal(2)", 2),
        (2, "Accident", 2, "1990-05-31", "United States", "Non-Fatal", ""),
        (3, "Accident", 3, "1990-06-01", "United States", "Unavailable", ""),
        (4, "Incident", 4, "1990-05-02", "United States", "Incident", ""),
        (5, "Accident", 5, "1990-05-02", "Canada", "Fatal(1)", 1),
        (6, "Accident", 6, "1979-05-02", "United States", "Non-Fatal", ""),
    ]
    flat, target = tmp_path / "AviationData.csv", tmp_path / older.FILE
    flat.write_text(FLAT + "".join(line.format(*row) for row in rows), encoding="utf-8")
    told = older.write(flat, target)
    assert told.drop("source").rows() == [(1990, 5, 2, 2, 1, 2), (1990, 6, 1, 0, 0, 0)]
    assert pl.read_csv(target).equals(told)


def test_the_reference_holds_every_month_of_1982_to_2007_once():
    table = older.read()
    assert table["month"].tolist() == list(pd.date_range("1982-01-01", "2007-12-01", freq="MS"))
    assert (table["fatal"] <= table["known"]).all()
    assert (table["known"] <= table["accidents"]).all()
    assert (table["deaths"] >= table["fatal"]).all()
