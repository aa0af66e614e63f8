"""Figures of the page on aircraft: makers, models, and what pooling does to their shares.

All show the share of accidents that was fatal; intervals are 95%.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Bbox

from hindcast import figures
from hindcast.analysis.aircraft import severity
from hindcast.figures import BLACK, BLUE, GREY, ORANGE, RED, SKY

SIDES = {"above": RED, "below": BLUE, "not": GREY}
SIDE_WORDS = {
    "above": "above all aircraft",
    "below": "below all aircraft",
    "not": "not beyond chance",
}
COUNT_TICKS = (10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000)
METHOD_COLOURS = (ORANGE, BLUE)
SHARE = "share of accidents that was fatal"


def counts_beside_shares(
    found: pd.DataFrame, overall: float, axes: list[Axes] | None = None
) -> Axes:
    """Draw the models with the most accidents: how many, and beside it how many were fatal.

    Parameters
    ----------
    found
        ``aircraft, accidents, fatal_share, low, high`` of `severity.ranked`.
    overall
        The fatal share of all, drawn as a line.
    """
    size = {"width": 8.6, "height": 1.3 + 0.27 * max(len(found), 4)}
    left, right = axes or figures.grid(1, 2, sharey=True, **size)
    if found.empty:
        figures.empty(right, "")
        return figures.empty(left, "no accidents to show")
    at = range(len(found))
    left.barh(at, found["accidents"], color=SKY)
    left.set(yticks=list(at), yticklabels=found["aircraft"], ylim=(len(found) - 0.5, -0.5))
    left.set_xlabel("accidents")
    left.xaxis.set_major_formatter("{x:,.0f}")
    _dots(right, found, "fatal_share", BLUE)
    right.axvline(overall, color=GREY, linestyle="--", linewidth=1)
    right.set(xlabel=f"{SHARE} (95% interval)", xlim=(0, None))
    right.xaxis.set_major_formatter("{x:.0%}")
    figures.title(left, "how many accidents")
    figures.title(right, "how many of them fatal; dashed: all aircraft")
    return figures.sign(left)


def _dots(ax: Axes, rows: pd.DataFrame, share: str, colour: str, **kwargs: object) -> None:
    wide = [rows[share] - rows["low"], rows["high"] - rows[share]]
    style = {"fmt": "o", "color": colour, "markersize": 4, "linewidth": 1.2}
    ax.errorbar(rows[share], range(len(rows)), xerr=wide, **(style | kwargs))


def funnel(found: pd.DataFrame, overall: float, ax: Axes | None = None) -> Axes:
    """Draw each model's fatal share over its number of accidents, and what chance allows.

    Parameters
    ----------
    found
        Of `severity.standing_out`, with ``aircraft``.
    overall
        The fatal share of all.
    """
    ax = figures.axes(ax, width=8.0, height=5.0)
    if found.empty:
        return figures.empty(ax, "no model has enough accidents")
    known = found["accidents"] - found["severity_unknown"]
    for level, shade in ((0.998, 0.12), (0.95, 0.25)):
        bound = severity.funnel(known.max(), known.min(), overall, level)
        style = {"color": GREY, "alpha": shade, "linewidth": 0, "label": f"{level:.1%} by chance"}
        ax.fill_between(bound["known"], bound["low"], bound["high"], **style)
    ax.axhline(overall, color=BLACK, linewidth=1)
    for name in sorted(set(found["stands_out"])):
        rows, colour = found["stands_out"] == name, SIDES[name]
        style = {"color": colour, "markersize": 4, "label": SIDE_WORDS[name]}
        ax.plot(known[rows], found["fatal_share"][rows], "o", **style)
    ax.set(xscale="log", xlabel="accidents of the model (log scale)", ylabel=SHARE, ylim=(0, None))
    ax.set_xticks([t for t in COUNT_TICKS if known.min() <= t <= 1.3 * known.max()])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.set_major_formatter("{x:.0%}")
    _name_extremes(ax, found.assign(known=known))
    figures.legend(ax, loc="upper right", fontsize="small")
    return figures.sign(ax)


def _name_extremes(ax: Axes, found: pd.DataFrame, many: int = 8) -> None:
    """Name the points least likely by chance, each where no earlier name stands."""
    out = found[found["stands_out"] != "not"].sort_values("q_value")
    named = out.groupby("stands_out").head(many).sort_values("known")
    points = ax.transData.transform(found[["known", "fatal_share"]].to_numpy(float))
    taken = [(1, Bbox.from_bounds(x - 3, y - 3, 6, 6)) for x, y in points]
    for row in named.itertuples():
        x, y = ax.transData.transform((row.known, row.fatal_share))
        wide, high = 6.2 * len(row.aircraft), 12
        starts = [(x + 5, y - 5), (x - 5 - wide, y - 5), (x + 3, y + 9), (x - wide, y - 19)]
        boxes = [Bbox.from_bounds(*start, wide, high) for start in starts]
        box = min(boxes, key=lambda box: sum(of for of, other in taken if box.overlaps(other)))
        taken.append((10, box))
        ax.text(*ax.transData.inverted().transform(box.p0), row.aircraft, fontsize=8)


def shrinkage(rows: pd.DataFrame, overall: float, ax: Axes | None = None) -> Axes:
    """Draw raw and pooled shares of some models, the smallest on top.

    Parameters
    ----------
    rows
        Of `hindcast.analysis.aircraft.pooling.drawn_in`.
    overall
        The fatal share of all.
    """
    ax = figures.axes(ax, width=7.4, height=1.5 + 0.25 * len(rows))
    if rows.empty:
        return figures.empty(ax, "no model has enough accidents")
    at = list(range(len(rows)))
    ax.hlines(at, rows["raw_share"], rows["pooled_share"], color=GREY, linewidth=1)
    _dots(ax, rows, "pooled_share", BLUE, label="pooled (95% interval)", alpha=0.9)
    ax.plot(rows["raw_share"], at, "o", color=ORANGE, fillstyle="none", markersize=7, label="raw")
    ax.axvline(overall, color=BLACK, linestyle="--", linewidth=1)
    names = [f"{n}  ({k:,})" for n, k in zip(rows["aircraft"], rows["known"], strict=True)]
    ax.set(yticks=at, yticklabels=names, ylim=(len(rows) - 0.5, -0.5), xlim=(0, None), xlabel=SHARE)
    ax.xaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="lower right")
    figures.title(ax, "in brackets: accidents; dashed: all aircraft")
    return figures.sign(ax)


def caterpillar(table: pd.DataFrame, overall: float, many: int = 9, ax: Axes | None = None) -> Axes:
    """Draw all models by pooled share, with intervals; the outermost are named.

    Parameters
    ----------
    table
        Of `hindcast.analysis.aircraft.pooling.models`, those with enough accidents.
    overall
        The fatal share of all.
    many
        How many to name at either end.
    """
    ax = figures.axes(ax, width=7.6, height=6.4)
    if table.empty:
        return figures.empty(ax, "no model has enough accidents")
    rows = table.reset_index(drop=True)
    for name, rule in (
        ("above", rows["low"] > overall),
        ("below", rows["high"] < overall),
        ("not", rows["low"].le(overall) & rows["high"].ge(overall)),
    ):
        own = rows[rule]
        ax.hlines(own.index, own["low"], own["high"], color=SIDES[name], linewidth=1)
        ax.plot(own["pooled_share"], own.index, "o", color=SIDES[name], markersize=3)
    ax.axvline(overall, color=BLACK, linestyle="--", linewidth=1)
    _name_ends(ax, rows, many)
    ax.set(yticks=[], ylim=(len(rows) - 0.5, -1.5), xlabel=f"pooled {SHARE} (95% interval)")
    ax.set_xlim(0, 1.04 * rows["high"].max())
    ax.xaxis.set_major_formatter("{x:.0%}")
    figures.title(ax, "coloured: interval clear of the share of all aircraft (dashed)")
    return figures.sign(ax)


def _name_ends(ax: Axes, rows: pd.DataFrame, many: int) -> None:
    """Write the outermost names at the right edge, each joined to its interval."""
    ends = [rows.head(many), rows.tail(min(many, max(len(rows) - many, 0)))]
    step, far = max(len(rows) / 28, 1), rows["high"].max()
    line = {"arrowstyle": "-", "color": GREY, "linewidth": 0.5, "relpos": (0, 0.5)}
    for own, start in zip(ends, (0, len(rows) - 1 - (len(ends[1]) - 1) * step), strict=True):
        ax.hlines(own.index, own["high"], far, color=GREY, linewidth=0.5, linestyle=":")
        for place, (at, row) in enumerate(own.iterrows()):
            text, where = (
                f"{row['aircraft']} ({row['known']:,})",
                (1.08 * far, start + place * step),
            )
            ax.annotate(text, (far, at), where, va="center", fontsize=8, arrowprops=line)


def gains(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how much log loss each way of forecasting saves in held-out years.

    Parameters
    ----------
    found
        Of `hindcast.analysis.aircraft.heldout.losses`.
    """
    ax = figures.axes(ax, width=7.4, height=2.6)
    rows = found.iloc[1:]
    if found.empty or not found["accidents"].any():
        return figures.empty(ax, "no year could be held out")
    _dots(ax, rows, "gain", BLUE, markersize=6)
    ax.axvline(0, color=BLACK, linewidth=1)
    ax.set(yticks=range(len(rows)), yticklabels=rows["method"], ylim=(len(rows) - 0.5, -0.5))
    ax.set_xlabel("log loss saved per accident, in nats (95% interval)")
    figures.title(ax, "against one share for all; further right is better")
    return figures.sign(ax)


def reliability(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what came true of the shares forecast for held-out years.

    Parameters
    ----------
    found
        Of `hindcast.analysis.aircraft.heldout.reliability`.
    """
    ax = figures.axes(ax, width=6.0, height=4.6)
    if found.empty:
        return figures.empty(ax, "no year could be held out")
    methods = found.groupby("method", sort=False)
    for (name, rows), colour in zip(methods, METHOD_COLOURS, strict=True):
        wide = [rows["fatal_share"] - rows["low"], rows["high"] - rows["fatal_share"]]
        ax.errorbar(rows["forecast"], rows["fatal_share"], yerr=wide, fmt="o-", color=colour,
                    markersize=5, linewidth=1, label=name)  # fmt: skip
    top = 1.05 * max(found["forecast"].max(), found["high"].max())
    ax.plot([0, top], [0, top], color=GREY, linestyle="--", linewidth=1)
    ax.set(xlim=(0, top), ylim=(0, top), xlabel="share forecast from the years before")
    ax.set_ylabel(f"{SHARE} (95% interval)")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="upper left")
    return figures.sign(ax)
