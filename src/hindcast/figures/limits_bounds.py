"""Figures of the causal question: what would turn the answer round."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.analysis.limits import bounds
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE, RED
from hindcast.figures.limits_question import points

MOST = 13.0


def confounding(factors: dict[str, float], measured: pd.DataFrame, why: str) -> Axes:
    """Draw how strong a confounder would have to be, and how strong the measured ones are.

    Parameters
    ----------
    factors
        Label -> factor by which a ratio would have to be moved.
    measured
        Of `hindcast.analysis.limits.bounds.measured`.
    """
    ax = figures.axes(width=7.2, height=4.6)
    if measured.empty:
        return figures.empty(ax, why)
    looks = zip(factors.items(), (ORANGE, BLUE, RED), ("-", "-", "--"), strict=False)
    for (label, factor), colour, style in looks:
        edge = bounds.bias_curve(factor, MOST)
        ax.plot(edge["with_exposure"], edge["with_outcome"], style, color=colour, label=label)
    ax.plot(measured["with_exposure"], measured["with_outcome"], "o", color=GREY, markersize=5)
    for row in measured.head(5).itertuples():
        place = (row.with_exposure, row.with_outcome)
        side = {"ha": "right", "xytext": (-6, 4)} if row.with_exposure > 6 else {"xytext": (6, 4)}
        white = {"facecolor": "white", "alpha": 0.75, "pad": 0.5, "linewidth": 0}
        how = {"textcoords": "offset points", "fontsize": 9, "bbox": white}
        ax.annotate(row.covariate, place, **how, **side)
    ax.set(xscale="log", xlim=(1, MOST), ylim=(1, 3.5), xticks=[1, 2, 3, 5, 10])
    ax.set_xticklabels(["1", "2", "3", "5", "10"])
    ax.minorticks_off()
    ax.set_xlabel("confounder with second pilot (ratio of shares, log scale)")
    ax.set_ylabel("confounder with fatal (ratio of shares)")
    figures.title(ax, "above a line: strong enough; dots: the measured covariates")
    figures.legend(ax, loc="upper right")
    return figures.sign(ax)


def placebo(dealt: np.ndarray, seen: float, why: str) -> Axes:
    """Draw the differences of second pilots dealt out at random, and the one seen."""
    ax = figures.axes(width=6.8, height=3.2)
    if not len(dealt):
        return figures.empty(ax, why)
    ax.hist(dealt, bins=30, color=GREY, alpha=0.7)
    ax.axvline(seen, color=BLUE, linewidth=2)
    place = ax.get_xaxis_transform()
    ax.text(seen, 1.01, "seen", color=BLUE, ha="center", transform=place)
    ax.set(ylabel="placebo deals", xlabel="doubly robust difference of shares")
    points(ax)
    return figures.sign(ax)


def selection(trimmed: pd.DataFrame, flights: pd.DataFrame, why: str) -> Axes:
    """Draw what selection by the accident itself leaves of the answer, in two panels.

    Parameters
    ----------
    trimmed
        Of `hindcast.analysis.limits.bounds.selection`.
    flights
        Of `hindcast.analysis.limits.bounds.per_flight`.
    """
    if trimmed.empty or flights.empty:
        return figures.empty(figures.axes(width=6.8, height=2.4), why)
    upper, lower = figures.grid(2, 1, width=6.8, height=6.4)
    across = trimmed["prevented"]
    upper.fill_between(across, trimmed["low"], trimmed["high"], color=BLUE, alpha=0.15, linewidth=0)
    bounded = {"color": BLUE, "alpha": 0.35, "linewidth": 0, "label": "bounds"}
    upper.fill_between(across, trimmed["lower"], trimmed["upper"], **bounded)
    upper.axhline(0, color=BLACK, linewidth=1)
    upper.set_xlabel("share of lone pilots' accidents that a second pilot would have prevented")
    upper.set_ylabel("difference of shares")
    upper.xaxis.set_major_formatter("{x:.0%}")
    upper.yaxis.set_major_formatter(lambda value, _: f"{100 * value:+.0f} pts" if value else "0")
    figures.title(upper, "accidents that happen either way (pale: with the 95% interval)")
    _flights(lower, flights)
    return figures.sign(lower)


def _flights(ax: Axes, flights: pd.DataFrame) -> None:
    across = flights["rate_ratio"]
    ax.fill_between(across, flights["low"], flights["high"], color=GREEN, alpha=0.25, linewidth=0)
    ax.plot(across, flights["ratio"], color=GREEN, linewidth=2)
    ax.axhline(1, color=BLACK, linewidth=1)
    ax.axvline(1, color=GREY, linestyle=":", linewidth=1)
    ax.set(xscale="log", yscale="log", xlabel="accidents per flight, with over without (unknown)")
    ax.set_ylabel("fatal accidents per flight,\nwith over without")
    for setter in (ax.set_xticks, ax.set_yticks):
        setter([0.25, 0.5, 1, 2], ["0.25", "0.5", "1", "2"])
    ax.minorticks_off()
    figures.title(ax, "what it would mean for flights, by what nobody has counted")


def power(curves: pd.DataFrame, why: str) -> Axes:
    """Draw how probably a true difference would be noticed.

    Parameters
    ----------
    curves
        Of `hindcast.analysis.limits.bounds.power_curves`.
    """
    ax = figures.axes(width=6.8, height=3.4)
    if curves.empty:
        return figures.empty(ax, why)
    looks = zip(curves.groupby("label", sort=False), (BLUE, ORANGE, GREEN), strict=False)
    for (label, own), colour in looks:
        ax.plot(own["difference"], own["power"], color=colour, linewidth=2, label=label)
    ax.axhline(bounds.POWER, color=GREY, linestyle=":")
    ax.set(ylim=(0, 1.02), xlabel="true difference of shares", ylabel="probability of noticing it")
    ax.yaxis.set_major_formatter("{x:.0%}")
    points(ax)
    figures.legend(ax, loc="best")
    return figures.sign(ax)
