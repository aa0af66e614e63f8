"""Figures of the page on trends: what a series is made of, its levels and its forecasts."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from hindcast import figures
from hindcast.analysis.trends import breaks as changes
from hindcast.analysis.trends import forecast
from hindcast.analysis.trends.clock import MONTHS
from hindcast.analysis.trends.series import BREAK
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY

MODEL_COLOURS = dict(zip(forecast.NAMES, (GREY, BLUE, ORANGE), strict=True))
DECADE_COLOURS = (BLUE, SKY, GREEN, ORANGE, PINK, RED)
"""From the last decade back."""

FEW = "too few months without a gap"


def parts(table: pd.DataFrame | None, panels: list[Axes] | None = None) -> Axes:
    """Draw observed and trend as accidents per day, and the remainder as a factor.

    Parameters
    ----------
    table
        Of `hindcast.analysis.trends.season.Parts`; None where there were too few months.
    """
    drawn = panels or figures.grid(2, 1, width=6.6, height=4.4, sharex=True)
    top, low = drawn
    if table is None:
        figures.empty(low, FEW)
        return figures.empty(top, FEW)
    top.plot(table.index, np.exp(table["observed"]), color=GREY, linewidth=0.8, label="observed")
    top.plot(table.index, np.exp(table["trend"]), color=BLUE, linewidth=2, label="trend")
    figures.legend(top, loc="upper right", ncols=2)
    highest = float(np.exp(table["observed"].max()))
    top.set(ylabel="accidents per day", ylim=(0, 1.3 * highest))
    low.plot(table.index, np.exp(table["remainder"]), ".", color=BLACK, markersize=3)
    low.axhline(1, color=GREY, linewidth=1)
    low.set(ylabel="remainder (factor)")
    for ax in drawn:
        if table.index[0] < BREAK:
            ax.axvline(BREAK, color=BLACK, linestyle=":", linewidth=1)
    low.set(xlabel="month" + ("; dotted: 2008" if table.index[0] < BREAK else ""))
    if table.index[0] < BREAK:
        figures.title(top, "before and after 2008: other sources, other codes")
    return figures.sign(top)


def seasons(decades: pd.DataFrame, ratios: pd.DataFrame | None, ax: Axes | None = None) -> Axes:
    """Draw the season by decade (STL), and the regression's for all years, over the year's level.

    Parameters
    ----------
    decades
        Of `hindcast.analysis.trends.season.by_decade`.
    ratios
        Of `hindcast.analysis.trends.rates.months_of_year`; None where there were too few months.
    """
    ax = figures.axes(ax, width=6.6, height=3.4)
    if ratios is None or decades.empty:
        return figures.empty(ax, FEW)
    for name, colour in zip(decades.columns[::-1], DECADE_COLOURS, strict=False):
        ax.plot(decades.index, decades[name], color=colour, label=name)
    level = float(np.exp(np.log(ratios["ratio"]).mean()))
    shown = ratios.set_index("month_no")[["ratio", "low", "high"]] / level
    wide = [shown["ratio"] - shown["low"], shown["high"] - shown["ratio"]]
    style = {"fmt": "o", "color": BLACK, "markersize": 4}
    ax.errorbar(shown.index, shown["ratio"], yerr=wide, label="regression", **style)
    ax.axhline(1, color=GREY, linewidth=1)
    ax.set(xticks=range(1, 13), xticklabels=[name[:3] for name in MONTHS])
    ax.set(ylabel="accidents per day over the year's", ylim=(0, None))
    figures.legend(ax, loc="lower center", ncols=3, fontsize=8)
    return figures.sign(ax)


def levels(
    counts: changes.Levels | None,
    sure: pd.DataFrame,
    shares: changes.Levels | None,
    panels: list[Axes] | None = None,
) -> Axes:
    """Draw accidents without their season, and fatal shares, with the levels found in them.

    Parameters
    ----------
    counts, shares
        Of `hindcast.analysis.trends.breaks.found`, on logarithms and on angles.
    sure
        Of `hindcast.analysis.trends.breaks.sureness` for the counts: drawn as bands.
    """
    drawn = panels or figures.grid(2, 1, width=6.6, height=4.4, sharex=True)
    if counts is None or shares is None:
        figures.empty(drawn[1], FEW)
        return figures.empty(drawn[0], FEW)
    top, low = drawn
    top.plot(counts.series.index, np.exp(counts.series), color=GREY, linewidth=0.8)
    top.plot(counts.level.index, np.exp(counts.level), color=BLUE, linewidth=2)
    for row in sure.dropna(subset=["low", "high"]).itertuples():
        top.axvspan(row.low, row.high, color=ORANGE, alpha=0.25, linewidth=0)
        top.annotate(
            f"{row.month:%b %Y}", (row.month, 1), xycoords=("data", "axes fraction"),
            xytext=(-3, -2), textcoords="offset points", fontsize=8, ha="right", va="top",
            rotation=90,
        )  # fmt: skip
    highest = float(np.exp(counts.series.max()))
    top.set(ylabel="accidents per day,\nseason taken out", ylim=(None, 1.2 * highest))
    level = changes.as_shares(shares.level)
    low.plot(shares.series.index, changes.as_shares(shares.series), color=GREY, linewidth=0.8)
    low.plot(level.index, level, color=RED, linewidth=2)
    low.set(ylabel="share fatal", xlabel="month", ylim=(0, None))
    low.yaxis.set_major_formatter("{x:.0%}")
    return figures.sign(top)


def backtest(by_year: pd.DataFrame, panels: list[Axes] | None = None) -> Axes:
    """Draw the models' errors, and how often their bands held, by the year ahead.

    Parameters
    ----------
    by_year
        Of `hindcast.analysis.trends.backtest.scores` by ``year_ahead``.
    """
    drawn = panels or figures.grid(1, 3, width=6.8, height=3.2)
    if by_year.empty:
        for ax in drawn[1:]:
            figures.empty(ax, FEW)
        return figures.empty(drawn[0], FEW)
    for name, colour in MODEL_COLOURS.items():
        own = by_year.xs(name, level="model")
        for ax, column in zip(drawn, ("MASE", "inside80", "inside95"), strict=True):
            ax.plot(own.index, own[column], "o-", color=colour, label=name)
    for ax, level in zip(drawn[1:], (0.80, 0.95), strict=True):
        ax.axhline(level, color=BLACK, linestyle="--", linewidth=1)
        ax.set(ylim=(0, 1.03))
        ax.yaxis.set_major_formatter("{x:.0%}")
        figures.title(ax, f"inside the {level:.0%} band")
    figures.title(drawn[0], "scaled error (MASE)")
    drawn[0].set(ylim=(0, 1.12 * by_year["MASE"].max()))
    for ax in drawn:
        ax.set(xlabel="year ahead", xticks=sorted(set(by_year.index.get_level_values(1))))
    figures.legend(drawn[0], loc="lower right", fontsize=8)
    return figures.sign(drawn[0])


def pandemic(rows: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the last forecast made before March 2020 over what came.

    Parameters
    ----------
    rows
        Of `hindcast.analysis.trends.backtest.before_pandemic`.
    """
    ax = figures.axes(ax, width=6.6, height=3.4)
    if rows.empty:
        return figures.empty(ax, "no forecast of 2020 was made from these records")
    band(ax, rows.set_index("month"))
    outside = ~rows["actual"].between(rows["low95"], rows["high95"])
    ax.plot(rows["month"], rows["actual"], "o-", color=BLACK, markersize=4, label="what came")
    ringed = rows[outside]
    ax.plot(ringed["month"], ringed["actual"], "o", color=RED, markersize=10, fillstyle="none")
    figures.title(ax, f"{rows['model'].iloc[0]}, made at the end of {rows['origin'].iloc[0]:%B %Y}")
    ax.set(ylabel="accidents a month", ylim=(0, None))
    _plain_dates(ax)
    figures.legend(ax, loc="lower right", ncols=2, fontsize=9)
    return figures.sign(ax)


def _plain_dates(ax: Axes) -> None:
    locator = AutoDateLocator(maxticks=9)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))


def band(ax: Axes, rows: pd.DataFrame) -> None:
    """Draw a forecast's median and its 80% and 95% bands."""
    for level, alpha in ((95, 0.18), (80, 0.3)):
        ends = (rows[f"low{level}"], rows[f"high{level}"])
        style = {"color": BLUE, "alpha": alpha, "linewidth": 0}
        ax.fill_between(rows.index, *ends, label=f"{level}% band", **style)
    ax.plot(rows.index, rows["median"], color=BLUE, label="forecast")


def onward(
    months: pd.DataFrame, forecast_rows: pd.DataFrame, years: int = 6, ax: Axes | None = None
) -> Axes:
    """Draw the last years of a series and the forecast after it.

    Parameters
    ----------
    months
        Of `hindcast.analysis.trends.series.stretch`.
    forecast_rows
        Of `hindcast.analysis.trends.backtest.onward`.
    """
    ax = figures.axes(ax, width=6.6, height=3.4)
    if forecast_rows.empty:
        return figures.empty(ax, f"{FEW} to judge a forecast, so none is made")
    past = months.tail(12 * years)
    ax.plot(past["month"], past["accidents"], color=BLACK, linewidth=1, label="counted")
    band(ax, forecast_rows)
    ax.set(ylabel="accidents a month", xlabel="month", ylim=(0, None))
    figures.legend(ax, loc="lower left", ncols=4, fontsize=9)
    return figures.sign(ax)
