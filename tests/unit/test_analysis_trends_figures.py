"""The figures of the page on trends draw what they are given, or say why there is nothing."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from hindcast import figures as shared
from hindcast.analysis import records, shares
from hindcast.analysis.trends import (
    backtest,
    breaks,
    clock,
    forecast,
    rates,
    season,
    series,
    settled,
)
from hindcast.figures import trends, trends_series, trends_settled


@pytest.fixture(autouse=True)
def unsigned(monkeypatch):
    monkeypatch.setattr(shared.source, "label", lambda: "Source: invented")
    yield
    plt.close("all")


def months(first="2004-01-01", n=96) -> pd.DataFrame:
    index = pd.date_range(first, periods=n, freq="MS")
    counts = 40 + 10 * np.sin(np.arange(n)) + np.arange(n) % 12
    return pd.DataFrame({"month": index, "accidents": counts.round(), "known": counts.round(),
                         "fatal": 8.0, "deaths": 9.0, "origin": series.OWN})  # fmt: skip


def accidents() -> pd.DataFrame:
    days = pd.Series(pd.date_range("2008-01-01", "2010-12-31"))
    fatal = pd.array(days.dt.day % 5 == 0, dtype="boolean")
    hours = days.dt.day.map("{:02d}".format).where(days.dt.day < 24)
    return pd.DataFrame({
        "ev_date": days, "is_fatal": fatal,
        "month": records.named(days.dt.month_name(), clock.MONTHS),
        "weekday": records.named(days.dt.day_name(), clock.WEEKDAYS),
        "hour": records.named(hours, clock.HOURS),
    })  # fmt: skip


def said(ax) -> str:
    return " ".join(text.get_text() for text in ax.texts)


def test_years_leave_gaps_blank_and_mark_2008_and_the_origin():
    frame = months(n=96)
    frame.loc[12:23, ["accidents", "known", "fatal", "deaths"]] = np.nan
    frame.loc[frame["month"] < series.BREAK, "origin"] = series.REFERENCE
    ax = trends.years(series.yearly(frame))
    heights = [patch.get_height() for patch in ax.containers[0]]
    assert np.isnan(heights[1])
    assert heights[0] == 96
    assert "AviationData" in ax.get_title(loc="left")
    other = ax.get_figure().axes[1]
    assert "2008" in said(other)


def test_a_run_from_2008_has_no_mark():
    ax = trends.years(series.yearly(months("2008-01-01")))
    assert ax.get_title(loc="left") == ""
    assert said(ax.get_figure().axes[1]) == ""


def test_the_calendar_has_a_bar_a_month_and_a_weekday():
    frame = accidents()
    pairs = [(clock.per_day(frame, g), shares.by(frame, g, least=10)) for g in ("month", "weekday")]
    ax = trends.calendar(*pairs)
    panels = ax.get_figure().axes
    assert [len(panel.patches) for panel in panels] == [12, 0, 7, 0]
    nobody = [(clock.per_day(frame.iloc[:0], g), shares.by(frame.iloc[:0], g)) for g in
              ("month", "weekday")]  # fmt: skip
    assert "no dated accidents" in said(trends.calendar(*nobody))


def test_hours_tell_how_many_are_unknown():
    frame = accidents()
    local = clock.by_hour(frame)
    ax = trends.hours(local, local)
    unknown = (frame["hour"] == records.UNKNOWN).sum()
    assert ax.get_title(loc="left") == f"hour unknown: {unknown} accidents"
    nothing = clock.by_hour(frame.assign(hour=records.named(frame["hour"].astype("object").where(
        frame["hour"].isna()), clock.HOURS)))  # fmt: skip
    assert "no accident has a known hour" in said(trends.hours(nothing, nothing))


def test_the_week_is_a_map_of_seven_by_24():
    frame = accidents()
    ax = trends.week(clock.week(frame))
    assert ax.images[0].get_array().shape == (7, 24)
    assert "no accident" in said(trends.week(clock.week(frame.iloc[:0])))


def test_published_differences_are_points_and_nothing_is_said_so():
    rows = pd.DataFrame({"operations": "all", "what": "accidents", "year": [2010, 2011],
                         "published": 100.0, "counted": 99.0, "difference": -1.0})  # fmt: skip
    ax = trends.published(rows)
    assert ax.lines[0].get_ydata().tolist() == [-1, -1]
    assert "nothing published" in said(trends.published(rows.iloc[:0]))


def test_parts_seasons_and_levels_are_drawn():
    frame = months()
    parts = season.apart(frame)
    ax = trends_series.parts(parts.table)
    assert "2008" in ax.get_title(loc="left")
    ratios = rates.months_of_year(rates.fit(rates.prepared(frame)))
    ax = trends_series.seasons(season.by_decade(parts), ratios)
    assert ax.get_legend_handles_labels()[1][-1] == "regression"
    values = season.adjusted(parts)
    values.iloc[50:] -= 1.0
    levels = breaks.found(values)
    ax = trends_series.levels(levels, breaks.sureness(levels, 20, 1),
                              breaks.found(breaks.fatal_shares(frame)))  # fmt: skip
    assert "Mar 2008" in said(ax)


def test_forecasts_are_drawn():
    frame = months("2014-01-01", 84)
    tried = backtest.tried(frame, 5, 24)
    ax = trends_series.backtest(backtest.scores(tried, "year_ahead"))
    assert len(ax.lines) == len(forecast.NAMES)
    assert "December 2019" in trends_series.pandemic(backtest.before_pandemic(tried)).get_title(
        loc="left"
    )
    ax = trends_series.onward(frame, backtest.onward(tried, 12))
    assert len(ax.collections) == 2


def test_what_cannot_be_drawn_is_said():
    few = backtest.tried(months(n=20), 5, 36)
    for ax in (
        trends_series.parts(None),
        trends_series.seasons(season.by_decade(None), None),
        trends_series.levels(None, breaks.NONE, None),
        trends_series.backtest(backtest.scores(few, "year_ahead")),
        trends_series.onward(few.months, backtest.onward(few, 36)),
    ):
        assert "too few months" in said(ax)
    assert "no forecast of 2020" in said(trends_series.pandemic(backtest.before_pandemic(few)))


def delays(n: int) -> settled.Delays:
    days = pd.Series(pd.to_datetime(["2010-01-01"] * n))
    frame = pd.DataFrame({"ev_date": days, "is_fatal": [i % 2 == 0 for i in range(n)],
                          "approved": days + pd.to_timedelta(np.arange(n) * 10, "D")})  # fmt: skip
    as_of = pd.Timestamp("2013-01-01") if n else None
    return settled.Delays(settled._table(frame, pd.Timestamp("2013-01-01")), as_of, 0)


def test_delays_are_drawn_and_their_lack_is_said():
    found = delays(60)
    assert len(trends_settled.curves(settled.curve(found)).lines) == 2
    ax = trends_settled.by_age(settled.by_age(found), 0.5)
    assert ax.get_legend_handles_labels()[1] == ["settled", "open", "all, in the end"]
    assert len(trends_settled.year_before(settled.year_before(found)).lines) == 3
    nothing = delays(0)
    for ax in (
        trends_settled.curves(settled.curve(nothing)),
        trends_settled.by_age(settled.by_age(nothing), float("nan")),
        trends_settled.year_before(settled.year_before(nothing)),
    ):
        assert "no dates of approval" in said(ax)
