"""Figures that several analysis pages share: fatal shares and odds ratios with their intervals."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MultipleLocator, NullLocator

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREY, ORANGE

MANY_MARKS = 0.45
"""Up to this share every fifth percent is marked."""
KIND_COLOURS = {"crude": ORANGE, "adjusted": BLUE}


def dots(
    found: pd.DataFrame, group: str, overall: float | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the fatal share of each group as a dot with its 95% interval, first row on top.

    Parameters
    ----------
    found
        Of `hindcast.analysis.shares.by`; groups without a share are named, with their count.
    group
        Its column of names.
    overall
        The fatal share of all, drawn as a line.
    """
    ax = figures.axes(ax, width=7.4, height=1.2 + 0.27 * len(found))
    if found.empty:
        return figures.empty(ax, "no accidents to show")
    at = range(len(found))
    wide = [found["fatal_share"] - found["low"], found["high"] - found["fatal_share"]]
    ax.errorbar(found["fatal_share"], at, xerr=wide, fmt="o", color=BLUE, markersize=5)
    if overall is not None:
        ax.axvline(overall, color=GREY, linestyle="--", linewidth=1)
    names = [f"{n}  ({k:,})" for n, k in zip(found[group], found["accidents"], strict=True)]
    ax.set(yticks=list(at), yticklabels=names, ylim=(len(found) - 0.5, -0.5), xlim=(0, None))
    ax.set_xlabel("share of accidents that was fatal (95% interval)")
    if found["high"].max() < MANY_MARKS:
        ax.xaxis.set_major_locator(MultipleLocator(0.05))
    ax.xaxis.set_major_formatter("{x:.0%}")
    return figures.sign(ax)


def forest(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw odds ratios on a log scale, crude and adjusted beside each other.

    Parameters
    ----------
    found
        ``exposure, kind, odds_ratio, low, high`` of `hindcast.analysis.odds.crude_and_adjusted`.
    """
    names = list(dict.fromkeys(found.get("exposure", [])))
    ax = figures.axes(ax, width=7.4, height=1.3 + 0.42 * len(names))
    if not names:
        return figures.empty(ax, "no regression could be made")
    for shift, (kind, colour) in zip((-0.13, 0.13), KIND_COLOURS.items(), strict=True):
        own = found[found["kind"] == kind]
        at = [names.index(name) + shift for name in own["exposure"]]
        wide = [own["odds_ratio"] - own["low"], own["high"] - own["odds_ratio"]]
        ax.errorbar(own["odds_ratio"], at, xerr=wide, fmt="o", color=colour, label=kind)
    ax.axvline(1, color=BLACK, linewidth=1)
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    ax.set(xscale="log", xlabel="odds ratio of an accident's being fatal (95% interval, log scale)")
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 5, 7)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter("{x:g}")
    figures.legend(ax, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return figures.sign(ax)
