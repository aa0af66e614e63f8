"""Figures of the monitor: what drifts, what the scores do, what late outcomes let one judge.

All show P(fatal | an accident happened); intervals are 95%.
"""

from datetime import date

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREEN, GREY, HORIZON_COLOURS, ORANGE, RED
from hindcast.figures.evidence import spread

ON_COLOURS = {"all that are in": ORANGE, "complete months": BLUE}
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
MOST = 0.5
"""From which index on the map's colour changes no more."""


def heat(found: pl.DataFrame, features: int = 25, ax: Axes | None = None) -> Axes:
    """Draw how far each quarter's inputs lie from training, for those that drifted most often.

    Parameters
    ----------
    found
        Of `hindcast.monitor.replay.inputs`.
    features
        How many to show. Quarters in which too few values are known are left blank.
    """
    rows = found.filter(pl.col("what") == "input", pl.col("q").is_not_null())
    beyond = (pl.col("psi") - pl.col("psi_by_chance")).max()
    often = pl.col("is_drifted").sum().alias("often")
    ranked = rows.group_by("feature").agg(often, beyond.alias("most"))
    order = ["often", "most", "feature"]
    names = ranked.sort(order, descending=[True, True, False])["feature"].head(features)
    shown = rows.filter(pl.col("feature").is_in(names.implode())).sort("quarter")
    wide, marks = (_wide(shown, value, names) for value in ("psi", "is_drifted"))
    ax = figures.axes(ax, width=9.6, height=1.4 + 0.22 * len(names))
    image = ax.imshow(wide, cmap="cividis", vmin=0, vmax=MOST, aspect="auto")
    at_feature, at_quarter = np.nonzero(np.nan_to_num(marks))
    ax.plot(at_quarter, at_feature, ".", color=RED, markersize=6)
    days = shown["quarter"].unique().sort().to_list()
    _quarter_ticks(ax, days)
    ax.set(yticks=range(len(names)), yticklabels=names.to_list())
    ax.grid(visible=False)
    tested = shown.filter(~pl.col("is_learned"))["quarter"].min()
    ax.axvline(days.index(tested) - 0.5, color="white", linewidth=2)
    ax.get_figure().colorbar(image, ax=ax, label="PSI from training", extend="max")
    figures.title(ax, "dots: drifted, beyond chance and large; right of the line: after training")
    return figures.sign(ax)


def _wide(rows: pl.DataFrame, value: str, names: pl.Series) -> np.ndarray:
    wide = rows.pivot("quarter", index="feature", values=value)
    order = pl.DataFrame({"feature": names})
    joined = order.join(wide, "feature", "left", maintain_order="left")
    return joined.drop("feature").cast(pl.Float64).to_numpy()


def _quarter_ticks(ax: Axes, days: list[date]) -> None:
    at = [place for place, day in enumerate(days) if day.month == 1]
    ax.set(xticks=at, xticklabels=[days[place].year for place in at], xlabel="quarter")


def speaking(said: pl.DataFrame, limit: float, ax: Axes | None = None) -> Axes:
    """Draw by quarter what share of training's gain drifted, and the limit that makes it speak.

    Parameters
    ----------
    said
        Of `hindcast.monitor.replay.spoken`.
    limit
        ``drifted_gain`` of the limits.
    """
    ax = figures.axes(ax, width=8.0, height=3.6)
    for name, colour in HORIZON_COLOURS.items():
        own = said.filter(pl.col("horizon") == name).sort("quarter")
        ax.plot(own["quarter"], own["drifted_gain"], color=colour, linewidth=1.2, label=name)
        on = own.filter("input_drift")
        ax.plot(on["quarter"], on["drifted_gain"], "o", color=colour, markersize=5)
    ax.axhline(limit, color=GREY, linestyle="--", linewidth=1)
    first = said.filter(~pl.col("is_learned"))["quarter"].min()
    ax.axvline(first, color=BLACK, linewidth=1, linestyle=":")
    ax.set(ylabel="share of gain of inputs that drifted", xlabel="quarter", ylim=(0, None))
    figures.title(ax, "filled: the monitor speaks; dotted: end of what was learned from")
    figures.legend(ax, loc="upper left")
    return figures.sign(ax)


def scores(tested: pl.DataFrame, learned: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the quantiles of one horizon's forecasts by quarter, over those of training.

    Parameters
    ----------
    tested, learned
        ``ev_date, probability`` of the quarters, and of the validation part.
    """
    ax = figures.axes(ax, width=7.4, height=3.8)
    by = tested.sort("ev_date").group_by_dynamic("ev_date", every="3mo")
    rows = by.agg(*(pl.col("probability").quantile(q).alias(f"{q}") for q in QUANTILES))
    lo, quarter, half, three, hi = (rows[f"{q}"] for q in QUANTILES)
    ax.fill_between(rows["ev_date"], lo, hi, color=BLUE, alpha=0.15, linewidth=0, step="post")
    ax.fill_between(
        rows["ev_date"], quarter, three, color=BLUE, alpha=0.3, linewidth=0, step="post"
    )
    ax.step(rows["ev_date"], half, color=BLUE, where="post", label="by quarter")
    for q in QUANTILES:
        value = learned["probability"].quantile(q)
        style = {"color": GREY, "linewidth": 1, "linestyle": "-" if q == 0.5 else "--"}
        ax.axhline(value, label="training's" if q == 0.5 else None, **style)
    ax.set(yscale="logit", ylabel="P(fatal | an accident happened)", xlabel="quarter")
    figures.title(ax, "median, middle half and middle 80% of the forecasts")
    figures.legend(ax, loc="upper right")
    return figures.sign(ax)


def arrivals(shares: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of outcomes that are in by the age of the prediction.

    Parameters
    ----------
    shares
        Of `hindcast.monitor.arrivals.share_in`.
    """
    ax = figures.axes(ax, width=6.0, height=3.4)
    for name, colour in {"fatal": RED, "other": GREEN, "all": BLACK}.items():
        own = shares.filter(pl.col("of") == name)
        ax.plot(own["days"] / 30.44, own["share_in"], color=colour, label=name)
    ax.set(xlabel="age of the prediction (months)", ylabel="share of outcomes in", ylim=(0, 1.02))
    figures.title(ax, "assumed delays: fatal accidents are settled later")
    figures.legend(ax, loc="lower right")
    return figures.sign(ax)


def calibration(judged: pl.DataFrame, limit: float, ax: Axes | None = None) -> Axes:
    """Draw fatal accidents over foreseen ones as outcomes come in.

    Parameters
    ----------
    judged
        Of `hindcast.monitor.arrivals.judged`.
    limit
        ``ratio_limit`` of the limits.
    """
    ax = figures.axes(ax, width=8.0, height=4.0)
    for on, colour in ON_COLOURS.items():
        own = judged.filter(pl.col("on") == on, pl.col("is_enough")).sort("when")
        ends = ("ratio_lo", "ratio_hi")
        style = {"color": colour, "capsize": 2, "marker": "o", "markersize": 4, "linewidth": 1}
        ax.errorbar(own["when"], own["ratio"], yerr=spread(own, "ratio", ends), label=on, **style)
        off = own.filter("is_miscalibrated")
        ax.plot(off["when"], off["ratio"], "o", color=RED, markersize=9, fillstyle="none")
    ax.axhline(1, color=GREY, linewidth=1)
    for level in (1 / limit, limit):
        ax.axhline(level, color=GREY, linewidth=1, linestyle="--")
    ax.set(ylabel="fatal accidents, observed / foreseen", xlabel="asked at the end of")
    figures.title(
        ax, "ringed: off beyond chance and the limit; the verdict is on complete months alone"
    )
    figures.legend(ax, loc="lower right")
    return figures.sign(ax)


def losses(side: pl.DataFrame, axes: list[Axes] | None = None) -> Axes:
    """Draw what each quarter lost in ROC AUC, and how far its deaths were off, over its drift.

    Parameters
    ----------
    side
        Of `hindcast.monitor.replay.beside`.
    """
    left, right = axes or figures.grid(1, 2, width=10.2, height=3.8)
    for name, colour in HORIZON_COLOURS.items():
        own = side.filter(pl.col("horizon") == name)
        style = {"color": colour, "linestyle": "none", "marker": "o", "markersize": 4}
        left.plot(own["drifted_gain"], own["auc_lost"], label=name, **style)
        right.plot(own["drifted_gain"], own["ratio_off"], label=name, **style)
    left.axhline(0, color=GREY, linewidth=1)
    for ax in (left, right):
        ax.set(xlabel="share of gain of inputs that drifted")
    left.set(ylabel="ROC AUC lost since training")
    right.set(ylabel="|ln(observed / foreseen deaths)|")
    figures.title(left, "a point a quarter and horizon")
    figures.legend(right, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figures.sign(left)


def power(curves: pl.DataFrame, horizon: str, ax: Axes | None = None) -> Axes:
    """Draw how likely a test finds that calibration is off, over the number of outcomes.

    Parameters
    ----------
    curves
        Of `hindcast.monitor.power.curves`.
    horizon
        Which one to draw.
    """
    ax = figures.axes(ax, width=8.4, height=3.8)
    own = curves.filter(pl.col("horizon") == horizon)
    colours = figures.OKABE_ITO
    for place, ((off,), rows) in enumerate(own.group_by("off", maintain_order=True)):
        style = "--" if off.startswith("log odds") else "-"
        ax.plot(rows["n"], rows["power"], style, color=colours[place], label=off)
    ax.axhline(0.8, color=GREY, linewidth=1, linestyle=":")
    ax.set(xscale="log", xlabel="outcomes in (log)", ylabel="probability to notice", ylim=(0, 1.02))
    figures.title(ax, horizon)
    figures.legend(ax, loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize="small")
    return figures.sign(ax)
