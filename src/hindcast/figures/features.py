"""Figures of the feature stage: what is known when, for which years, and what tells most."""

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import HORIZON_COLOURS


def known_when(dictionary: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many features each group has, by the horizon at which they become known.

    Parameters
    ----------
    dictionary
        ``group, known_at``, one row a feature (:func:`hindcast.features.catalog.dictionary`).
    ax
        Where to draw; a new figure when not given.
    """
    ax = figures.axes(ax, width=7.2, height=4.4)
    groups = dictionary["group"].unique(maintain_order=True).to_list()[::-1]
    start = np.zeros(len(groups))
    for horizon, colour in HORIZON_COLOURS.items():
        rows = dictionary.filter(pl.col("known_at") == horizon)["group"]
        widths = np.array([(rows == group).sum() for group in groups])
        bars = ax.barh(groups, widths, left=start, color=colour, label=horizon)
        ax.bar_label(bars, [str(n) if n else "" for n in widths], label_type="center", fontsize=8)
        start += widths
    ax.set_xlabel("features")
    ax.grid(visible=False, axis="y")
    figures.title(ax, "What is known when: features by group and horizon")
    figures.legend(ax, title="known at", loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figures.sign(ax)


def availability(shares: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of values known, by group and year of the event.

    Parameters
    ----------
    shares
        ``group, year, share`` with share in [0, 1]
        (:func:`hindcast.features.report.availability_by_group`).
    ax
        Where to draw; a new figure when not given.
    """
    ax = figures.axes(ax, width=7.6, height=4.6)
    wide = shares.pivot("year", index="group", values="share")
    table = wide.drop("group").to_numpy()
    image = ax.imshow(100 * table, cmap="cividis", vmin=0, vmax=100, aspect="auto")
    ax.set_xticks(range(table.shape[1]), wide.columns[1:], rotation=90)
    ax.set_yticks(range(table.shape[0]), wide["group"].to_list())
    ax.grid(visible=False)
    ax.set_xlabel("year of the event")
    ax.get_figure().colorbar(image, ax=ax, label="values known (%)")
    figures.title(ax, "What is known in which year, of features the source has")
    return figures.sign(ax)


def alone(strengths: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the ROC AUC of single features, coloured by the horizon that first knows them.

    Parameters
    ----------
    strengths
        ``name, known_at, roc_auc`` (:func:`hindcast.features.strength.alone`), strongest first.
    ax
        Where to draw; a new figure when not given.
    """
    ax = figures.axes(ax, width=7.2, height=0.9 + 0.24 * strengths.height)
    rows = strengths.reverse()
    for horizon, colour in HORIZON_COLOURS.items():
        held = rows.with_row_index("y").filter(pl.col("known_at") == horizon)
        ax.plot(held["roc_auc"], held["y"], "o", color=colour, label=horizon)
    ax.set_yticks(range(rows.height), rows["name"].to_list())
    ax.axvline(0.5, color=figures.GREY, linewidth=1)
    ax.set_xlabel("ROC AUC of the feature alone, later half of the events, where known")
    figures.title(ax, "Which features tell most by themselves?")
    figures.legend(ax, title="known at", loc="lower right")
    return figures.sign(ax)
