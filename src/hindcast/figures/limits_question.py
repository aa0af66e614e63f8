"""Figures of the causal question: its diagram, how alike the arms are, and the estimates."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from hindcast import figures
from hindcast.analysis.graph import Diagram, adjustment_set
from hindcast.analysis.limits import balance
from hindcast.analysis.limits.question import ASSUMED
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE
from hindcast.figures.diagram import diagram

ARMS = {"one pilot": ORANGE, "second pilot aboard": BLUE}
PLACES = {
    "second_pilot": (0.1, 0.42),
    "fatal": (0.9, 0.42),
    "purpose": (0.14, 0.86),
    "pilot": (0.4, 0.86),
    "aircraft": (0.65, 0.86),
    "night": (0.88, 0.86),
    "handling": (0.5, 0.535),
    "weather_met": (0.52, 0.31),
    "care": (0.32, 0.17),
    "accident": (0.12, 0.03),
    "severity": (0.64, 0.03),
}
NAMES = {
    "second_pilot": "second pilot",
    "fatal": "accident is fatal",
    "pilot": "pilot's hours, age, profession",
    "aircraft": "turbine, engines, homebuilt",
    "weather_met": "weather met",
    "handling": "handling",
    "care": "carefulness",
    "accident": "an accident at all",
    "severity": "how bad the emergency is",
}
BENDS = {("purpose", "aircraft"): -0.22, ("purpose", "night"): -0.22}


def assumed(d: Diagram) -> Axes:
    """Draw the question's diagram, with what is adjusted for where nothing is unmeasured."""
    places = {node: PLACES[node] for node in d.graph}
    bends = {arrow: bend for arrow, bend in BENDS.items() if d.graph.has_edge(*arrow)}
    chosen = adjustment_set(ASSUMED) or set()
    return diagram(d, places, adjusted_for=chosen, labels=NAMES, bends=bends)


def overlap(found: pd.DataFrame, why: str) -> Axes:
    """Draw the propensities of both arms, one above and one below the line.

    Parameters
    ----------
    found
        Of `hindcast.analysis.limits.balance.scores`.
    why
        What to say where there is nothing to draw.
    """
    ax = figures.axes(width=6.8, height=3.6)
    if found.empty:
        return figures.empty(ax, why)
    edges = np.linspace(0, 1, 26)
    for sign, (name, colour) in zip((-1, 1), ARMS.items(), strict=True):
        scores = found.loc[found["arm"] == name, "propensity"].astype(float)
        heights, _ = np.histogram(scores, edges)
        shares = sign * heights / max(len(scores), 1)
        words = f"{name} ({len(scores):,})"
        ax.bar(edges[:-1], shares, width=0.04, align="edge", color=colour, alpha=0.8, label=words)
    ax.axhline(0, color=BLACK, linewidth=1)
    ax.set(xlim=(0, 1), xlabel="propensity: probability of a second pilot, given the covariates")
    ax.set_ylabel("share of the arm's accidents")
    ax.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.0%}")
    figures.legend(ax, loc="lower right")
    return figures.sign(ax)


def love(found: pd.DataFrame, why: str) -> Axes:
    """Draw how unlike the arms are in each covariate, before and after weighting.

    Parameters
    ----------
    found
        Of `hindcast.analysis.limits.balance.standardised`.
    """
    names = list(dict.fromkeys(found["covariate"]))
    ax = figures.axes(width=7.2, height=1.7 + 0.3 * max(len(names), 3))
    if not names:
        return figures.empty(ax, why)
    looks = zip(balance.KINDS, (ORANGE, BLUE, GREEN), ("o", "s", "D"), strict=True)
    for kind, colour, marker in looks:
        own = found[found["kind"] == kind]
        at = [names.index(name) for name in own["covariate"]]
        ax.plot(own["difference"].abs(), at, marker, color=colour, label=kind)
    ax.axvline(balance.LIMIT, color=GREY, linestyle="--", linewidth=1)
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    ax.set(xlim=(-0.02, None), xlabel="absolute standardised mean difference (standard deviations)")
    ax.get_figure().legend(
        *ax.get_legend_handles_labels(),
        frameon=False,
        loc="outside upper left",
        ncols=3,
        fontsize=9,
    )
    return figures.sign(ax)


def effects(found: pd.DataFrame, why: str) -> Axes:
    """Draw the estimated difference by every method, with 95% intervals.

    Parameters
    ----------
    found
        Of `hindcast.analysis.limits.estimators.effects`.
    """
    named = found.rename(columns={"label": "what"})
    colours = [ORANGE if m == "crude" else BLUE for m in found["method"]]
    return differences(named, why, colours)


def differences(found: pd.DataFrame, why: str, colours: list[str] | None = None) -> Axes:
    """Draw differences of shares with 95% intervals, first row on top.

    Parameters
    ----------
    found
        ``what, difference, low, high``; rows without an estimate are named and left blank.
    """
    ax = figures.axes(width=7.2, height=1.2 + 0.38 * max(len(found), 2))
    if found.empty or found["difference"].isna().all():
        return figures.empty(ax, why)
    for place, row in enumerate(found.itertuples()):
        colour = colours[place] if colours else BLUE
        ax.plot(row.difference, place, "o", color=colour)
        # A percentile interval may lie beside its estimate, which error bars do not allow.
        ax.hlines(place, row.low, row.high, color=colour)
    ax.axvline(0, color=BLACK, linewidth=1)
    ax.set(yticks=range(len(found)), yticklabels=found["what"], ylim=(len(found) - 0.5, -0.5))
    ax.set_xlabel("share with a second pilot less share without (95% interval)")
    points(ax)
    return figures.sign(ax)


def points(ax: Axes) -> None:
    """Mark the horizontal axis in percentage points, with few ticks."""
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:+.0f} pts" if value else "0")
