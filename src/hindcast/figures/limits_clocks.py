"""Figures of the page on limits: clocks without a risk set, base rates, strata that turn round."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREY, ORANGE

TITLES = (
    "these records: pilot's hours at the accident",
    "simulated: two fleets of one hazard, accidents alone",
    "simulated: the same fleets, all aircraft",
)


def survival(curves: list[pd.DataFrame], limits: tuple[float, ...]) -> Axes:
    """Draw Kaplan-Meier curves, a panel each: from the records, without and with a risk set.

    Parameters
    ----------
    curves
        Three frames of `hindcast.analysis.limits.clocks.curves`.
    limits
        Where each panel's hours end.
    """
    panels = figures.grid(3, 1, width=6.8, height=7.6)
    for ax, found, title, end in zip(panels, curves, TITLES, limits, strict=True):
        _survival(ax, found, end)
        figures.title(ax, title)
        ax.set(xlim=(0, end), ylim=(0, 1.02), ylabel="no accident yet")
    panels[-1].set(xlabel="hours flown", ylim=(0.85, 1.003), yticks=[0.85, 0.9, 0.95, 1])
    return figures.sign(panels[-1])


def _survival(ax: Axes, found: pd.DataFrame, end: float) -> None:
    if found.empty:
        ax.text(0.5, 0.5, "no hours in these records", transform=ax.transAxes, ha="center")
        return
    for (name, own), colour in zip(found.groupby("group"), (BLUE, ORANGE), strict=False):
        shown = own[own["hours"].astype(float) <= end]
        hours = np.concatenate([[0.0], shown["hours"].to_numpy(dtype=float)])
        line = np.concatenate([[1.0], shown["surviving"].to_numpy(dtype=float)])
        ax.step(hours, line, where="post", color=colour, linewidth=1.8, label=name)
        low, high = (shown[c].to_numpy(dtype=float) for c in ("low", "high"))
        ax.fill_between(hours[1:], low, high, step="post", color=colour, alpha=0.2, linewidth=0)
    ax.yaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="best")


def backwards(found: pd.DataFrame) -> Axes:
    """Draw P(fatal | flag) beside P(flag | fatal).

    Parameters
    ----------
    found
        Of `hindcast.analysis.limits.traps.backwards`.
    """
    ax = figures.axes(width=7.0, height=1.4 + 0.55 * max(len(found), 2))
    if found.empty:
        return figures.empty(ax, "no fatal accidents to show")
    at = np.arange(len(found))
    of_fatal = "of the fatal accidents, this share had it"
    ax.barh(at - 0.19, found["of_fatal"], height=0.36, color=ORANGE, label=of_fatal)
    fatal = "of the accidents that had it, this share was fatal"
    ax.barh(at + 0.19, found["fatal_share"], height=0.36, color=BLUE, label=fatal)
    wide = [found["fatal_share"] - found["low"], found["high"] - found["fatal_share"]]
    ax.errorbar(found["fatal_share"], at + 0.19, xerr=wide, fmt="none", color=BLACK, linewidth=1)
    names = [f"{n}  ({k:,})" for n, k in zip(found["what"], found["accidents"], strict=True)]
    ax.set(yticks=at, yticklabels=names, ylim=(len(found) - 0.5, -0.5), xlim=(0, 1))
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.get_figure().legend(
        *ax.get_legend_handles_labels(), frameon=False, loc="outside upper left", fontsize=9
    )
    return figures.sign(ax)


def reversed_within(found: pd.DataFrame) -> Axes:
    """Draw a comparison's odds ratio as a whole, within each stratum, and pooled.

    Parameters
    ----------
    found
        Of `hindcast.analysis.limits.strata.by_stratum`.
    """
    ax = figures.axes(width=7.2, height=1.4 + 0.34 * max(len(found), 3))
    if found.empty:
        return figures.empty(ax, "no comparison turns round within strata")
    colours = {"crude": ORANGE, "stratum": GREY, "pooled": BLUE}
    for place, row in enumerate(found.itertuples()):
        wide = [[row.odds_ratio - row.low], [row.high - row.odds_ratio]]
        ax.errorbar(row.odds_ratio, place, xerr=wide, fmt="o", color=colours[row.kind])
    names = [f"{n}  ({k:,})" for n, k in zip(found["what"], found["accidents"], strict=True)]
    ax.axvline(1, color=BLACK, linewidth=1)
    ax.set(yticks=range(len(found)), yticklabels=names, ylim=(len(found) - 0.5, -0.5))
    ax.set(xscale="log", xlabel="odds ratio of an accident's being fatal (95% interval, log scale)")
    ticks = [t for t in (0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10) if _inside(t, found)]
    ax.set(xticks=ticks, xticklabels=[f"{t:g}" for t in ticks])
    ax.minorticks_off()
    return figures.sign(ax)


def _inside(tick: float, found: pd.DataFrame) -> bool:
    return bool(found["low"].min() * 0.8 <= tick <= found["high"].max() * 1.25)
