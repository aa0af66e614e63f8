"""Figures of what is missing of crews: by severity, over time, and what it leaves open."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from hindcast import figures
from hindcast.figures import BLUE, GREEN, GREY, ORANGE, RED, SKY

SEVERITY_COLOURS = {"fatal": RED, "not fatal": BLUE}
METHODS = {
    "complete records": ("o", BLUE, 0.0),
    "weighted": ("s", ORANGE, 0.2),
    "imputed": ("D", GREEN, -0.2),
}


def by_severity(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the missing share of each field, of fatal accidents and of the others.

    Parameters
    ----------
    found
        Of `hindcast.analysis.crew.missing.by_severity`.
    """
    names = list(dict.fromkeys(found["field"]))
    ax = figures.axes(ax, width=6.8, height=1.4 + 0.34 * len(names))
    if not names:
        return figures.empty(ax, "no field of the crew is told")
    wide = found.pivot_table("share", "field", "severity").loc[names]
    ax.hlines(range(len(names)), wide.min(axis=1), wide.max(axis=1), color=GREY, linewidth=1)
    for severity, colour in SEVERITY_COLOURS.items():
        own = found[found["severity"].eq(severity)]
        at = [names.index(name) for name in own["field"]]
        bars = [own["share"] - own["low"], own["high"] - own["share"]]
        ax.errorbar(own["share"], at, xerr=bars, fmt="o", color=colour, label=severity)
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    ax.set(xlim=(0, None), xlabel="share of accidents whose record lacks it (95% interval)")
    ax.xaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="lower right")
    return figures.sign(ax)


def over_time(found: pd.DataFrame) -> Axes:
    """Draw the missing share by half year, a panel a field.

    Parameters
    ----------
    found
        Of `hindcast.analysis.crew.missing.by_half_year`; a half year without accidents is a gap.
    """
    names = list(dict.fromkeys(found["field"]))
    rows = max(len(names), 1)
    panels = figures.grid(rows, 1, width=6.8, height=1 + 2.1 * rows, sharex=True, sharey=True)
    if not names:
        return figures.empty(panels[0], "no field of the crew is told")
    for ax, name in zip(panels, names, strict=True):
        for severity, colour in SEVERITY_COLOURS.items():
            own = found[found["field"].eq(name) & found["severity"].eq(severity)]
            every = np.arange(found["at"].min(), found["at"].max() + 0.1, 0.5)
            share = own.set_index("at")["share"].reindex(every)
            ax.plot(every, share, ".-", color=colour, linewidth=1.2, label=severity)
        figures.title(ax, name)
        ax.set(ylabel="share lacking it", ylim=(0, 1.02))
    panels[len(names) - 1].set_xlabel("year of the accident")
    panels[0].xaxis.set_major_locator(MaxNLocator(integer=True))
    panels[0].xaxis.set_major_formatter("{x:.0f}")
    panels[0].yaxis.set_major_formatter("{x:.0%}")
    figures.legend(panels[0], loc="upper left")
    return figures.sign(panels[0])


def bounds(found: pd.DataFrame, overall: float, ax: Axes | None = None) -> Axes:
    """Draw each group's fatal share by three methods over what the blanks leave open.

    Parameters
    ----------
    found
        Of `hindcast.analysis.crew.bounds.compared`.
    overall
        The fatal share of all accidents, drawn as a line.
    """
    names = list(dict.fromkeys(found["group"]))
    ax = figures.axes(ax, width=6.8, height=1.8 + 0.6 * len(names))
    if not names:
        return figures.empty(ax, "no record answers, or none is blank")
    ends = found[found["method"].eq("bounds")]
    at = [names.index(name) for name in ends["group"]]
    wide = ends["high"] - ends["low"]
    ax.barh(at, wide, 0.7, ends["low"], color=SKY, alpha=0.35, label="whatever the blanks hide")
    for method, (marker, colour, shift) in METHODS.items():
        own = found[found["method"].eq(method)]
        at = [names.index(name) + shift for name in own["group"]]
        bars = [own["share"] - own["low"], own["high"] - own["share"]]
        ax.errorbar(own["share"], at, xerr=bars, fmt=marker, color=colour, label=method)
    ax.axvline(overall, color=GREY, linestyle="--", linewidth=1)
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    ax.set(xlim=(0, 1), xlabel="share of accidents that was fatal (95% interval)")
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.get_figure().legend(loc="outside upper left", ncols=2, frameon=False)
    return figures.sign(ax)
