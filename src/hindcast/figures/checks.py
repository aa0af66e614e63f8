"""Figures of the checks: what the rules hit, and what is empty when."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from hindcast import figures

_COLOURS = {
    "reject": figures.RED,
    "blank": figures.ORANGE,
    "repair": figures.GREEN,
    "note": figures.SKY,
}


def rule_hits(rules: pl.DataFrame, ax: Axes | None = None, *, most: int = 25) -> Axes:
    """Draw how many rows the busiest rules hit, coloured by what was done about them.

    Parameters
    ----------
    rules
        As `hindcast.checks.rule_table` gives them.
    ax
        Where to draw; a new figure when not given.
    most
        How many rules to show.
    """
    shown = rules.filter(pl.col("rows_hit") > 0).head(most).reverse()
    ax = figures.axes(ax, width=7.2, height=1.0 + 0.22 * max(shown.height, 4))
    colours = [_COLOURS[severity] for severity in shown["severity"]]
    ax.barh(shown["rule"].to_list(), shown["rows_hit"].to_list(), color=colours)
    ax.set(xlabel="Rows hit (log scale)", xscale="log")
    ax.tick_params(axis="y", labelsize=8)
    handles = [Patch(color=colour, label=name) for name, colour in _COLOURS.items()]
    figures.legend(ax, handles=handles, loc="lower right")
    return figures.sign(ax)


def emptiness(shares: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of missing values by column and year, fullest columns first.

    Parameters
    ----------
    shares
        As `hindcast.checks.emptiness` gives them: column, year, missing_share.
    ax
        Where to draw; a new figure when not given.
    """
    wide = shares.sort("year").pivot("year", index="column", values="missing_share")
    years = [name for name in wide.columns if name != "column"]
    wide = wide.sort(pl.mean_horizontal(years), "column")
    ax = figures.axes(ax, width=7.2, height=1.4 + 0.17 * wide.height)
    image = ax.imshow(wide.select(years).to_numpy(), aspect="auto", cmap="cividis", vmin=0, vmax=1)
    step = max(1, len(years) // 14)
    ax.set_xticks(range(0, len(years), step), years[::step])
    ax.set_yticks(range(wide.height), wide["column"].to_list(), fontsize=7)
    ax.grid(visible=False)
    ax.set(xlabel="Year of the event")
    ax.figure.colorbar(image, ax=ax, label="Share of values missing", shrink=0.6)
    return figures.sign(ax)
