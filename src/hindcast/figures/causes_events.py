"""Figures of the page on causes: what happened in which phase of flight."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from hindcast import figures
from hindcast.analysis.causes.events import Compared
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE
from hindcast.figures.causes import COLOURS, MOST, ink, plain_ticks


def heat(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw events by phases: colour and upper line the fatal share, lower line the accidents.

    Parameters
    ----------
    found
        Of `hindcast.analysis.causes.events.cells`; cells without a share are blank, shares that
        differ from that of all accidents are bold.
    """
    events, phases = (_used(found, name) for name in ("event", "flight_phase"))
    ax = figures.axes(ax, width=8.2, height=2.0 + 0.36 * len(events))
    if found.empty:
        return figures.empty(ax, "no accidents to show")
    for row in found.itertuples():
        _cell(ax, phases.index(row.flight_phase), events.index(row.event), row)
    ax.set(xlim=(-0.5, len(phases) - 0.5), ylim=(len(events) - 0.5, -0.5))
    ax.set(yticks=range(len(events)), yticklabels=events, xticks=range(len(phases)))
    ax.set_xticklabels([_two_lines(name) for name in phases], rotation=90, fontsize=9)
    ax.axhline(len(events) - 1.5, color=BLACK, linewidth=1)
    ax.axvline(len(phases) - 1.5, color=BLACK, linewidth=1)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.grid(visible=False)
    shade = ScalarMappable(Normalize(0, MOST), COLOURS)
    bar = ax.get_figure().colorbar(
        shade, ax=ax, location="bottom", shrink=0.7, aspect=40, pad=0.01, extend="max"
    )
    bar.set_label("share of accidents that was fatal (blank: too few to tell)")
    bar.ax.xaxis.set_major_formatter("{x:.0%}")
    return figures.sign(ax)


def _used(found: pd.DataFrame, column: str) -> list[str]:
    held = set(found[column])
    return [name for name in found[column].cat.categories if name in held]


def _two_lines(name: str) -> str:
    return "\n".join(name.rsplit(" ", 1))


def _cell(ax: Axes, x: int, y: int, row) -> None:
    place = {"xy": (x - 0.5, y - 0.5), "width": 1, "height": 1, "linewidth": 0.6}
    if np.isnan(row.fatal_share):
        ax.text(x, y, f"{row.accidents:,}", ha="center", va="center", fontsize=7, color=GREY)
        return
    colour = COLOURS(min(row.fatal_share / MOST, 1.0))
    ax.add_patch(Rectangle(**place, facecolor=colour, edgecolor="white"))
    style = {"ha": "center", "color": ink(row.fatal_share)}
    weight = "bold" if row.differs else "normal"
    ax.text(x, y, f"{row.fatal_share:.0%}", va="bottom", fontsize=9, weight=weight, **style)
    ax.text(x, y + 0.06, f"{row.accidents:,}", va="top", fontsize=7, **style)


def phase_ratios(
    compared: dict[str, Compared], fair: dict[str, Compared], ax: Axes | None = None
) -> Axes:
    """Draw odds ratios of phases against all others, crude and within the same event.

    Parameters
    ----------
    compared, fair
        Phase -> of `hindcast.analysis.causes.events.compared`: of all years, and of those in which
        most accidents have a coded event.
    """
    names = [phase for phase, own in compared.items() if own.strata]
    ax = figures.axes(ax, width=7.0, height=1.6 + 0.5 * len(names))
    if not names:
        return figures.empty(ax, "too few accidents to compare")
    kinds = {
        "crude": (ORANGE, [compared[phase].crude for phase in names]),
        "within the same event": (BLUE, [compared[phase].within for phase in names]),
        "the same, years with coded events": (GREEN, [fair[phase].within for phase in names]),
    }
    for shift, (label, (colour, ratios)) in zip((-0.2, 0, 0.2), kinds.items(), strict=True):
        value, low, high = np.array(ratios).T
        at = np.arange(len(names)) + shift
        ax.errorbar(value, at, xerr=[value - low, high - value], fmt="o", color=colour, label=label)
    ax.axvline(1, color=BLACK, linewidth=1)
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    ax.set(
        xscale="log", xlabel="odds ratio of an accident's being fatal\n(95% interval, log scale)"
    )
    plain_ticks(ax)
    figures.legend(ax, loc="lower left", bbox_to_anchor=(-0.12, 1.0), ncols=3, fontsize=9)
    return figures.sign(ax)
