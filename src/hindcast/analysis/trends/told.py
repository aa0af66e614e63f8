"""The page's three findings, in words that the run's numbers choose."""

import numpy as np
import pandas as pd

from hindcast.analysis.findings import Finding, ratio, share
from hindcast.analysis.trends import settled
from hindcast.analysis.trends.backtest import Tried, scores
from hindcast.analysis.trends.settled import Delays

ONE_YEAR = 12


def findings(
    rates: pd.DataFrame,
    share_trend: dict[str, float] | None,
    hours: dict[str, float] | None,
    delays: Delays,
    tried: Tried,
) -> list[Finding]:
    """Return three findings: the trend, the hour, and what young releases hide.

    Parameters
    ----------
    rates
        Of `hindcast.analysis.trends.rates.trends`.
    share_trend, hours
        Of `hindcast.analysis.trends.varies.share_trend` and ``dark_against_midday``.
    delays, tried
        Of `hindcast.analysis.trends.settled.delays` and ``backtest.tried``: where no approval is
        dated, the third finding is about forecasts.
    """
    third = forecasts(tried) if delays.as_of is None else young(delays)
    return [trend(rates, share_trend), late(hours), third]


def _way(low: float, high: float, words: tuple[str, str, str]) -> str:
    """Choose of (below, neither, above) by an interval around 1."""
    return words[0] if high < 1 else words[2] if low > 1 else words[1]


def trend(rates: pd.DataFrame, shares: dict[str, float] | None) -> Finding:
    """Say how accidents and their fatal share moved over the years."""
    own = rates[rates["what"] == "accidents"]
    if own.empty or shares is None:
        return Finding("Too few years for a trend", _FEW, "fig-trends-years", {})
    row = own.iloc[0]
    accidents = _way(row["low"], row["high"], ("Fewer accidents", "No clear trend in accidents",
                                               "More accidents"))  # fmt: skip
    deadly = _way(shares["low"], shares["high"], ("a smaller share of them fatal",
                                                  "as large a share of them fatal as before",
                                                  "a larger share of them fatal"))  # fmt: skip
    change, low, high = (100 * (row[end] - 1) for end in ("ratio", "low", "high"))
    text = (
        f"Counts changed by {change:+.1f}% a year (95% interval {low:+.1f}% to {high:+.1f}%; "
        f"negative binomial, {int(row['months'])} months); an accident's odds of being fatal "
        f"changed by a factor of {ratio(shares['ratio'], shares['low'], shares['high'])} in ten "
        "years. Without hours flown neither is a risk."
    )
    numbers = {f"accidents_{end}_a_year": float(row[end]) for end in ("ratio", "low", "high")}
    numbers |= {f"fatal_odds_{end}_ten_years": shares[end] for end in ("ratio", "low", "high")}
    return Finding(f"{accidents}, {deadly}", text, "fig-trends-years", numbers)


_FEW = "These records hold too few months, or outcomes that do not vary."


def late(hours: dict[str, float] | None) -> Finding:
    """Say how late accidents compare with those around midday."""
    if hours is None:
        return Finding("Too few hours are known", _FEW, "fig-trends-hours", {})
    words = ("Late accidents are less often fatal", "Late accidents are about as often fatal",
             "Late accidents are more often fatal")  # fmt: skip
    text = (
        f"Between 20:00 and 6:00 local time {share(hours['dark'])} of {hours['n_dark']:,} "
        f"accidents were fatal, between 10:00 and 16:00 {share(hours['midday'])} of "
        f"{hours['n_midday']:,}: an odds ratio of "
        f"{ratio(hours['ratio'], hours['low'], hours['high'])}, crude. Who flies then, where "
        "and in what weather differs too."
    )
    headline = _way(hours["low"], hours["high"], words)
    return Finding(headline, text, "fig-trends-hours", dict(hours))


def young(delays: Delays) -> Finding:
    """Say what a year's settled reports show of the fatal share, against all of them."""
    ages = settled.by_age(delays, ONE_YEAR)
    own = ages[ages["status"].eq("settled") & ages["age"].eq(ONE_YEAR)].iloc[0]
    known = delays.table["is_fatal"]
    overall, months = float(known.mean()), settled.medians(delays)
    if not np.isfinite(own["fatal_share"]):
        return Finding("Too few reports are settled", _FEW, "fig-trends-by-age", {})
    words = ("Young final reports hide deaths", "Young final reports look like the others",
             "Young final reports show too many deaths")  # fmt: skip
    headline = _way(own["low"] / overall, own["high"] / overall, words)
    text = (
        f"Of the reports settled within a year {share(*own[['fatal_share', 'low', 'high']])} were "
        f"fatal, of all accidents {share(overall)}: half of the fatal ones took more than "
        f"{months['fatal']:.0f} months, half of the others more than {months['not fatal']:.0f}. "
        "Cut by the age of the accident, never by the report's status."
    )
    numbers = {"settled_within_a_year": float(own["fatal_share"]), "overall": overall}
    numbers |= {"low": float(own["low"]), "high": float(own["high"])}
    numbers |= {f"median_months_{kind.replace(' ', '_')}": value for kind, value in months.items()}
    return Finding(headline, text, "fig-trends-by-age", numbers)


def forecasts(tried: Tried) -> Finding:
    """Say which forecast did best and how honest its band was."""
    best = tried.best
    if best is None:
        return Finding("Too few years to judge a forecast", _FEW, "fig-trends-forecast", {})
    row = scores(tried).loc[best]
    words = ("A forecast's band held what it promised", "A forecast's band promised too much")
    text = (
        f"Of {int(row['forecasts'])} months forecast from {int(row['origins'])} origins the 95% "
        f"band of {best}, which did best, held {share(float(row['inside95']))}; its error was "
        f"{row['MASE']:.2f} times that of repeating the year before within the windows."
    )
    numbers = {name: float(row[name]) for name in ("MASE", "inside80", "inside95")}
    return Finding(words[int(row["inside95"] < 0.9)], text, "fig-trends-backtest", numbers)
