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


def rule_hits(rules: pl.DataFrame, ax: Axes | None = None, *, most: int = 8) -> Axes:
    """Draw how many rows the busiest rules of each severity hit.

    Counts range over powers of ten: dots on a log scale, where bars would have no foot.

    Parameters
    ----------
    rules
        As `hindcast.checks.rule_table` gives them.
    ax
        Where to draw; a new figure when not given.
    most
        How many rules of each severity to show.
    """
    shown = busiest(rules, most).reverse()
    ax = figures.axes(ax, width=7.2, height=1.0 + 0.21 * max(shown.height, 4))
    hits, names = shown["rows_hit"].to_list(), shown["rule"].to_list()
    colours = [_COLOURS[severity] for severity in shown["severity"]]
    ax.hlines(range(len(names)), 0.8, hits, color=colours, linewidth=1)
    ax.scatter(hits, range(len(names)), c=colours, s=30, zorder=3)
    ax.set_yticks(range(len(names)), names, fontsize=8)
    ax.set(xlabel="Rows hit (log scale)", xscale="log", xlim=(0.8, None))
    used = [name for name in _COLOURS if name in set(shown["severity"])]
    handles = [Patch(color=_COLOURS[name], label=name) for name in used]
    figures.legend(
        ax, handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(used) or 1
    )
    return figures.sign(ax)


def busiest(rules: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return the ``most`` rules of each severity that hit the most rows, reject first."""
    order = pl.col("severity").replace_strict({name: n for n, name in enumerate(_COLOURS)})
    ranked = rules.filter(pl.col("rows_hit") > 0).sort(
        order, "rows_hit", "rule", descending=[False, True, False]
    )
    return ranked.group_by("severity", maintain_order=True).head(most)


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
    step = max(1, len(years) // 8)
    ax.set_xticks(range(0, len(years), step), years[::step], fontsize=8)
    ax.set_yticks(range(wide.height), wide["column"].to_list(), fontsize=7)
    ax.grid(visible=False)
    ax.set(xlabel="Year of the event")
    ax.figure.colorbar(image, ax=ax, label="Share of values missing", shrink=0.6)
    return figures.sign(ax)
