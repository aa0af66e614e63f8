"""Figures of the further targets: severity in four classes, findings, damage, sets of answers.

All speak of accidents that happened, on the test part unless they say otherwise.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREEN, GREY, HORIZON_COLOURS, ORANGE, RED, SKY, YELLOW
from hindcast.model.targets.tables import NAMES

CLASS_COLOURS = {"none": GREEN, "minor": SKY, "serious": ORANGE, "fatal": RED}
SIZE_COLOURS = {1: BLUE, 2: SKY, 3: YELLOW, 4: ORANGE}
MARKS = {
    "xgboost": (BLUE, "o"),
    "softmax": (ORANGE, "s"),
    "logistic": (GREEN, "^"),
    "majority": (GREY, "D"),
}
BY = {
    "far_part": "Part",
    "aircraft_category": "category",
    "faa_region": "region",
    "year": "year",
    "severity": "what happened",
}
NO_PROMISE = "severity"


def ladder(long: pl.DataFrame, ylabel: str, ax: Axes | None = None) -> Axes:
    """Draw one figure of the four classes with its 95% interval by horizon, model beside baselines.

    Parameters
    ----------
    long
        ``horizon, model, value, lo, hi``.
    ylabel
        What is drawn, with its direction.
    """
    ax = figures.axes(ax, width=7.2, height=4.0)
    horizons = long["horizon"].unique(maintain_order=True).to_list()
    models = [model for model in MARKS if model in long["model"]]
    for model, step in zip(models, np.linspace(-0.2, 0.2, len(models)), strict=True):
        rows = long.filter(pl.col("model") == model)
        at = np.array([horizons.index(horizon) for horizon in rows["horizon"]]) + step
        colour, marker = MARKS[model]
        style = {"color": colour, "marker": marker, "linestyle": "none", "capsize": 3}
        ax.errorbar(at, rows["value"], yerr=_spread(rows), label=NAMES[model], **style)
    ax.set(xticks=range(len(horizons)), xticklabels=horizons, ylabel=ylabel)
    ax.set_xlabel("what is known (each horizon adds to the one before)")
    ax.grid(visible=False, axis="x")
    figures.legend(ax, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=len(models))
    return figures.sign(ax)


def _spread(rows: pl.DataFrame) -> np.ndarray:
    value, lo, hi = (rows[name].cast(pl.Float64).to_numpy() for name in ("value", "lo", "hi"))
    return np.nan_to_num(np.vstack([value - lo, hi - value])).clip(0)


def reliability(bins: pl.DataFrame, axes: Sequence[Axes] | None = None) -> Axes:
    """Draw how often accidents given a probability of a class were of it, one panel a class.

    Parameters
    ----------
    bins
        ``output, mean_probability, fatal_share, lo, hi``, see
        `hindcast.model.targets.judge.reliability`.
    """
    names = bins["output"].unique(maintain_order=True).to_list()
    panels = list(axes or figures.grid(1, len(names), width=9.6, height=3.1))
    for name, ax in zip(names, panels, strict=True):
        rows = bins.filter(pl.col("output") == name).rename({"fatal_share": "value"})
        top = max(rows["hi"].max(), rows["mean_probability"].max()) * 1.05
        ax.plot([0, top], [0, top], color=GREY, linewidth=1)
        style = {"color": CLASS_COLOURS.get(name, BLUE), "marker": "o", "capsize": 3}
        ax.errorbar(rows["mean_probability"], rows["value"], yerr=_spread(rows), **style)
        ax.set(xlim=(0, top), ylim=(0, top), xlabel="forecast probability")
        figures.title(ax, name)
    panels[0].set_ylabel("share that was so (95% interval)")
    return figures.sign(panels[0])


def confusion(found: Mapping[str, Any], classes: Sequence[str], ax: Axes | None = None) -> Axes:
    """Draw calls as shares of what happened, with the number of accidents.

    Parameters
    ----------
    found
        ``counts``, rows what happened and columns what was called.
    classes
        Names of rows and columns.
    """
    ax = figures.axes(ax, width=5.4, height=4.4)
    counts = np.array(found["counts"])
    shares = counts / counts.sum(axis=1, keepdims=True).clip(1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.5 else BLACK
        text = f"{share:.0%}\n{counts[row, column]:,.0f}"
        ax.text(column, row, text, ha="center", va="center", color=colour, fontsize=10)
    places = range(len(classes))
    ax.set(xticks=places, xticklabels=classes, xlabel="called (the likeliest class)")
    ax.set(yticks=places, yticklabels=classes, ylabel="happened")
    ax.grid(visible=False)
    figures.title(ax, "share of what happened, and accidents")
    return figures.sign(ax)


def causes(families: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw each family's average precision as a bar with its interval, baselines as marks.

    Parameters
    ----------
    families
        ``family, n, value, lo, hi, phase, prior``, best first.
    """
    ax = figures.axes(ax, width=8.4, height=1.6 + 0.24 * families.height)
    at = np.arange(families.height)[::-1]
    ax.barh(at, families["value"], color=SKY, height=0.72, label="model (95% interval)")
    style = {"fmt": "none", "ecolor": BLUE, "elinewidth": 1.2, "capsize": 2}
    ax.errorbar(families["value"], at, xerr=_spread(families), **style)
    for model, colour, marker in (("phase", ORANGE, "D"), ("prior", BLACK, "|")):
        label = NAMES[model]
        ax.plot(families[model], at, marker, color=colour, markersize=5, label=label)
    named = families.select(pl.format("{}  ({})", "family", "n")).to_series().to_list()
    ax.set(yticks=at, yticklabels=named, xlim=(0, 1), ylim=(-0.7, len(at) - 0.3))
    ax.set_xlabel("average precision (test accidents that have it in brackets)")
    ax.grid(visible=False, axis="y")
    figures.legend(ax, loc="lower right", frameon=True)
    return figures.sign(ax)


def destroyed(years: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of aircraft coded destroyed by year, and the mean forecast of test years.

    Parameters
    ----------
    years
        ``year, n, value, lo, hi, mean_probability``.
    """
    ax = figures.axes(ax, width=7.2, height=3.6)
    style = {"color": BLACK, "marker": "o", "capsize": 3, "markersize": 4}
    ax.errorbar(years["year"], years["value"], yerr=_spread(years), label="coded so", **style)
    tested = years.filter(pl.col("mean_probability").is_not_null())
    line = {"color": ORANGE, "marker": "s", "linestyle": "none", "markersize": 6}
    ax.plot(tested["year"], tested["mean_probability"], label="mean forecast, test part", **line)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set(xlabel="year of the accident", ylabel="destroyed (95% interval)")
    ax.set_ylim(bottom=0)
    figures.legend(ax, loc="lower right")
    return figures.sign(ax)


def sizes(found: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many answers the sets hold, as shares of accidents, one bar a horizon.

    Parameters
    ----------
    found
        ``horizon, size, share``.
    """
    ax = figures.axes(ax, width=7.2, height=3.0)
    horizons = found["horizon"].unique(maintain_order=True).to_list()
    at = np.arange(len(horizons))[::-1]
    left = np.zeros(len(horizons))
    for size, colour in SIZE_COLOURS.items():
        share = found.filter(pl.col("size") == size)["share"].to_numpy()
        label = "1 answer" if size == 1 else f"{size} answers"
        ax.barh(at, share, left=left, color=colour, label=label, edgecolor="white")
        _write_shares(ax, at, left, share, "white" if size == 1 else BLACK)
        left = left + share
    ax.set(yticks=at, yticklabels=horizons, xlim=(0, 1), xlabel="share of accidents")
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.grid(visible=False)
    figures.legend(ax, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(SIZE_COLOURS))
    return figures.sign(ax)


def _write_shares(ax: Axes, at: np.ndarray, left: np.ndarray, share: np.ndarray, colour: str):
    for y, start, width in zip(at, left, share, strict=True):
        if width > 0.05:
            where = {"ha": "center", "va": "center", "color": colour, "fontsize": 9}
            ax.text(start + width / 2, y, f"{width:.0%}", **where)


def coverage(covered: pl.DataFrame, promised: float, ax: Axes | None = None) -> Axes:
    """Draw how often sets hold the truth by kind of accident, by one limit and by limits for kinds.

    Parameters
    ----------
    covered
        ``limits, by, group, n, value, lo, hi``, see `hindcast.model.targets.tables.covered`.
    promised
        Coverage promised.
    """
    named = covered.filter(limits="kinds").select("by", "group", "n")
    ax = figures.axes(ax, width=7.6, height=1.4 + 0.27 * named.height)
    at = dict(zip(named.select("by", "group").rows(), range(named.height, 0, -1), strict=True))
    ax.axvline(promised, color=RED, linewidth=1.4, label=f"promised ({promised:.0%})")
    for limits, colour, marker, step, label in (
        ("one", GREY, "s", -0.16, "one limit for all"),
        ("kinds", BLUE, "o", 0.16, "limits for kinds"),
    ):
        rows = covered.filter(limits=limits)
        y = np.array([at[key] for key in rows.select("by", "group").rows()]) + step
        style = {"color": colour, "marker": marker, "linestyle": "none", "capsize": 2}
        ax.errorbar(rows["value"], y, xerr=_spread(rows), markersize=4, label=label, **style)
    ax.set(yticks=list(at.values()), yticklabels=[_kind(*row) for row in named.rows()])
    ax.set(xlabel="share of sets that hold the truth (95% interval)", ylim=(0.3, len(at) + 0.7))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.grid(visible=False, axis="y")
    _shade(ax, [at[by, group] for by, group, _ in named.rows() if by == NO_PROMISE])
    figures.legend(ax, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    return figures.sign(ax)


def _kind(by: str, group: str, n: int) -> str:
    return f"{BY[by]}: {group}  ({n:,})"


def _shade(ax: Axes, places: Sequence[int]) -> None:
    """Set apart the rows that nothing was promised for."""
    if places:
        ax.axhspan(min(places) - 0.5, max(places) + 0.5, color=GREY, alpha=0.12, linewidth=0)
        told = {"va": "top", "fontsize": 8, "color": GREY, "transform": ax.get_yaxis_transform()}
        ax.text(0.01, max(places) + 0.45, "not promised: unknown beforehand", **told)


def coverage_by_horizon(found: pl.DataFrame, promised: float, ax: Axes | None = None) -> Axes:
    """Draw the coverage of each test year by horizon.

    Parameters
    ----------
    found
        ``horizon, group, value, lo, hi``: the rows of `coverage` by year.
    promised
        Coverage promised.
    """
    ax = figures.axes(ax, width=7.2, height=3.4)
    horizons = found["horizon"].unique(maintain_order=True).to_list()
    years = sorted(found["group"].unique())
    ax.axhline(promised, color=RED, linewidth=1.4)
    for horizon, step in zip(horizons, np.linspace(-0.2, 0.2, len(horizons)), strict=True):
        rows = found.filter(pl.col("horizon") == horizon)
        at = np.array([years.index(year) for year in rows["group"]]) + step
        style = {"color": HORIZON_COLOURS[horizon], "marker": "o", "linestyle": "none"}
        ax.errorbar(at, rows["value"], yerr=_spread(rows), capsize=3, label=horizon, **style)
    ax.set(xticks=range(len(years)), xticklabels=years, xlabel="year of the accident")
    ax.set_ylabel("sets that hold the truth")
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    figures.legend(ax, loc="lower left", ncols=2)
    return figures.sign(ax)
