"""Figures of time: how a model ages, and how scores and inputs change from year to year.

All show P(fatal | an accident happened); intervals are 95%.
"""

import numpy as np
import polars as pl
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREY, HORIZON_COLOURS
from hindcast.figures.evidence import spread as reach

CUSTOM = 0.1
"""From which population stability index on a population is by custom called changed."""


def _bars(ax: Axes, x, rows: pl.DataFrame, name: str, ends: tuple[str, str], **style) -> None:
    """Draw values with error bars upward."""
    style = {"capsize": 2, "marker": "o", "markersize": 4, "linestyle": "none"} | style
    ax.errorbar(x, rows[name], yerr=reach(rows, name, ends), **style)


def fan(decay: pl.DataFrame, losses: pl.DataFrame, horizon: str, axes: list[Axes] | None = None):
    """Draw models trained to one year after the other in the years that follow, and what age costs.

    Parameters
    ----------
    decay, losses
        As `hindcast.model.evidence.decay` gives them.
    horizon
        Which one to draw.
    axes
        Two Axes; a new figure when not given.
    """
    left, right = axes or figures.grid(1, 2, width=9.4, height=4.0, width_ratios=[3, 2], dpi=76)
    rows = decay.filter(pl.col("horizon") == horizon)
    _fan_lines(left, rows)
    left.set(xlabel="year of the accidents", ylabel="ROC AUC (95% interval at age 1)")
    figures.title(left, f"{horizon}: a line a model, from the year after its training on")
    lost = losses.filter(pl.col("horizon") == horizon, pl.col("metric") == "roc_auc").sort("age")
    right.axhline(0, color=GREY, linewidth=1)
    ends = ("difference_lo", "difference_hi")
    _bars(right, lost["age"], lost, "difference", ends, color=BLUE)
    right.set(xlabel="years since training", ylabel="change of ROC AUC from age 1")
    right.set(xticks=lost["age"].to_list())
    figures.title(right, "on the same accidents")
    return figures.sign(left)


def _fan_lines(ax: Axes, rows: pl.DataFrame) -> None:
    years = rows["trained_to"].unique().sort().to_list()
    shades = ScalarMappable(Normalize(years[0], years[-1]), colormaps["cividis"])
    for year in years:
        line = rows.filter(pl.col("trained_to") == year).sort("year")
        ax.plot(line["year"], line["roc_auc"], ".-", color=shades.to_rgba(year), linewidth=1.4)
    young = rows.filter(pl.col("age") == 1).sort("year")
    _bars(ax, young["year"], young, "roc_auc", ("roc_auc_lo", "roc_auc_hi"), color=BLACK)
    ax.set(xticks=young["year"].to_list()[::2])
    bar = ax.get_figure().colorbar(shades, ax=ax, label="trained to the end of")
    bar.set_ticks(years[::2])


def drift(scores: pl.DataFrame, decay: pl.DataFrame, axes: list[Axes] | None = None) -> Axes:
    """Draw by year: ROC AUC, calibration in the large, and how the forecasts are spread.

    Parameters
    ----------
    scores
        As `hindcast.model.evidence.drift.scores` gives it, for the validation and test years.
    decay
        Of it, the models trained anew each year tell of the years before.
    axes
        Three Axes; a new figure when not given.
    """
    axes = axes or figures.grid(1, 3, width=12.0, height=4.0, dpi=76)
    ranked, level, spread = axes
    young = decay.filter(pl.col("age") == 1)
    for place, horizon in enumerate(scores["horizon"].unique(maintain_order=True)):
        own = scores.filter(pl.col("horizon") == horizon, pl.col("psi").is_not_null())
        before = young.filter(pl.col("horizon") == horizon)
        step, colour = 0.12 * (place - 0.5), HORIZON_COLOURS[horizon]
        for ax, name in ((ranked, "roc_auc"), (level, "ratio")):
            ends = (f"{name}_lo", f"{name}_hi")
            style = {"color": colour, "alpha": 0.45, "markerfacecolor": "white"}
            _bars(ax, before["year"] + step - 0.2, before, name, ends, **style)
            _bars(ax, own["year"] + step + 0.2, own, name, ends, color=colour, label=horizon)
        spread.plot(own["year"], own["psi"], "o-", color=colour, label=horizon)
        spread.plot(own["year"], own["by_chance"], ":", color=colour)
    level.axhline(1, color=GREY, linewidth=1)
    spread.axhline(CUSTOM, color=GREY, linewidth=1)
    _name_drift(ranked, level, spread)
    return figures.sign(ranked)


def _name_drift(ranked: Axes, level: Axes, spread: Axes) -> None:
    ranked.set(ylabel="ROC AUC")
    level.set(ylabel="fatal accidents, observed / expected")
    spread.set(ylabel="PSI of the forecasts (dotted: by chance)", ylim=(0, None))
    figures.title(ranked, "filled: the study's model; hollow: anew each year")
    figures.title(level, "calibration in the large")
    figures.title(spread, "stability, from the validation part")
    for ax in (ranked, level, spread):
        ax.set(xlabel="year of the accidents")
        ax.xaxis.get_major_locator().set_params(integer=True)
    figures.legend(spread, loc="center left")


def inputs(found: pl.DataFrame, horizon: str, ax: Axes | None = None) -> Axes:
    """Draw how far the strongest inputs of each year lie from those of the validation part.

    Parameters
    ----------
    found
        As `hindcast.model.evidence.drift.inputs` gives it.
    horizon
        Which one to draw.
    """
    rows = found.filter(pl.col("horizon") == horizon)
    wide = rows.sort("year").pivot("year", index="feature", values="psi")
    wide = wide.sort(pl.mean_horizontal(pl.exclude("feature")), descending=True)
    values = wide.drop("feature").to_numpy()
    ax = figures.axes(ax, width=9.0, height=1.2 + 0.36 * wide.height)
    image = ax.imshow(values, cmap="cividis", vmin=0, vmax=0.5, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        colour = BLACK if value > 0.25 else "white"
        ax.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=7, color=colour)
    ax.set(xticks=range(values.shape[1]), xticklabels=wide.columns[1:])
    ax.set(yticks=range(wide.height), yticklabels=wide["feature"].to_list())
    ax.grid(visible=False)
    ax.set(xlabel="year of the accidents")
    ax.get_figure().colorbar(image, ax=ax, label="PSI from validation", extend="max")
    figures.title(ax, f"{horizon}: the inputs that SHAP calls strongest")
    return figures.sign(ax)
