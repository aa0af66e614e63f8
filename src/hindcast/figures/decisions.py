"""Figures of decisions: what a threshold asks and misses, and whether to believe a probability.

All show P(fatal | an accident happened) on accidents after the training years.
"""

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREY, HORIZON_COLOURS
from hindcast.figures.evaluate import ESTIMAND, LINES
from hindcast.model.tables import PURPOSES

MARKERS = {"half": "o", "f1": "s", "recall_90": "^", "cost": "D", "accuracy": "P"}


def trade_off(
    points: pl.DataFrame, choices: pl.DataFrame, fatal_share: float, ax: Axes | None = None
) -> Axes:
    """Draw the share of deaths found over the alarms it takes, with the chosen thresholds.

    Parameters
    ----------
    points
        ``horizon, threshold, alarms_per_100, recall`` as `hindcast.model.curves.trade_off` gives.
    choices
        As `hindcast.model.tables.choices` gives them.
    fatal_share
        Share of fatal accidents: with that many alarms, a perfect forecaster finds all.
    ax
        Where to draw; a new figure when not given.
    """
    ax = figures.axes(ax, width=6.4, height=4.3)
    perfect = [0, 100 * fatal_share, 100], [0, 1, 1]
    ax.plot(*perfect, color=GREY, linewidth=1, linestyle=(0, (1, 1)), label="perfect")
    for (horizon,), line in points.group_by("horizon", maintain_order=True):
        style = {"color": HORIZON_COLOURS[horizon], "linestyle": LINES[horizon]}
        ax.plot(line["alarms_per_100"], line["recall"], label=horizon, linewidth=1.6, **style)
    for purpose, marker in MARKERS.items():
        chosen = choices.filter(pl.col("chosen_for") == PURPOSES[purpose])
        colours = [HORIZON_COLOURS[horizon] for horizon in chosen["horizon"]]
        at = chosen["alarms_per_100"], chosen["recall"]
        ax.scatter(*at, c=colours, marker=marker, s=46, edgecolors="white", zorder=3)
        ax.scatter([], [], c=BLACK, marker=marker, label=PURPOSES[purpose])
    ax.set(xlabel="alarms per 100 accidents", ylabel="share of fatal accidents found")
    ax.set(xlim=(0, 80), ylim=(0, 1.02))
    figures.title(ax, ESTIMAND)
    figures.legend(ax, loc="lower right", fontsize=8, ncols=2)
    return figures.sign(ax)


def net_benefit(points: pl.DataFrame, miss_cost: float, ax: Axes | None = None) -> Axes:
    """Draw what acting on the forecast is worth, by the price of a false alarm.

    Parameters
    ----------
    points
        ``horizon, threshold, net_benefit, always`` as `hindcast.model.curves.net_benefit` gives.
    miss_cost
        Cost of a missed death in false alarms; its threshold, 1 / (1 + cost), is marked.
    """
    ax = figures.axes(ax, width=6.0, height=3.6)
    ax.axhline(0, color=BLACK, linewidth=1, label="never act")
    first = points.filter(pl.col("horizon") == points["horizon"][0])
    ax.plot(first["threshold"], first["always"], color=GREY, linewidth=1.2, label="always act")
    for (horizon,), line in points.group_by("horizon", maintain_order=True):
        style = {"color": HORIZON_COLOURS[horizon], "linestyle": LINES[horizon]}
        ax.plot(line["threshold"], line["net_benefit"], label=horizon, linewidth=1.8, **style)
    at = 1 / (1 + miss_cost)
    ax.axvline(at, color=GREY, linewidth=0.8, linestyle="--")
    top = 1.15 * points["net_benefit"].max()
    ax.annotate(f" a missed death costs {miss_cost:g} false alarms", (at, 0.95 * top), fontsize=8)
    ax.set(xlabel="act from this probability on", ylabel="net benefit (deaths found per 100)")
    ax.set(xlim=(0, 0.8), ylim=(-0.08 * top, top))
    figures.title(ax, ESTIMAND)
    figures.legend(ax, loc="upper right", fontsize=8, ncols=2, bbox_to_anchor=(1.0, 0.95))
    return figures.sign(ax)


def calibration_methods(errors: pl.DataFrame, axes: list[Axes] | None = None) -> Axes:
    """Draw the calibration error of each method of calibration, a panel a horizon.

    Parameters
    ----------
    errors
        As `hindcast.model.tables.calibrations` gives them; the method in use is filled.
    """
    parts = errors.partition_by("horizon", maintain_order=True)
    size = {"width": 2.3 * len(parts) + 0.6, "height": 3.6}
    panels = axes or figures.grid(1, len(parts), sharey=True, **size)
    for ax, part in zip(panels, parts, strict=True):
        at = np.arange(part.height)
        _chance(ax, at, part)
        fill = [BLUE if used else "white" for used in part["in_use"]]
        ax.scatter(at, part["ece"], c=fill, edgecolors=BLUE, zorder=3, label="found on the test")
        names = [name.replace("_", "-") for name in part["method"]]
        ax.set(xticks=at, xlim=(-0.6, part.height - 0.4))
        ax.set_xticklabels(names, rotation=50, ha="right")
        figures.title(ax, part["horizon"][0])
    return _finished(panels)


def calibration_years(years: dict[str, pl.DataFrame], axes: list[Axes] | None = None) -> Axes:
    """Draw each test year's calibration error over what chance alone would give.

    Parameters
    ----------
    years
        By horizon, as `hindcast.model.tables.calibration_years` gives them.
    """
    size = {"width": 2.3 * len(years) + 0.6, "height": 3.4}
    panels = axes or figures.grid(1, len(years), sharey=True, **size)
    for ax, (horizon, part) in zip(panels, years.items(), strict=True):
        at = np.arange(part.height)
        _chance(ax, at, part)
        ax.plot(at, part["ece"], "o", color=BLUE, label="found on the test", zorder=3)
        names = [f"{year}\n({n:,})" for year, n in part.select("year", "n").iter_rows()]
        ax.set(xticks=at, xticklabels=names, xlim=(-0.6, part.height - 0.4))
        figures.title(ax, horizon)
    return _finished(panels)


def _chance(ax: Axes, at: np.ndarray, errors: pl.DataFrame) -> None:
    """Draw where 95% of what chance gives lies, and its mean."""
    lo, hi, mean = (errors[name].to_numpy() for name in ("lo", "hi", "by_chance"))
    style = {"color": GREY, "alpha": 0.3, "width": 0.5}
    ax.bar(at, hi - lo, bottom=lo, label="by chance alone (95%)", **style)
    ax.hlines(mean, at - 0.25, at + 0.25, color=GREY, linewidth=1.5)


def _finished(panels: list[Axes]) -> Axes:
    panels[0].set_ylabel("expected calibration error")
    panels[0].set_ylim(bottom=0)
    figures.legend(panels[-1], loc="upper right", fontsize=8)
    return figures.sign(panels[0])
