"""Figure of the page on causes: rules with the intervals of their lift, now and later."""

import pandas as pd
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLACK, BLUE, ORANGE
from hindcast.figures.causes import plain_ticks

WIDE = 8
"""Lifts above this are drawn on a logarithmic axis."""


def rules(found: pd.DataFrame, right: str, most: int = 10, ax: Axes | None = None) -> Axes:
    """Draw the strongest rules: lift with interval where they were found, and in later years.

    Parameters
    ----------
    found
        Of `hindcast.analysis.causes.rules.worded`, strongest first.
    right
        Words for what the rules lead to, for the axis.
    """
    own = found.head(most)
    ax = figures.axes(ax, width=7.0, height=1.5 + 0.42 * len(own))
    if own.empty:
        return figures.empty(ax, f"no rule leads to {right} beyond chance")
    for shift, prefix, colour, label in (
        (-0.14, "", BLUE, "years in which the rule was found"),
        (0.14, "later_", ORANGE, "later years"),
    ):
        lift, low, high = (own[f"{prefix}{name}"] for name in ("lift", "low", "high"))
        wide = [(lift - low).clip(lower=0), (high - lift).clip(lower=0)]
        at = [place + shift for place in range(len(own))]
        ax.errorbar(lift, at, xerr=wide, fmt="o", color=colour, markersize=5, label=label)
    ax.set(yticks=range(len(own)), yticklabels=[_name(row) for row in own.itertuples()])
    ax.set(ylim=(len(own) - 0.5, -0.5), xlim=(0, None))
    if own["high"].max() > WIDE:
        ax.set(xscale="log", xlim=(0.9, None))
        plain_ticks(ax)
    ax.tick_params(axis="y", labelsize=8.5)
    ax.axvline(1, color=BLACK, linewidth=1)
    ax.set_xlabel(f"lift: share with {right}, over the share of all (95% interval)")
    figures.legend(ax, loc="lower right", bbox_to_anchor=(1.02, 1.0), ncols=2, fontsize=9)
    return figures.sign(ax)


def _name(row) -> str:
    left = row.left_side.replace(" + ", "\n+ ")
    return left if row.item_right == "fatal" else f"{left}\n→ {row.right_side}"
