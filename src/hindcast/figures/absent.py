"""Figures of what a forecast is worth when fields are absent."""

import polars as pl
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLUE, GREY, ORANGE
from hindcast.model.evidence.absent import PLAIN, ROBUST

LOOK = {
    PLAIN: {"color": ORANGE, "marker": "s", "linestyle": "--"},
    ROBUST: {"color": BLUE, "marker": "o", "linestyle": "-"},
}
NAMES = {"roc_auc": "ROC AUC (0.5 = chance)", "log_loss": "log loss, nats (lower is better)"}


def curve(lost: pl.DataFrame) -> Axes:
    """Draw ROC AUC and log loss over the share of inputs that are absent, a column a horizon.

    Parameters
    ----------
    lost
        As `hindcast.model.evidence.absent.curve` gives it.
    """
    horizons = lost["horizon"].unique(maintain_order=True).to_list()
    width = 4.6 * len(horizons)
    panels = figures.grid(2, len(horizons), width=width, height=6.0, sharex=True, dpi=80)
    for place, panel in enumerate(panels):
        metric, horizon = list(NAMES)[place // len(horizons)], horizons[place % len(horizons)]
        _lines(panel, lost.filter(pl.col("horizon") == horizon), metric)
        figures.title(panel, f"{horizon}: {NAMES[metric]}")
    for panel in panels[-len(horizons) :]:
        panel.set_xlabel("share of inputs that are absent")
    figures.legend(panels[0])
    return figures.sign(panels[0])


def _lines(ax: Axes, rows: pl.DataFrame, metric: str) -> None:
    for model, look in LOOK.items():
        means = (
            rows.filter(pl.col("model") == model)
            .group_by("lost_share", maintain_order=True)
            .agg(pl.col(metric).mean())
            .sort("lost_share")
        )
        ax.plot(means["lost_share"], means[metric], label=model, markersize=5, **look)


def parts(without: pl.DataFrame, horizon: str) -> Axes:
    """Draw ROC AUC of both models without one table or group after the other.

    Parameters
    ----------
    without
        As `hindcast.model.evidence.absent.without` gives it.
    """
    rows = without.filter(pl.col("horizon") == horizon).sort("kind", "robust", descending=True)
    names = [f"{kind}: {lost}" for kind, lost in rows.select("kind", "lost").rows()]
    ax = figures.axes(width=6.8, height=0.8 + 0.27 * len(names))
    ax.hlines(names, rows["plain"], rows["robust"], color=GREY, linewidth=1)
    for model, column in ((PLAIN, "plain"), (ROBUST, "robust")):
        look = {"color": LOOK[model]["color"], "marker": LOOK[model]["marker"]}
        ax.plot(rows[column], names, linestyle="none", label=model, markersize=5, **look)
    ax.set_xlabel("ROC AUC on the test with that taken away")
    figures.title(ax, horizon)
    figures.legend(ax, loc="lower left")
    return figures.sign(ax)
