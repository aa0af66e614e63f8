"""Figures of the page on aircraft: adjusted odds, and whether they can be believed."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, NullLocator

from hindcast import figures
from hindcast.analysis.aircraft.checks import AgeShape
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE, SKY
from hindcast.figures.shares import KIND_COLOURS

STEP_COLOURS = (ORANGE, SKY, GREEN, BLUE, BLACK)
STEP_MARKS = "os^DX"
ODDS = "odds ratio of an accident's being fatal (log scale)"


def ladder(steps: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how each odds ratio moves as more is adjusted for.

    Parameters
    ----------
    steps
        Of `hindcast.analysis.aircraft.effects.steps`.
    """
    rows = steps.dropna(subset="odds_ratio")
    names = list(dict.fromkeys(rows["exposure"]))
    ax = figures.axes(ax, width=8.4, height=1.6 + 0.65 * max(len(names), 2))
    if not names:
        return figures.empty(ax, "no regression could be made")
    for place, step in enumerate(dict.fromkeys(rows["step"])):
        own = rows[rows["step"] == step]
        at = np.array([names.index(name) for name in own["exposure"]]) + 0.15 * (place - 2)
        wide = [own["odds_ratio"] - own["low"], own["high"] - own["odds_ratio"]]
        style = {"fmt": STEP_MARKS[place], "color": STEP_COLOURS[place], "markersize": 4}
        ax.errorbar(own["odds_ratio"], at, xerr=wide, linewidth=1, label=step, **style)
    ax.axvline(1, color=BLACK, linewidth=1)
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    ax.set(xscale="log", xlabel=f"{ODDS}, with 95% intervals")
    _odds_ticks(ax.xaxis)
    ax.grid(visible=False, axis="y")
    figures.legend(ax, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figures.sign(ax)


def _odds_ticks(axis: Axis) -> None:
    axis.set_major_locator(FixedLocator([0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6]))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


def age(shape: AgeShape | None, ax: Axes | None = None) -> Axes:
    """Draw the odds over the age of the aircraft, crude and adjusted.

    Parameters
    ----------
    shape
        Of `hindcast.analysis.aircraft.checks.age_shape`.
    """
    ax = figures.axes(ax, width=7.0, height=4.0)
    if shape is None:
        return figures.empty(ax, "the year built is known of too few aircraft")
    for kind, rows in shape.curve.groupby("kind", sort=False):
        colour = KIND_COLOURS[kind]
        ax.fill_between(rows["age_years"], rows["low"], rows["high"], color=colour, alpha=0.2, lw=0)
        ax.plot(rows["age_years"], rows["odds_ratio"], color=colour, label=kind)
    ax.axhline(1, color=BLACK, linewidth=1)
    ax.set(yscale="log", xlabel="age of the airplane (years)", ylabel="odds ratio (log scale)")
    _odds_ticks(ax.yaxis)
    figures.title(ax, "odds of an accident's being fatal, against airplanes of 20 years")
    figures.legend(ax, loc="best")
    return figures.sign(ax)


def calibration(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw observed over expected fatal shares, in tenths of the accidents.

    Parameters
    ----------
    found
        Of `hindcast.analysis.aircraft.checks.calibration`.
    """
    ax = figures.axes(ax, width=5.6, height=4.4)
    if found.empty:
        return figures.empty(ax, "no regression could be made")
    wide = [found["fatal_share"] - found["low"], found["high"] - found["fatal_share"]]
    ax.errorbar(found["expected"], found["fatal_share"], yerr=wide, fmt="o", color=BLUE)
    top = 1.05 * max(found["expected"].max(), found["high"].max())
    ax.plot([0, top], [0, top], color=GREY, linestyle="--", linewidth=1)
    ax.set(xlim=(0, top), ylim=(0, top), xlabel="fatal share the regression expects")
    ax.set_ylabel("fatal share observed (95% interval)")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:.0%}")
    figures.title(ax, "tenths of the accidents; dashed: expected is observed")
    return figures.sign(ax)
