"""Seasons, levels and count regressions find what was put in, and nothing else."""

import numpy as np
import pandas as pd
import pytest

from hindcast.analysis.trends import breaks, rates, season


def months(n: int, level=100.0, slope=0.0, seed=1, alpha=0.0, first="2008-01-01") -> pd.DataFrame:
    """Counts with July twice January, ``slope`` a year on the log scale, overdispersed or not."""
    draw = np.random.default_rng(seed)
    index = pd.date_range(first, periods=n, freq="MS")
    wave = np.exp(-0.5 * np.log(2) * np.cos(2 * np.pi * (index.month - 1) / 12))
    mean = level * wave * np.exp(slope * np.arange(n) / 12) * index.days_in_month / 30.4
    mean = mean * (draw.gamma(1 / alpha, alpha, n) if alpha else 1)
    counts = draw.poisson(mean).astype(float)
    fatal = draw.binomial(counts.astype(int), 0.2).astype(float)
    return pd.DataFrame({"month": index, "accidents": counts, "known": counts, "fatal": fatal})


def test_stl_gives_back_trend_and_season():
    parts = season.apart(months(144, level=1000, slope=-0.05))
    assert parts.strength_season > 0.95
    assert parts.strength_trend > 0.8
    factors = season.by_decade(parts).iloc[:, -1]
    assert factors[7] / factors[1] == pytest.approx(2, rel=0.06)
    drop = parts.table["trend"].iloc[-1] - parts.table["trend"].iloc[0]
    assert drop == pytest.approx(-0.05 * 143 / 12, abs=0.08)


def test_parts_add_up_to_what_was_observed():
    table = season.apart(months(60)).table
    total = table["trend"] + table["seasonal"] + table["remainder"]
    assert total.to_numpy() == pytest.approx(table["observed"].to_numpy())


def test_too_few_months_have_no_parts():
    assert season.apart(months(35)) is None
    assert season.strengths(None).empty
    assert season.by_decade(None).empty


def test_decades_are_counted_back_from_the_last_year():
    parts = season.apart(months(12 * 22, first="2000-01-01"))
    assert list(season.by_decade(parts)) == ["2000-2011", "2012-2021"]


def noise(n: int, seed: int, scale=0.1) -> pd.Series:
    values = np.random.default_rng(seed).normal(0, scale, n)
    return pd.Series(values, pd.date_range("2008-01-01", periods=n, freq="MS"))


def test_a_step_is_found_in_its_month_and_found_again():
    values = noise(120, 4)
    values.iloc[50:] -= 0.4
    levels = breaks.found(values)
    assert levels.months == [values.index[50]]
    (row,) = breaks.sureness(levels, 100, seed=7).to_dict("records")
    assert row["low"] <= values.index[50] <= row["high"]
    assert row["found_again"] > 0.95
    assert row["after"] - row["before"] == pytest.approx(-0.4, abs=0.06)


def test_noise_has_few_steps_and_the_rate_of_false_ones_is_told():
    found = [len(breaks.found(noise(120, seed)).at) for seed in range(40)]
    assert np.mean([n > 0 for n in found]) < 0.2
    assert breaks.false_alarms(breaks.found(noise(120, 3)), 200, seed=7) < 0.2


def test_correlated_noise_asks_for_more():
    white = noise(240, 5)
    slow = white.rolling(3, min_periods=1).mean() * np.sqrt(3)
    assert breaks.penalty_of(slow.to_numpy()) > 1.4 * breaks.penalty_of(white.to_numpy())


def test_the_same_seed_draws_the_same():
    levels = breaks.found(noise(120, 4))
    assert breaks.false_alarms(levels, 50, seed=1) == breaks.false_alarms(levels, 50, seed=1)


def test_a_constant_series_has_one_level():
    flat = noise(60, 1) * 0
    assert breaks.found(flat).at == []
    assert breaks.steps(breaks.sureness(breaks.found(flat), 10, seed=1)).empty


def test_a_place_belongs_to_the_nearest_change_within_a_year():
    assert breaks._nearest([52, 58, 90], 50, [50, 60]) == [52]
    assert breaks._nearest([90], 50, [50, 60]) == []


def test_shares_come_back_from_their_angles():
    frame = months(48)
    shares = breaks.as_shares(breaks.fatal_shares(frame))
    assert shares.mean() == pytest.approx(frame["fatal"].sum() / frame["known"].sum(), abs=0.01)
    empty = frame.assign(known=0.0, fatal=0.0)
    assert breaks.as_shares(breaks.fatal_shares(empty)).between(0, 1).all()


def test_the_trend_is_found_whatever_the_season():
    told = rates.trends(months(168, slope=-0.03, seed=6)).set_index("what")
    row = told.loc["accidents"]
    assert row["low"] < np.exp(-0.03) < row["high"]
    assert {"fatal", "not fatal", "accidents, 2020 apart"} <= set(told.index)


def test_poisson_counts_are_not_called_overdispersed_and_others_are():
    poisson = rates.fit(rates.prepared(months(168, seed=8)))
    assert poisson.alpha < 0.01
    assert poisson.p_overdispersed > 0.01
    extra = rates.fit(rates.prepared(months(168, seed=8, alpha=0.1)))
    assert extra.alpha == pytest.approx(0.1, abs=0.03)
    assert extra.dispersion > 5
    assert extra.p_overdispersed < 0.001
    table = rates.models(extra).set_index("regression")
    assert table.loc["negative binomial", "AIC"] < table.loc["poisson", "AIC"]
    assert table.loc["negative binomial", "Pearson chi2 / df"] == pytest.approx(1, abs=0.02)


def test_months_are_told_over_january():
    found = rates.months_of_year(rates.fit(rates.prepared(months(168, level=1000))))
    july = found.set_index("month_no").loc[7]
    assert july["low"] < 2 < july["high"]
    assert len(found) == 12


def test_a_step_between_the_eras_is_told_apart_from_their_slopes():
    frame = months(12 * 20, level=400, slope=-0.02, first="1998-01-01")
    later = frame["month"] >= "2008-01-01"
    frame.loc[later, "accidents"] = (frame.loc[later, "accidents"] * 0.8).round()
    table = rates.eras(frame).set_index("what")
    assert table.loc["the step at 2008", "low"] < 0.8 < table.loc["the step at 2008", "high"]
    assert table.loc["a year, 1982-2007", "ratio"] == pytest.approx(np.exp(-0.02), abs=0.01)


def test_one_era_has_no_step_and_few_months_no_trend():
    assert rates.eras(months(120)).empty
    assert rates.trends(months(24)).empty
    assert rates.models(None).empty


def test_a_gap_is_no_run_of_zeros():
    frame = months(168, level=1000, seed=3)
    frame.loc[60:71, ["accidents", "known", "fatal"]] = np.nan
    (row,) = rates.trends(frame).query("what == 'accidents'").to_dict("records")
    assert row["months"] == 156
    assert row["low"] < 1 < row["high"]
