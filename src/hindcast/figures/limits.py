"""Figures of the page on limits: what unknown hours and unreported accidents leave open."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.analysis.limits.hours import AIRLINES, COMMUTERS, OTHERS
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE, RED

COLOURS = {AIRLINES: BLUE, COMMUTERS: ORANGE, OTHERS: GREEN}
SHORT = {AIRLINES: "Part 121", COMMUTERS: "Part 135", OTHERS: "General aviation"}
NO_HOURS = "no accidents of the years for which hours are published"
ISO = (0.01, 0.1, 0.3, 1.0, 3.0)


def rankings(ranked: pd.DataFrame) -> Axes:
    """Draw operations by count, by fatal share and by fatal rate, each with its place.

    Parameters
    ----------
    ranked
        Of `hindcast.analysis.limits.hours.ranks`.
    """
    measures = list(dict.fromkeys(ranked["measure"]))
    if ranked["operation"].nunique() < 2:
        return figures.empty(figures.axes(width=7.0, height=2.0), NO_HOURS)
    panels = figures.grid(len(measures), 1, width=7.0, height=1.7 * len(measures))
    for ax, measure in zip(panels, measures, strict=True):
        _ranking(ax, ranked[ranked["measure"] == measure].reset_index(drop=True), measure)
    return figures.sign(panels[-1])


def _ranking(ax: Axes, rows: pd.DataFrame, measure: str) -> None:
    at = np.arange(len(rows))
    ax.barh(at, rows["value"], color=[COLOURS[name] for name in rows["operation"]], height=0.6)
    wide = [(rows["value"] - rows["low"]).fillna(0), (rows["high"] - rows["value"]).fillna(0)]
    ax.errorbar(rows["value"], at, xerr=wide, fmt="none", color=BLACK, linewidth=1.2)
    is_share = "share" in measure
    form = "{:.1%}" if is_share else ("{:,.0f}" if measure == "accidents" else "{:#.2g}")
    ends = rows["high"].fillna(rows["value"])
    for place, (end, value, rank) in enumerate(zip(ends, rows["value"], rows["rank"], strict=True)):
        known = f"  {form.format(value)}  (place {rank:.0f})"
        words = known if np.isfinite(value) else "  too few accidents for a share"
        ax.text(end if np.isfinite(end) else 0, place, words, va="center", fontsize=9)
    names = [SHORT[name] for name in rows["operation"]]
    ax.set(yticks=at, yticklabels=names, ylim=(len(rows) - 0.4, -0.6))
    ax.set_xlim(0, 1.45 * (float(ends.fillna(0).max()) or 1))
    if measure != "fatal accidents per 100,000 flight hours":
        ax.xaxis.set_major_formatter("{x:.0%}" if is_share else "{x:,.0f}")
    ax.grid(visible=False, axis="y")
    figures.title(ax, measure)


def isolines(found: pd.DataFrame, rates: pd.DataFrame, makes: pd.DataFrame) -> Axes:
    """Draw fatal share over accidents per hour, with lines of equal deaths per hour.

    Parameters
    ----------
    found
        Of `hindcast.analysis.limits.hours.by_operation`: points, both coordinates known.
    rates
        Published ``group, accidents_per_100k_h, fatal_per_100k_h``: points too.
    makes
        ``make, fatal_share``: level lines, for where a make lies on its line is unknown.
    """
    ax = figures.axes(width=7.2, height=4.8)
    across = np.geomspace(0.1, 40, 100)
    for rate in ISO:
        ax.plot(across, rate / across, color=GREY, linewidth=0.8, linestyle="--")
    shown = makes.iloc[sorted({0, len(makes) // 2, len(makes) - 1})] if len(makes) else makes
    for make, share in zip(shown["make"], shown["fatal_share"], strict=True):
        ax.axhline(share, color=RED, linewidth=1.2, alpha=0.7)
        words = f"{make.title()}: anywhere on this line"
        ax.text(0.105, share, words, color=RED, va="bottom", fontsize=9)
    for name, rate, share in zip(
        found["operation"], found["accident_rate"], found["fatal_share"], strict=True
    ):
        side = "below" if rate < 0.5 else "right"
        _point(ax, rate, share, SHORT[name], COLOURS[name], side)
    for row in rates.itertuples():
        share = row.fatal_per_100k_h / row.accidents_per_100k_h
        _point(
            ax, row.accidents_per_100k_h, share, row.group.removeprefix("non-commercial "), BLACK
        )
    top = max([0.4, *(1.15 * makes["fatal_share"]), *(1.15 * found["fatal_share"].fillna(0))])
    for rate in ISO:
        at = max(rate / (0.94 * top), 0.12)
        ax.text(at, min(rate / at, 0.94 * top), f" {rate:g}", color=GREY, fontsize=8, va="bottom")
    ax.set(xscale="log", xlim=(0.1, 40), ylim=(0, top), xticks=[0.1, 0.3, 1, 3, 10, 30])
    ax.set(xticklabels=["0.1", "0.3", "1", "3", "10", "30"])
    ax.minorticks_off()
    ax.set(xlabel="accidents per 100,000 flight hours (log scale)")
    ax.set_ylabel("share of accidents that was fatal")
    ax.yaxis.set_major_formatter("{x:.0%}")
    figures.title(ax, "dashed: equal numbers of fatal accidents per 100,000 hours")
    return figures.sign(ax)


def _point(
    ax: Axes, rate: float, share: float, label: str, colour: str, side: str = "left"
) -> None:
    if 0.1 < rate < 40:
        ax.plot(rate, share, "o", color=colour, markersize=7)
        away = {"left": (7, 4), "right": (-7, 4), "below": (7, -14)}[side]
        how = {"textcoords": "offset points", "color": colour}
        ax.annotate(label, (rate, share), away, ha="right" if away[0] < 0 else "left", **how)


def places(found: pd.DataFrame, factor: float) -> Axes:
    """Draw which places each make may have in a ranking by fatal accidents per hour.

    Parameters
    ----------
    found
        Of `hindcast.analysis.limits.makes.places`.
    factor
        Within which hours per accident are taken to be known.
    """
    ax = figures.axes(width=7.0, height=1.2 + 0.3 * max(len(found), 3))
    if len(found) < 2:
        return figures.empty(ax, "no two makes with enough accidents")
    at = np.arange(len(found))
    ax.hlines(at, found["deadliest"], found["safest"], color=BLUE, linewidth=6, alpha=0.35)
    ax.plot(at + 1, at, "o", color=BLUE, markersize=5, label="place by fatal share")
    shares = found["fatal_share"].map("{:.1%}".format)
    names = [f"{m.title()}  ({s})" for m, s in zip(found["make"], shares, strict=True)]
    ax.set(yticks=at, yticklabels=names, ylim=(len(found) - 0.5, -0.5), xticks=at + 1)
    ax.set_xlabel("place by fatal accidents per flight hour (1: most)")
    figures.title(ax, f"places it may have if hours are known within a factor of {factor:g}")
    ax.get_figure().legend(
        *ax.get_legend_handles_labels(), frameon=False, loc="outside upper right", fontsize=9
    )
    return figures.sign(ax)


def settled(found: pd.DataFrame) -> Axes:
    """Draw what share of pairs of makes can be put in order, by how well hours are known.

    Parameters
    ----------
    found
        Of `hindcast.analysis.limits.makes.settled_pairs`.
    """
    ax = figures.axes(width=6.4, height=3.2)
    if not found["pairs"].max():
        return figures.empty(ax, "no two makes with enough accidents")
    ax.plot(found["factor"], found["share"], "o-", color=BLUE)
    for factor, share, pairs in zip(found["factor"], found["share"], found["settled"], strict=True):
        place = (factor, share)
        ax.annotate(f"{pairs}", place, (3, 6), textcoords="offset points", fontsize=9)
    ax.set(xlabel="hours per accident known within a factor of", ylim=(0, 1))
    ax.set_ylabel("share of pairs in sure order")
    ax.yaxis.set_major_formatter("{x:.0%}")
    figures.title(ax, f"pairs settled, of {found['pairs'].max()}")
    return figures.sign(ax)


def reporting(found: pd.DataFrame, even: float | None) -> Axes:
    """Draw how two groups' fatal shares move if one reports fewer of its other accidents.

    Parameters
    ----------
    found
        Of `hindcast.analysis.limits.reporting.curves`.
    even
        Share reported at which the two are level, if there is one.
    """
    ax = figures.axes(width=6.8, height=3.8)
    if found.empty:
        return figures.empty(ax, "no two groups to compare")
    for (name, own), colour in zip(found.groupby("group", sort=False), (BLUE, ORANGE), strict=True):
        ax.plot(own["reported"], own["fatal_share"], color=colour, linewidth=2, label=name)
    if even is not None and found["reported"].min() < even < 1:
        ax.axvline(even, color=GREY, linestyle=":")
        words = f" level at {even:.0%} reported"
        ax.text(even, 0.02, words, color=GREY, transform=ax.get_xaxis_transform(), ha="left")
    ax.set(xlim=(1, found["reported"].min()), ylim=(0, None))
    ax.set_xlabel(f"share of its other accidents that is reported: {found['group'].iloc[0]}")
    ax.set_ylabel("fatal share of all accidents")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:.0%}")
    figures.legend(ax)
    return figures.sign(ax)
