"""Forecasts and their judgement: known values, honest scores, nothing from too little."""

import numpy as np
import pandas as pd
import pytest

from hindcast.analysis.trends import backtest, forecast, series


def months(n: int, seed=1, first="2008-01-01", level=100.0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    index = pd.date_range(first, periods=n, freq="MS")
    mean = level * np.exp(-0.4 * np.cos(2 * np.pi * (index.month - 1) / 12))
    return pd.DataFrame({"month": index, "accidents": draw.poisson(mean).astype(float)})


@pytest.fixture(scope="module")
def tried():
    """From 2014 to 2020: two origins, the second one just before 2020."""
    return backtest.tried(months(84, first="2014-01-01"), first_years=5, ahead=24)


def test_the_naive_forecast_repeats_last_years_month():
    frame = months(48)
    choice = forecast.Choice("none", (0, 1, 1))
    found = forecast.ahead(forecast.NAIVE, series.logged(frame), 24, choice)
    last = frame["accidents"].iloc[-12:].to_numpy()
    days = found.index.days_in_month.to_numpy()
    before = frame["month"].iloc[-12:].dt.days_in_month.to_numpy()
    assert found["median"].to_numpy() == pytest.approx(np.tile(last / before, 2) * days)
    wide = np.log(found["high95"] / found["low95"])
    assert wide.iloc[12] / wide.iloc[0] == pytest.approx(np.sqrt(2))


@pytest.mark.parametrize("name", forecast.NAMES)
def test_bands_are_ordered_and_months_follow_on(name):
    history = series.logged(months(72))
    found = forecast.ahead(name, history, 36, forecast.Choice("damped", (0, 1, 1)))
    assert found.index[0] == history.index[-1] + pd.offsets.MonthBegin()
    assert len(found) == 36
    order = found[["low95", "low80", "median", "high80", "high95"]]
    assert (order.diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert (found > 0).all(axis=None)


def test_aic_chooses_among_what_was_offered():
    choice = forecast.chosen(series.logged(months(40)))
    assert choice.trend in forecast.TRENDS
    assert choice.order in forecast.ORDERS
    assert set(choice.told) == set(forecast.NAMES)


def test_scores_are_those_of_their_definitions(tried):
    naive = tried.rows[tried.rows["model"] == forecast.NAIVE]
    error = (naive["median"] - naive["actual"]).abs()
    row = backtest.scores(tried).loc[forecast.NAIVE]
    assert row["MASE"] == pytest.approx((error / naive["scale"]).mean())
    assert row["RMSE"] == pytest.approx(np.sqrt((error**2).mean()))
    inside = naive["actual"].between(naive["low95"], naive["high95"])
    assert row["inside95"] == pytest.approx(inside.mean())
    assert row["origins"] == naive["origin"].nunique() == 2
    assert row["forecasts"] == 24 + 12


def test_the_interval_score_by_hand():
    row = {"actual": 10.0, "median": 12.0, "low80": 11.0, "high80": 13.0, "low95": 9.0,
           "high95": 15.0}  # fmt: skip
    found = backtest._weighted_interval_score(pd.DataFrame([row])).iloc[0]
    assert found == pytest.approx((0.5 * 2 + (0.1 * 2 + 1) + 0.025 * 6) / 2.5)


def test_forecasts_see_nothing_of_what_comes(tried):
    frame = months(84, first="2014-01-01")
    frame.loc[60:, "accidents"] = 1.0
    later = backtest.tried(frame, first_years=5, ahead=24)
    first = [found.rows[found.rows["origin"].eq("2018-12-01")] for found in (tried, later)]
    assert first[0]["median"].to_numpy() == pytest.approx(first[1]["median"].to_numpy())
    assert (first[1]["actual"] == 1).all()


def test_bands_of_a_steady_series_hold_about_what_they_promise(tried):
    told = backtest.scores(tried)
    assert told["inside95"].between(0.75, 1).all()
    assert told.loc[tried.best, "WIS"] == told["WIS"].min()


def test_a_model_that_is_best_is_carried_on(tried):
    onward = backtest.onward(tried, 36)
    assert onward.index[0] == pd.Timestamp("2021-01-01")
    table = backtest.by_year(onward, tried.months)
    assert table["months_forecast"].tolist() == [""] * 5 + [12, 12, 12]
    assert table["counted"].tolist()[5:] == [""] * 3


def test_the_last_forecast_before_the_pandemic_is_shown(tried):
    rows = backtest.before_pandemic(tried)
    assert rows["origin"].unique().tolist() == [pd.Timestamp("2019-12-01")]
    assert set(rows["model"]) == {tried.best}
    early = tried.rows[tried.rows["month"] < "2020-01-01"]
    assert backtest.before_pandemic(backtest.Tried(early, tried.choice, tried.months)).empty


def test_the_pandemic_is_scored_apart(tried):
    told = backtest.scores(tried, "target").reset_index()
    apart = told[told["target"].eq("March to December 2020")]
    assert (apart["forecasts"] == 20).all()


def test_errors_are_told_by_origin(tried):
    table = backtest.by_origin(tried)
    assert table["made"].tolist() == ["December 2018", "December 2019"]
    weighted = (table[forecast.NAIVE] * [24, 12]).sum() / 36
    assert weighted == pytest.approx(backtest.scores(tried).loc[forecast.NAIVE, "MASE"])


def test_too_few_months_are_not_forecast():
    found = backtest.tried(months(71), first_years=5, ahead=36)
    assert backtest.by_origin(found).empty
    assert found.best is None
    assert backtest.scores(found).empty
    assert backtest.scores(found, "year_ahead").empty
    assert backtest.told(found, backtest.scores(found)).empty
    assert backtest.onward(found, 36).empty
    assert backtest.before_pandemic(found).empty
    assert (
        backtest.by_year(backtest.onward(found, 36), found.months)["forecast"].tolist() == [""] * 5
    )
