"""Figures of the page on causes: the tree of findings, and how deep reports go."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from hindcast import figures
from hindcast.analysis.causes import depth
from hindcast.analysis.causes.flags import STOPPED
from hindcast.analysis.causes.tree import BRANCHES
from hindcast.figures import BLUE, GREY, ORANGE, RED

MOST = 0.6
"""From which fatal share on colours change no more."""
COLOURS = colormaps["cividis"]
SEVERITY_COLOURS = {"fatal": ORANGE, "not fatal": BLUE}
_WIDTHS = (0.18, 0.38, 0.44)
_READABLE = 0.0095


def ink(share: float) -> str:
    """Return black or white, whichever reads better on the colour of a share."""
    red, green, blue, _ = COLOURS(min(share / MOST, 1.0))
    return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"


def tree(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the tree as an icicle: each level a column, heights adding up to all accidents.

    Parameters
    ----------
    found
        Of `hindcast.analysis.causes.tree.branches`. Branches too thin for a name are drawn without.
    """
    ax = figures.axes(ax, width=6.4, height=10.4 if len(found) else 2.0)
    if found.empty:
        return figures.empty(ax, "no findings in these records")
    whole = found.loc[found["level"].eq("category"), "weighted"].sum()
    for row in found.itertuples():
        _branch(ax, row, whole)
    ax.set(xlim=(0, 1), ylim=(1, 0), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    ax.grid(visible=False)
    _heads(ax)
    shade = ScalarMappable(Normalize(0, MOST), COLOURS)
    bar = ax.get_figure().colorbar(
        shade, ax=ax, location="bottom", shrink=0.7, aspect=40, pad=0.01, extend="max"
    )
    bar.set_label("share of accidents with the finding that was fatal")
    bar.ax.xaxis.set_major_formatter("{x:.0%}")
    return figures.sign(ax)


def _heads(ax: Axes) -> None:
    starts = np.cumsum([0, *_WIDTHS[:-1]])
    for left, level in zip(starts, BRANCHES, strict=True):
        ax.text(left, -0.006, level, va="bottom", fontsize=9, color=GREY)


def _branch(ax: Axes, row, whole: float) -> None:
    at = BRANCHES.index(row.level)
    left, width = sum(_WIDTHS[:at]), _WIDTHS[at]
    top, height = row.start / whole, row.weighted / whole
    known = not np.isnan(row.fatal_share)
    colour = COLOURS(min(row.fatal_share / MOST, 1.0)) if known else "white"
    ax.add_patch(Rectangle((left, top), width, height, facecolor=colour, edgecolor="white", lw=0.6))
    if height >= _READABLE:
        told = f"{row.name} {row.fatal_share:.0%}" if known else row.name
        words = _wrapped(told, at, height)
        style = {"fontsize": 8 if height > 0.014 else 6.8, "va": "center", "clip_on": True}
        ax.text(left + 0.008, top + height / 2, words, color=_ink(row.fatal_share), **style)


def _ink(share: float) -> str:
    return "black" if np.isnan(share) else ink(share)


def _wrapped(words: str, level: int, height: float) -> str:
    """Break the name of a broad branch over lines, where its column is narrow and it is tall."""
    return words.replace(" ", "\n") if level == 0 and height > 0.06 else words


def lengths(spread: pd.DataFrame, years: pd.DataFrame, axes: list[Axes] | None = None) -> Axes:
    """Draw how many findings reports have, by severity: all together, and their mean by year.

    Parameters
    ----------
    spread
        Of `hindcast.analysis.causes.depth.spread`.
    years
        Of `hindcast.analysis.causes.depth.means` by year and severity.
    """
    left, right = axes or figures.grid(1, 2, width=7.0, height=3.3)
    if spread.empty:
        right.set_axis_off()
        return figures.empty(left, "no findings in these records")
    for shift, (severity, colour) in zip((-0.2, 0.2), SEVERITY_COLOURS.items(), strict=True):
        own = spread[spread["severity"].eq(severity)]
        left.bar(own["findings"] + shift, own["share"], 0.4, color=colour, label=severity)
        _over_years(right, years[years["severity"].eq(severity)], colour)
    left.set(xlabel="findings in a report", ylabel="share of reports")
    ticks = range(depth.MOST + 1)
    left.set(xticks=ticks, xticklabels=[*ticks[:-1], f"{depth.MOST}+"])
    left.yaxis.set_major_formatter("{x:.0%}")
    right.axvline(STOPPED - 0.5, color=RED, linestyle="--", linewidth=1)
    right.set(xlabel="year of the accident", ylabel="mean findings in a report", ylim=(0, None))
    right.xaxis.get_major_locator().set_params(integer=True)
    figures.legend(left, loc="upper right")
    return figures.sign(left)


def _over_years(ax: Axes, own: pd.DataFrame, colour: str) -> None:
    every = pd.RangeIndex(int(own["year"].min()), int(own["year"].max()) + 1) if len(own) else []
    told = own.set_index("year").reindex(every)
    ax.plot(told.index, told["mean"], "o-", color=colour, markersize=4, linewidth=1.2)
    low, high = (told[name].to_numpy(dtype=float) for name in ("low", "high"))
    ax.fill_between(told.index, low, high, color=colour, alpha=0.2, linewidth=0)


def plain_ticks(ax: Axes) -> None:
    """Write the ticks of a logarithmic x axis as plain numbers."""
    low, high = ax.get_xlim()
    ticks = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100)
    within = [tick for tick in ticks if low <= tick <= high]
    ax.set_xticks(within, [f"{tick:g}" for tick in within])
    ax.minorticks_off()
