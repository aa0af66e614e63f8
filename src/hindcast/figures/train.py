"""Figures of training: how the boosters learned, and where they were stopped."""

import polars as pl
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLUE, ORANGE

LINES = {"train": (BLUE, "--"), "validation": (ORANGE, "-")}


def learning_curves(curves: pl.DataFrame) -> Axes:
    """Draw log loss by round on training and validation part, one panel a horizon.

    One thin line for each booster; a dot marks the round it was stopped at, the lowest loss on
    validation. All boosters of a horizon differ by their seed alone.

    Parameters
    ----------
    curves
        ``horizon, booster, round, part, log_loss``, see `hindcast.model.fit.Fitted`.
    """
    horizons = curves["horizon"].unique(maintain_order=True).to_list()
    panels = figures.grid(2, 2, width=7.2, height=5.4, sharey=True)
    for horizon, ax in zip(horizons, panels, strict=False):
        _panel(curves.filter(pl.col("horizon") == horizon), ax)
        figures.title(ax, horizon)
    for ax in panels[len(horizons) :]:
        ax.set_visible(False)
    figures.legend(panels[0], loc="upper right")
    for ax in panels[::2]:
        ax.set_ylabel("log loss (nats per accident)")
    for ax in panels[2:]:
        ax.set_xlabel("round (trees in one booster)")
    return figures.sign(panels[0])


def _panel(curves: pl.DataFrame, ax: Axes) -> None:
    for (booster, part), line in curves.group_by("booster", "part", maintain_order=True):
        colour, dashes = LINES[part]
        style = {"color": colour, "linestyle": dashes, "linewidth": 0.9, "alpha": 0.8}
        ax.plot(line["round"], line["log_loss"], label=part if booster == 0 else None, **style)
    best = curves.filter(pl.col("part") == "validation").sort("log_loss", "round")
    stopped = best.group_by("booster", maintain_order=True).first()
    ax.plot(stopped["round"], stopped["log_loss"], "o", color=ORANGE, markersize=4)
