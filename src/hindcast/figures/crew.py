"""Figures of the page on crew: the fatal share along hours, age and days, and in the same wreck.

Bands and bars are 95% intervals.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.analysis.crew import seen as observing
from hindcast.analysis.crew import splines
from hindcast.analysis.crew.splines import Smooth
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE

LINES = (BLUE, ORANGE, GREEN)
HOURS = (0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000)
TOO_FEW = "too few accidents tell it"
SHARE = "share of accidents that was fatal"


def shares(
    lines: pd.DataFrame,
    seen: pd.DataFrame,
    under: pd.DataFrame,
    label: str,
    *,
    hours: bool = False,
    ylabel: str = SHARE,
    ax: Axes | None = None,
) -> Axes:
    """Draw a share along a column, with what was observed, over where the accidents lie.

    Parameters
    ----------
    lines
        ``line, at, share, low, high`` of `hindcast.analysis.crew.splines.shares_along`.
    seen
        Of `hindcast.analysis.crew.seen.observed`: dots with intervals.
    under
        Of `hindcast.analysis.crew.seen.histogram`: bars at the foot, without a scale.
    label
        Of the horizontal axis, with its unit.
    hours
        The column is the natural log of 1 + hours; its axis is marked in hours.
    """
    ax = figures.axes(ax, width=6.8, height=1.4 if lines.empty else 4.2)
    if lines.empty:
        return figures.empty(ax, TOO_FEW)
    _curves(ax, lines, "share")
    wide = [seen["share"] - seen["low"], seen["high"] - seen["share"]]
    dots = {"fmt": "o", "color": BLACK, "markersize": 4, "elinewidth": 1}
    ax.errorbar(seen["at"], seen["share"], yerr=wide, label="as observed", **dots)
    _foot(ax, under)
    ax.set(xlabel=label, ylabel=ylabel)
    ax.set_ylim(0, max(lines["high"].max(), seen["high"].max()) * 1.12)
    ax.yaxis.set_major_formatter("{x:.0%}")
    _mark_hours(ax, hours)
    figures.legend(ax, loc="upper left", ncols=2, fontsize="small")
    return figures.sign(ax)


def _curves(ax: Axes, lines: pd.DataFrame, value: str) -> None:
    for colour, (name, own) in zip(LINES, lines.groupby("line", sort=False), strict=False):
        ax.plot(own["at"], own[value], color=colour, linewidth=2, label=name)
        ax.fill_between(own["at"], own["low"], own["high"], color=colour, alpha=0.18, linewidth=0)


def _foot(ax: Axes, under: pd.DataFrame) -> None:
    """Draw the histogram in the lowest fifth of the Axes."""
    foot = ax.inset_axes((0, 0, 1, 0.16), sharex=ax, zorder=0)
    foot.bar(
        under["left"], under["accidents"], under["width"], align="edge", color=GREY, alpha=0.35
    )
    foot.axis("off")


def _mark_hours(ax: Axes, hours: bool) -> None:
    if hours:
        low, high = ax.get_xlim()
        marks = [h for h in HOURS if low <= np.log1p(h) <= high]
        ax.set_xticks(np.log1p(marks), [f"{h:,}" for h in marks])


def days(found: dict[str, Smooth | None], due: dict[str, int]) -> Axes:
    """Draw the share along days since the review and since the medical, a panel each.

    Parameters
    ----------
    found
        Label of the axis -> fit.
    due
        Label -> days after which it is overdue, drawn as a line.
    """
    panels = figures.grid(len(found), 1, width=6.8, height=6.8, sharey=True)
    for ax, (label, one) in zip(panels, found.items(), strict=True):
        lines = splines.shares_along({"spline": one})
        seen, under = observing.observed(one), observing.histogram(one)
        shares(lines, seen, under, label, ax=ax)
        if label in due and not lines.empty:
            ax.axvline(due[label], color=GREY, linestyle="--", linewidth=1)
            ax.text(due[label], 0.7, " overdue", transform=ax.get_xaxis_transform(), color=GREY)
    return panels[0]


def ratios(ladders: dict[str, pd.DataFrame], labels: dict[str, str]) -> Axes:
    """Draw odds ratios along hours and along age, a panel each, a line a step of adjusting.

    Parameters
    ----------
    ladders
        ``log_hours`` and ``age`` -> `hindcast.analysis.crew.splines.ratios_along`.
    labels
        The same -> label of the axis, with unit and reference.
    """
    panels = figures.grid(len(ladders), 1, width=6.8, height=7.4, sharey=True)
    for ax, (column, lines) in zip(panels, ladders.items(), strict=True):
        if lines.empty:
            figures.empty(ax, TOO_FEW)
            continue
        _curves(ax, lines, "odds_ratio")
        ax.axhline(1, color=BLACK, linewidth=1)
        ax.set(yscale="log", xlabel=labels[column])
        ax.set_yticks([0.25, 0.5, 1, 2], ["0.25", "0.5", "1", "2"])
        ax.minorticks_off()
        _mark_hours(ax, column == "log_hours")
        ax.set_ylabel("odds ratio (log scale)")
        figures.legend(ax, loc="lower center" if column == "log_hours" else "lower right")
    return figures.sign(panels[0])


def surface(cells: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the fitted fatal share by band of age and hours; bands of too few stay blank.

    Parameters
    ----------
    cells
        Of `hindcast.analysis.crew.together.cells`.
    """
    ax = figures.axes(ax, width=6.8, height=4.4)
    if cells.empty:
        return figures.empty(ax, TOO_FEW)
    wide = cells.pivot_table("fatal_share", "age", "hours", observed=False, dropna=False)
    image = ax.imshow(wide, cmap="cividis", aspect="auto", origin="lower")
    middle = np.nanmean([np.nanmin(wide), np.nanmax(wide)])
    for (row, column), share in np.ndenumerate(wide.to_numpy()):
        if np.isfinite(share):
            colour = "white" if share < middle else BLACK
            ax.text(column, row, f"{share:.0%}", ha="center", va="center", color=colour)
    ax.set(xticks=range(wide.shape[1]), yticks=range(wide.shape[0]))
    ax.set_xticklabels(wide.columns, rotation=25, ha="right")
    ax.set_yticklabels(wide.index)
    ax.set(xlabel="pilot's hours in all aircraft", ylabel="pilot's age, years")
    ax.grid(visible=False)
    bar = ax.get_figure().colorbar(image, ax=ax, label=SHARE)
    bar.ax.yaxis.set_major_formatter("{x:.0%}")
    return figures.sign(ax)


def parted(severe: pd.DataFrame, died: pd.DataFrame) -> Axes:
    """Draw along age how many pilots were severely hurt, and how many of those died.

    Parameters
    ----------
    severe, died
        Of `hindcast.analysis.crew.splines.shares_along`.
    """
    panels = figures.grid(2, 1, width=6.8, height=6.6, sharex=True)
    told = (
        (severe, "pilots who died or were seriously hurt, of all"),
        (died, "pilots who died, of those who died or were seriously hurt"),
    )
    for ax, (lines, name) in zip(panels, told, strict=True):
        if lines.empty:
            figures.empty(ax, TOO_FEW)
            continue
        _curves(ax, lines, "share")
        ax.set(ylabel="share (95% band)", ylim=(0, None))
        ax.yaxis.set_major_formatter("{x:.0%}")
        figures.title(ax, name)
    panels[-1].set_xlabel("pilot's age, years")
    return figures.sign(panels[0])


def pairs(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw in which share of wrecks with one death among two the older one died.

    Parameters
    ----------
    found
        Of `hindcast.analysis.crew.frailty.older_died`; groups too small have a count alone.
    """
    ax = figures.axes(ax, width=6.8, height=3.0)
    if not found["pairs"].sum():
        return figures.empty(ax, "no two in one aircraft of whom one died, their ages told")
    at = np.arange(len(found))
    wide = [found["share"] - found["low"], found["high"] - found["share"]]
    ax.errorbar(found["share"], at, xerr=wide, fmt="o", color=BLUE, markersize=6)
    ax.axvline(0.5, color=GREY, linestyle="--", linewidth=1)
    names = found["gap"].where(found["gap"].ne("all"), "all pairs")
    few = np.where(found["share"].isna(), ", too few", "")
    labels = [f"{n}  ({k}{f})" for n, k, f in zip(names, found["pairs"], few, strict=True)]
    ax.set(yticks=at, yticklabels=labels, ylim=(len(found) - 0.5, -0.5), xlim=(0, 1))
    ax.set(xlabel="share of wrecks in which the older one died", ylabel="years apart (wrecks)")
    ax.xaxis.set_major_formatter("{x:.0%}")
    return figures.sign(ax)
