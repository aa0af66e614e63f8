"""Figures of the evaluation: how well a death is foreseen, when, and for whom.

All show P(fatal | an accident happened) on accidents after the training years.
"""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREY, HORIZON_COLOURS, ORANGE, RED, SKY
from hindcast.model.tables import NAMES

MARKS = {
    "xgboost": (BLUE, "o"),
    "random_forest": (ORANGE, "s"),
    "logistic": (figures.GREEN, "^"),
    "majority": (GREY, "D"),
    "random_split": (RED, "v"),
    "masked": (figures.PINK, "P"),
    "missing_only": (SKY, "X"),
}
LINES = {"dispatch": ":", "event": "-", "scene": "--", "investigation": "-."}
ESTIMAND = "P(fatal | an accident happened)"


def ladder(long: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw ROC AUC with 95% intervals by horizon: the model beside the baselines.

    Parameters
    ----------
    long
        ``horizon, model, metric, value, lo, hi`` as `hindcast.model.tables.long` gives them.
    ax
        Where to draw; a new figure when not given.
    """
    models = ("xgboost", "random_forest", "logistic", "majority")
    return _dodged(long, models, figures.axes(ax, width=7.2, height=4.4))


def random_split(long: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the same model tested on later years and on events drawn at random; as `ladder`."""
    return _dodged(long, ("xgboost", "random_split"), figures.axes(ax, width=7.2))


def missingness(long: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the model with missingness, with it masked, and from missing flags alone; as `ladder`.

    Records of fatal accidents lack more fields: what a model makes of that says something about
    how records are kept, and may not hold for the next release.
    """
    return _dodged(long, ("xgboost", "masked", "missing_only"), figures.axes(ax, width=7.2))


def _dodged(long: pl.DataFrame, models: tuple[str, ...], ax: Axes, metric: str = "roc_auc") -> Axes:
    rows = long.filter(pl.col("metric") == metric, pl.col("model").is_in(models))
    horizons = rows["horizon"].unique(maintain_order=True).to_list()
    steps = np.linspace(-0.21, 0.21, len(models))
    for model, step in zip(models, steps, strict=True):
        series = rows.filter(pl.col("model") == model)
        if series.height:
            at = np.array([horizons.index(horizon) for horizon in series["horizon"]]) + step
            _points(ax, series, at, model)
    ax.set(xlim=(-0.6, len(horizons) - 0.5), xticks=range(len(horizons)), xticklabels=horizons)
    ax.set(ylabel="ROC AUC (0.5 = chance)")
    ax.set_xlabel("what is known (each horizon adds to the one before)")
    ax.set_ylim(min(0.48, rows["value"].min() - 0.02), 1.0)
    ax.grid(visible=False, axis="x")
    figures.title(ax, ESTIMAND)
    figures.legend(ax, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=len(models))
    return figures.sign(ax)


def _points(ax: Axes, series: pl.DataFrame, at: np.ndarray, model: str) -> None:
    colour, marker = MARKS[model]
    value, lo, hi = (series[name].to_numpy() for name in ("value", "lo", "hi"))
    spread = np.nan_to_num(np.vstack([value - lo, hi - value]).astype(float)).clip(0)
    style = {"color": colour, "marker": marker, "capsize": 3, "linestyle": "none"}
    ax.errorbar(at, value, yerr=spread, label=NAMES[model].replace("XGBoost, ", ""), **style)
    if model == "xgboost":
        for x, y in zip(at, value, strict=True):
            label = {"xytext": (-5, 0), "textcoords": "offset points", "color": colour}
            ax.annotate(f"{y:.3f}", (x, y), ha="right", va="center", fontsize=9, **label)


def roc(points: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the ROC curve of each horizon.

    Parameters
    ----------
    points
        ``horizon, false_positive_rate, true_positive_rate``.
    """
    ax = figures.axes(ax, width=4.8, height=4.5)
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, label="chance")
    _lines(ax, points, "false_positive_rate", "true_positive_rate")
    ax.set(xlabel="share of other accidents called fatal", ylabel="share of fatal accidents found")
    ax.set(xlim=(0, 1), ylim=(0, 1.005), aspect="equal")
    figures.title(ax, ESTIMAND)
    figures.legend(ax, loc="lower right")
    return figures.sign(ax)


def precision_recall(points: pl.DataFrame, fatal_share: float, ax: Axes | None = None) -> Axes:
    """Draw precision against recall of each horizon, with the level of a guess.

    Parameters
    ----------
    points
        ``horizon, recall, precision``.
    fatal_share
        Share of fatal accidents in the test part: the precision of calling all of them fatal.
    """
    ax = figures.axes(ax, width=4.8, height=4.5)
    ax.axhline(fatal_share, color=GREY, linewidth=1, label="all called fatal")
    _lines(ax, points.filter(pl.col("recall") > 0), "recall", "precision")
    ax.set(xlabel="recall: share of fatal accidents found", xlim=(0, 1.005), ylim=(0, 1.005))
    ax.set(ylabel="precision: share fatal among those called fatal", aspect="equal")
    figures.title(ax, ESTIMAND)
    figures.legend(ax, loc="lower left", frameon=True)
    return figures.sign(ax)


def _lines(ax: Axes, points: pl.DataFrame, x: str, y: str) -> None:
    for (horizon,), line in points.group_by("horizon", maintain_order=True):
        style = {"color": HORIZON_COLOURS[horizon], "linestyle": LINES[horizon]}
        ax.plot(line[x], line[y], label=horizon, linewidth=1.8, **style)


def reliability(
    bins: pl.DataFrame, tested: pl.DataFrame, horizon: str, axes: list[Axes] | None = None
) -> Axes:
    """Draw how often accidents given a probability were fatal, over how many were given it.

    Parameters
    ----------
    bins
        ``horizon, n, mean_probability, fatal_share, lo, hi`` (10 bins of equal mass).
    tested
        ``is_fatal, probability`` of the test events of ``horizon``.
    horizon
        Which horizon to draw.
    axes
        Two Axes, upper and lower; a new figure when not given.
    """
    upper, lower = axes or figures.grid(
        2, 1, width=4.8, height=5.4, sharex=True, height_ratios=[3, 1]
    )
    rows = bins.filter(pl.col("horizon") == horizon)
    upper.plot([0, 1], [0, 1], color=GREY, linewidth=1, label="as said, so it happened")
    value, lo, hi = (rows[name].to_numpy() for name in ("fatal_share", "lo", "hi"))
    spread = np.vstack([value - lo, hi - value]).clip(0)
    style = {"marker": "o", "color": BLUE, "capsize": 3}
    upper.errorbar(rows["mean_probability"], value, yerr=spread, label=horizon, **style)
    upper.set(ylabel="share fatal (95% interval)", ylim=(-0.02, 1.02))
    figures.title(upper, ESTIMAND)
    figures.legend(upper, loc="upper left")
    _histogram(lower, tested)
    return figures.sign(upper)


def _histogram(ax: Axes, tested: pl.DataFrame) -> None:
    edges = np.linspace(0, 1, 21)
    for fatal, colour, name in ((False, SKY, "not fatal"), (True, RED, "fatal")):
        values = tested.filter(pl.col("is_fatal") == fatal)["probability"]
        ax.hist(values, edges, histtype="step", linewidth=1.6, color=colour, label=name)
    ax.set(xlabel="forecast probability", ylabel="accidents (log)", yscale="log")
    ax.set_xlim(-0.02, 1.02)
    figures.legend(ax, ncols=2, loc="upper right", fontsize=8)


def confusion(tested: pl.DataFrame, threshold: float, ax: Axes | None = None) -> Axes:
    """Draw right and wrong calls at a threshold, in accidents and in share of the outcome's row.

    Parameters
    ----------
    tested
        ``is_fatal, probability`` of the test events.
    threshold
        From which probability on an accident is called fatal.
    """
    ax = figures.axes(ax, width=4.6, height=3.8)
    called = (tested["probability"] >= threshold).to_numpy()
    fatal = tested["is_fatal"].to_numpy()
    counts = np.array([[np.sum((fatal == f) & (called == c)) for c in (0, 1)] for f in (0, 1)])
    shares = counts / counts.sum(axis=1, keepdims=True).clip(1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), n in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else BLACK
        text = f"{n:,}\n{shares[row, column]:.0%}"
        ax.text(column, row, text, ha="center", va="center", color=colour, fontsize=12)
    ax.set(xticks=[0, 1], xticklabels=["called not fatal", "called fatal"])
    ax.set(yticks=[0, 1], yticklabels=["was not fatal", "was fatal"])
    ax.grid(visible=False)
    figures.title(ax, f"called fatal from {threshold:.2f} on (share of row)")
    return figures.sign(ax)


def by_year(records: pl.DataFrame, axes: list[Axes] | None = None) -> Axes:
    """Draw each test year's ROC AUC, and its fatal share beside the mean forecast.

    Parameters
    ----------
    records
        As `hindcast.model.tables.years` gives them.
    axes
        Two Axes; a new figure when not given.
    """
    left, right = axes or figures.grid(1, 2, width=8.0, height=3.6)
    at = np.arange(records.height)
    _interval(left, at, records, "roc_auc", BLUE, "o")
    left.set(ylabel="ROC AUC (95% interval)")
    _interval(right, at - 0.08, records, "fatal_share", BLACK, "o", label="share fatal")
    _interval(right, at + 0.08, records, "mean_probability", ORANGE, "s", label="mean forecast")
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.set(ylabel="of the year's accidents")
    figures.legend(right, loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=2)
    names = [f"{year}\n({n:,})" for year, n in records.select("group", "n").iter_rows()]
    for ax in (left, right):
        ax.set(xticks=at, xticklabels=names, xlim=(-0.5, records.height - 0.5))
        ax.set_xlabel("year of the accident (accidents)")
    figures.title(left, ESTIMAND)
    return figures.sign(left)


def _interval(ax: Axes, at, rows: pl.DataFrame, name: str, colour: str, marker: str, **kw) -> None:
    value, lo, hi = (rows[f"{name}{end}"].to_numpy() for end in ("", "_lo", "_hi"))
    spread = np.nan_to_num(np.vstack([value - lo, hi - value]).astype(float)).clip(0)
    style = {"color": colour, "marker": marker, "capsize": 3, "linestyle": "none"}
    ax.errorbar(at, value, yerr=spread, **style, **kw)


def by_group(records: pl.DataFrame, axes: list[Axes] | None = None) -> Axes:
    """Draw, for each kind of accident, ROC AUC, and fatal share beside the mean forecast.

    Parameters
    ----------
    records
        As `hindcast.model.tables.kinds` gives them; kinds without figures are left out.
    axes
        Two Axes; a new figure when not given.
    """
    shown = records.filter(pl.col("roc_auc").is_not_null())
    left, right = axes or figures.grid(
        1, 2, width=8.4, height=1.6 + 0.25 * shown.height, sharey=True
    )
    left.get_figure(root=True).set_dpi(80)
    at = np.arange(shown.height)[::-1]
    _across(left, at, shown, "roc_auc", BLUE, "o")
    left.set(xlabel="ROC AUC (95% interval)")
    figures.title(left, ESTIMAND)
    _across(right, at + 0.14, shown, "fatal_share", BLACK, "o", label="share fatal")
    _across(right, at - 0.14, shown, "mean_probability", ORANGE, "s", label="mean forecast")
    right.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.set(xlabel="of the kind's accidents")
    figures.legend(
        right, loc="upper center", bbox_to_anchor=(0.5, 1.0 + 0.9 / (shown.height + 4)), ncols=2
    )
    told = shown.select(
        pl.format("{}: {}  ({})", pl.col("by").str.replace_all("_", " "), "group", "n")
    )
    left.set(yticks=at, yticklabels=told.to_series().to_list())
    return figures.sign(left)


def _across(ax: Axes, at, rows: pl.DataFrame, name: str, colour: str, marker: str, **kw) -> None:
    value, lo, hi = (rows[f"{name}{end}"].to_numpy() for end in ("", "_lo", "_hi"))
    spread = np.nan_to_num(np.vstack([value - lo, hi - value]).astype(float)).clip(0)
    style = {"color": colour, "marker": marker, "capsize": 2, "linestyle": "none", "markersize": 4}
    ax.errorbar(value, at, xerr=spread, **style, **kw)
