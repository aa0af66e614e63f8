"""Figures of the page on trends: years, published totals, the calendar and the clock."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.analysis import records
from hindcast.analysis.trends.clock import HOURS
from hindcast.analysis.trends.series import BREAK, REFERENCE
from hindcast.figures import BLACK, BLUE, GREY, ORANGE, RED, SKY

SHARE = "share fatal (95% interval)"


def years(found: pd.DataFrame, panels: list[Axes] | None = None) -> Axes:
    """Draw accidents by year, the fatal ones in another colour, over the fatal share.

    Parameters
    ----------
    found
        Of `hindcast.analysis.trends.series.yearly`. Years without accidents are left blank.
    """
    top, low = panels or figures.grid(2, 1, width=6.6, height=5.0, sharex=True)
    if found.empty:
        figures.empty(low, "no dated accidents to show")
        return figures.empty(top, "no dated accidents to show")
    rest = found["known"] - found["fatal"]
    bottom = found["fatal"] + rest
    top.bar(found["year"], found["fatal"], color=RED, label="fatal")
    top.bar(found["year"], rest, bottom=found["fatal"], color=SKY, label="not fatal")
    top.bar(found["year"], found["severity_unknown"], bottom=bottom, color=GREY, label="unknown")
    figures.legend(top, loc="upper right", ncols=3)
    tell_origin(top, found["origin"])
    top.set(ylabel="accidents", ylim=(0, 1.18 * np.nanmax(found["accidents"])))
    whiskers(low, found, "year")
    low.set(xlabel="year", xlim=(found["year"].min() - 0.8, found["year"].max() + 0.8))
    low.xaxis.get_major_locator().set_params(integer=True)
    for ax in (top, low):
        at = BREAK.year - 0.5
        if found["year"].min() < at:
            ax.axvline(at, color=BLACK, linestyle=":", linewidth=1)
    if found["year"].min() < BREAK.year:
        low.annotate(
            "from 2008: other source, other codes",
            (BREAK.year - 0.7, 0.04), xycoords=("data", "axes fraction"),
            ha="right", fontsize=8,
        )  # fmt: skip
    return figures.sign(top)


def tell_origin(ax: Axes, origin: pd.Series) -> None:
    """Say above the Axes where the years before 2008 come from, if from elsewhere."""
    if origin.eq(REFERENCE).any():
        figures.title(ax, "1982-2007: NTSB AviationData, counts only")


def whiskers(ax: Axes, found: pd.DataFrame, across: str, colour: str = BLUE) -> None:
    """Draw fatal shares as dots with their 95% intervals over ``across``, from zero up."""
    wide = [found["fatal_share"] - found["low"], found["high"] - found["fatal_share"]]
    ax.errorbar(found[across], found["fatal_share"], yerr=wide, fmt="o", color=colour, markersize=4)
    ax.set(ylabel=SHARE, ylim=(0, None))
    ax.yaxis.set_major_formatter("{x:.0%}")


def published(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how far counted numbers lie from NTSB's published ones, by year, in percent.

    Parameters
    ----------
    found
        Of `hindcast.analysis.trends.published.compared`.
    """
    ax = figures.axes(ax, width=6.6, height=3.5)
    if found.empty:
        return figures.empty(ax, "nothing published to compare these records with")
    kinds = {
        ("all", "accidents"): (BLUE, "o", "accidents, all operations"),
        ("general aviation", "fatal"): (RED, "s", "fatal accidents, general aviation"),
        ("all", "deaths"): (ORANGE, "^", "deaths, all operations"),
    }
    for (operations, what), (colour, marker, label) in kinds.items():
        own = found[found["operations"].eq(operations) & found["what"].eq(what)]
        ax.plot(own["year"], own["difference"], marker, color=colour, label=label, markersize=6)
    ax.axhline(0, color=BLACK, linewidth=1)
    low = min(-2.0, float(found["difference"].min()))
    ax.set(xlabel="year", ylabel="counted here over published (%)", ylim=(1.15 * low, -0.45 * low))
    ax.xaxis.get_major_locator().set_params(integer=True)
    figures.legend(ax, loc="upper left", fontsize=9, ncols=1)
    return figures.sign(ax)


def calendar(
    month: tuple[pd.DataFrame, pd.DataFrame],
    weekday: tuple[pd.DataFrame, pd.DataFrame],
    panels: list[Axes] | None = None,
) -> Axes:
    """Draw accidents per day by month and by weekday, beside the fatal shares.

    Parameters
    ----------
    month, weekday
        Rates of `hindcast.analysis.trends.clock.per_day`, shares of
        `hindcast.analysis.shares.by`.
    """
    ratios = {"height_ratios": (12, 7)}
    drawn = panels or figures.grid(
        2, 2, width=6.6, height=5.2, sharey="row", sharex="col", gridspec_kw=ratios
    )
    if month[0].empty:
        for ax in drawn[1:]:
            figures.empty(ax, "no dated accidents")
        return figures.empty(drawn[0], "no dated accidents")
    _rates_and_shares(*drawn[:2], *month)
    _rates_and_shares(*drawn[2:], *weekday)
    drawn[2].set(xlabel="accidents per day (95% interval)")
    drawn[3].set(xlabel=SHARE)
    return figures.sign(drawn[0])


def _rates_and_shares(left: Axes, right: Axes, rates: pd.DataFrame, found: pd.DataFrame) -> None:
    group, at = rates.columns[0], np.arange(len(rates))
    wide = [rates["per_day"] - rates["low"], rates["high"] - rates["per_day"]]
    left.barh(at, rates["per_day"], xerr=wide, color=SKY, ecolor=GREY)
    left.set(yticks=at, yticklabels=rates[group], ylim=(len(at) - 0.4, -0.6))
    shown = found.set_index(group).reindex(rates[group])
    spread = [shown["fatal_share"] - shown["low"], shown["high"] - shown["fatal_share"]]
    right.errorbar(shown["fatal_share"], at, xerr=spread, fmt="o", color=BLUE, markersize=5)
    right.set(xlim=(0, None))
    right.xaxis.set_major_formatter("{x:.0%}")


def hours(local: pd.DataFrame, recorded: pd.DataFrame, panels: list[Axes] | None = None) -> Axes:
    """Draw accidents by hour on both clocks, and the fatal share by local hour.

    Parameters
    ----------
    local, recorded
        Of `hindcast.analysis.trends.clock.by_hour`.
    """
    top, low = panels or figures.grid(2, 1, width=6.6, height=4.8, sharex=True)
    known = local[local["hour"].ne(records.UNKNOWN)].reset_index(drop=True)
    if not known["accidents"].sum():
        figures.empty(low, "no accident has a known hour")
        return figures.empty(top, "no accident has a known hour")
    written = recorded[recorded["hour"].ne(records.UNKNOWN)]
    at = np.arange(len(HOURS))
    top.bar(at, known["accidents"], color=SKY, label="on the clock on the spot")
    top.step(at, written["accidents"], color=BLACK, where="mid", label="as recorded")
    figures.legend(top, loc="upper left")
    top.set(ylabel="accidents", ylim=(0, None))
    whiskers(low, known.assign(at=at), "at")
    low.set(xlabel="local hour", xticks=at[::3], xticklabels=HOURS[::3])
    unknown = int(local.loc[local["hour"].eq(records.UNKNOWN), "accidents"].sum())
    figures.title(top, f"hour unknown: {unknown:,} accidents")
    return figures.sign(top)


def week(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw accidents by weekday and local hour as a map of colours.

    Parameters
    ----------
    table
        Of `hindcast.analysis.trends.clock.week`.
    """
    ax = figures.axes(ax, width=6.6, height=2.9)
    if not table.to_numpy().sum():
        return figures.empty(ax, "no accident has a known hour")
    image = ax.imshow(table, cmap="cividis", aspect="auto", vmin=0)
    ax.set(yticks=range(len(table)), yticklabels=table.index, xlabel="local hour")
    ax.set(xticks=range(0, 24, 3), xticklabels=list(table.columns)[::3])
    ax.grid(visible=False)
    ax.get_figure().colorbar(image, ax=ax, label="accidents")
    return figures.sign(ax)
