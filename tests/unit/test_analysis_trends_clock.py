"""The clock on the spot, rates by weekday and month, and what the hour and month say of deaths."""

from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hindcast import paths
from hindcast.analysis import records
from hindcast.analysis.trends import clock, varies

KANSAS = {"ev_state": "KS", "dec_latitude": 38.5, "dec_longitude": -98.0, "ev_country": "USA"}


def write_events(hours: list[int | None], light: str | None = "DAYL") -> pd.DataFrame:
    """Invented accidents in Kansas, in July, one a row; returns what a page reads of them."""
    days = [date(2010, 7, 1 + at % 28) for at in range(len(hours))]
    rows = [{"ev_id": f"e{at:03d}", "ev_date": day, "release": "r", "light_cond": light,
             "ev_time": None if hour is None else hour * 100, **KANSAS}
            for at, (day, hour) in enumerate(zip(days, hours, strict=True))]  # fmt: skip
    folder = paths.interim("core")
    folder.mkdir(parents=True)
    pl.DataFrame(rows).with_columns(pl.col("ev_time").cast(pl.Float64)).write_parquet(
        folder / "events.parquet"
    )
    table = pd.DataFrame(rows)
    return pd.DataFrame({"ev_id": table["ev_id"], "ev_date": pd.to_datetime(table["ev_date"])})


@pytest.fixture
def home(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/reference").symlink_to(paths.reference())
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))


@pytest.mark.usefixtures("home")
def test_a_release_in_utc_is_read_on_the_clock_on_the_spot():
    frame = write_events([1] * 60)
    timed = clock.timed(frame)
    assert set(timed["hour"].astype(str)) == {"20"}
    assert set(timed["hour_recorded"].astype(str)) == {"01"}
    first = timed.loc[0]
    assert first["weekday"] == "Wednesday", "the evening before 1 July 2010, a Thursday"
    assert clock.evidence(frame)["read as"].tolist() == ["UTC"]


@pytest.mark.usefixtures("home")
def test_a_release_in_local_time_stays_as_it_is():
    timed = clock.timed(write_events([13] * 59 + [None]))
    assert timed["hour"].astype(str).value_counts().to_dict() == {"13": 59, records.UNKNOWN: 1}
    assert timed.loc[0, "weekday"] == "Thursday"


@pytest.mark.usefixtures("home")
def test_without_events_every_hour_is_unknown_and_nothing_is_lost():
    frame = pd.DataFrame({"ev_id": ["a", "b"], "ev_date": pd.to_datetime(["2010-07-03"] * 2)})
    timed = clock.timed(frame)
    assert timed["hour"].astype(str).tolist() == [records.UNKNOWN] * 2
    assert timed["weekday"].astype(str).tolist() == ["Saturday"] * 2
    assert clock.evidence(frame).empty


def accidents(days, **columns) -> pd.DataFrame:
    dates = pd.to_datetime(pd.Series(list(days)))
    month = records.named(dates.dt.month_name(), clock.MONTHS)
    weekday = records.named(dates.dt.day_name(), clock.WEEKDAYS)
    return pd.DataFrame({"ev_date": dates, "month": month, "weekday": weekday} | columns)


def test_one_accident_a_day_is_a_rate_of_one_whatever_the_month():
    days = pd.date_range("2009-01-01", "2012-12-31")
    for group in ("month", "weekday"):
        found = clock.per_day(accidents(days), group)
        assert found["per_day"].tolist() == pytest.approx([1.0] * len(found))
        assert found["high"].tolist() == pytest.approx([1.0] * len(found))


def test_a_year_without_rows_does_not_lower_a_rate():
    days = [day for day in pd.date_range("2009-01-01", "2012-12-31") if day.year != 2011]
    assert clock.per_day(accidents(days), "month")["per_day"].tolist() == pytest.approx([1] * 12)
    assert clock.per_day(accidents([]), "month").empty


def test_all_hours_are_told_and_the_unknown():
    hour = records.named(pd.Series(["03", None, "03"]), clock.HOURS)
    fatal = pd.array([True, False, None], dtype="boolean")
    found = clock.by_hour(pd.DataFrame({"hour": hour, "is_fatal": fatal})).set_index("hour")
    assert len(found) == 25
    assert found["accidents"].sum() == 3
    assert found.loc["03", "fatal_share"] == 1
    assert found.loc[records.UNKNOWN, "accidents"] == 1
    assert np.isnan(found.loc["04", "fatal_share"])


def drawn(shares: dict[str, float], n: int, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    hour = draw.choice(list(shares), n)
    fatal = draw.random(n) < pd.Series(hour).map(shares).to_numpy()
    years = pd.to_datetime(pd.Series(draw.choice(["2009-01-01", "2014-01-01", "2019-01-01"], n)))
    return pd.DataFrame({"hour": hour, "is_fatal": pd.array(fatal, "boolean"), "ev_date": years})


def test_a_difference_is_found_and_equal_shares_are_not():
    frame = drawn({"02": 0.5, "12": 0.1}, 2000, 1).assign(coin=["a", "b"] * 1000)
    found = varies.tests(frame, {"hour": "hour", "coin": "coin"}).set_index("by")
    assert found.loc["hour", "p_value"] == "< 0.0001"
    assert float(found.loc["coin", "p_value"]) > 0.01
    assert found.loc["hour", "cramers_v"] > 0.3 > found.loc["coin", "cramers_v"]


def test_unknown_groups_and_severities_are_left_out_and_counted():
    frame = drawn({"02": 0.5, "12": 0.1}, 200, 1)
    frame.loc[:9, "hour"] = records.UNKNOWN
    frame.loc[10:14, "is_fatal"] = pd.NA
    (row,) = varies.tests(frame, {"hour": "hour"}).to_dict("records")
    assert (row["accidents"], row["left_out"]) == (185, 15)
    assert varies.tests(frame.assign(one="x"), {"one": "one"}).empty


def test_the_odds_ratio_is_that_of_the_two_by_two():
    hours = ["02"] * 10 + ["12"] * 10
    fatal = pd.array([True] * 5 + [False] * 5 + [True] * 2 + [False] * 8, dtype="boolean")
    found = varies.dark_against_midday(pd.DataFrame({"hour": hours, "is_fatal": fatal}))
    assert found["ratio"] == pytest.approx((5 * 8) / (5 * 2))
    assert found["low"] < found["ratio"] < found["high"]
    assert (found["n_dark"], found["n_midday"]) == (10, 10)
    nobody = pd.DataFrame({"hour": hours, "is_fatal": pd.array([False] * 20, dtype="boolean")})
    assert varies.dark_against_midday(nobody) is None


def test_a_share_that_does_not_move_has_an_odds_ratio_around_one():
    frame = drawn({"12": 0.2}, 6000, 2)
    found = varies.share_trend(frame)
    assert found["low"] < 1 < found["high"]
    assert found["accidents"] == 6000
    assert varies.share_trend(frame[frame["ev_date"].dt.year < 2015]) is None
