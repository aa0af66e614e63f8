"""Figures of the explanation: SHAP values of P(fatal | an accident happened), in log odds."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np
import polars as pl
import shap
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREY, HORIZON_COLOURS, RED
from hindcast.model import cases, explain
from hindcast.model.explain import Explained

LEVELS_SHOWN = 8
LABEL = 27
MIDDLE = (0.005, 0.995)
MISSING = "missing"
UNIT = "SHAP value (log odds of fatal)"


def summary(explained: Explained, seed: int, count: int = 15) -> Axes:
    """Draw the strongest features' SHAP values, a point an accident, coloured by the value.

    Categories have no order: like missing values they are grey.

    Parameters
    ----------
    explained
        SHAP values of a horizon.
    seed
        Of the points' scatter, so that two runs draw the same picture.
    count
        Number of features.
    """
    chosen = _columns(explained, explain.strongest(explained, count))
    ax = figures.axes(width=7.6, height=1.2 + 0.36 * len(chosen))
    shown = shap.Explanation(
        explained.values[:, chosen],
        data=explain.codes(explained)[:, chosen],
        feature_names=[_words(explained.names[column]) for column in chosen],
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)  # a category's colours
        with _seeded(seed):
            _beeswarm(shown, ax)
    ax.set_xlabel(UNIT, fontsize=10)
    ax.tick_params(labelsize=9)
    return figures.sign(ax)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed NumPy's global generator, which shap scatters points with, and put it back after."""
    state = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(state)


def _beeswarm(shown: shap.Explanation, ax: Axes) -> None:
    shap.plots.beeswarm(
        shown,
        max_display=shown.shape[1],
        color=plt.get_cmap("cividis"),
        color_bar_label="value (grey: category or missing)",
        ax=ax,
        plot_size=None,
        show=False,
        s=9,
    )


def dependence(explained: Explained, names: list[str]) -> Axes:
    """Draw each feature's SHAP values against its own values, in panels of two columns.

    Numbers are points, an accident each, of which the middle 99% are shown; levels are boxes of
    the quartiles with whiskers from the 5th to the 95th percentile, the commonest level first.

    Parameters
    ----------
    explained
        SHAP values of a horizon.
    names
        Features to draw.
    """
    rows = -(-len(names) // 2)
    panels = figures.grid(rows, 2, width=9.0, height=2.5 * rows)
    panels[0].get_figure().set_dpi(72)
    for ax, name in zip(panels, names, strict=False):
        _panel(ax, explained, name)
    for ax in panels[len(names) :]:
        ax.set_axis_off()
    return figures.sign(panels[0])


def _panel(ax: Axes, explained: Explained, name: str) -> None:
    column = explained.names.index(name)
    feature, values = explained.schema[column], explained.values[:, column]
    known = explained.features[name]
    if feature["kind"] == "number":
        _numbers(ax, known, values, feature["unit"])
        ax.axhline(0, color=GREY, linewidth=0.8)
    else:
        _levels(ax, known.cast(pl.String), values)
        ax.axvline(0, color=GREY, linewidth=0.8)
    figures.title(ax, _words(name))


def _numbers(ax: Axes, known: pl.Series, values: np.ndarray, unit: str) -> None:
    there = known.is_not_null().to_numpy()
    if there.any():
        at = known.to_numpy()[there].astype(float)
        lo, hi = np.quantile(at, MIDDLE)
        inside = (at >= lo) & (at <= hi)
        style = {"s": 5, "alpha": 0.35, "color": BLUE, "linewidths": 0}
        ax.scatter(at[inside], values[there][inside], **style)
    ax.set(xlabel="" if unit == "-" else unit, ylabel="log odds")
    if not there.all():
        label = f"{MISSING}: {(~there).mean():.1%} (mean)"
        ax.axhline(values[~there].mean(), color=RED, linestyle="--", linewidth=1.2, label=label)
        figures.legend(ax, fontsize=8)


def _levels(ax: Axes, known: pl.Series, values: np.ndarray) -> None:
    level = known.fill_null(MISSING)
    order = level.value_counts(name="n").sort("n", level.name, descending=[True, False])
    shown = order[level.name].head(LEVELS_SHOWN).to_list()
    boxes = [values[(level == name).to_numpy()] for name in shown]
    style = {"medianprops": {"color": RED}, "boxprops": {"color": BLUE}}
    ax.boxplot(boxes, orientation="horizontal", whis=(5, 95), showfliers=False, **style)
    ax.set_yticklabels([_short(name) for name in shown], fontsize=8)
    ax.invert_yaxis()
    ax.set_xlabel("log odds")


def interaction(effects: pl.DataFrame, first: str, second: str, ax: Axes | None = None) -> Axes:
    """Draw what two features add together beyond what each adds alone.

    Parameters
    ----------
    effects
        ``first, second, effect, n``: for each pair of values, the mean interaction in log odds
        and the number of accidents.
    first, second
        The two features' names.
    ax
        Where to draw; a new figure when not given.
    """
    columns, rows = (
        effects[name].unique(maintain_order=True).to_list() for name in effects.columns[:2]
    )
    ax = figures.axes(ax, width=2.6 + 0.75 * len(columns), height=2.2 + 0.42 * len(rows))
    table = np.full((len(rows), len(columns)), np.nan)
    limit = effects["effect"].abs().max()
    for one, other, effect, n in effects.rows():
        table[rows.index(other), columns.index(one)] = effect
        where = (columns.index(one), rows.index(other))
        colour = "white" if abs(effect) > 0.6 * limit else BLACK
        ax.text(*where, f"{n}", ha="center", va="center", fontsize=7, color=colour)
    image = ax.imshow(table, cmap="PuOr_r", vmin=-limit, vmax=limit, aspect="auto")
    ax.set_xticks(range(len(columns)), [_short(name) for name in columns], rotation=30, ha="right")
    ax.set_yticks(range(len(rows)), [_short(name) for name in rows])
    ax.set(xlabel=_words(first), ylabel=_words(second))
    ax.grid(visible=False)
    figures.title(ax, "number: accidents")
    ax.get_figure().colorbar(image, ax=ax, label="mean interaction (log odds)")
    return figures.sign(ax)


def waterfall(explained: Explained, case: cases.Case, count: int = 10) -> Axes:
    """Draw how one forecast comes about, feature by feature, from the mean forecast.

    Values that could say which accident it was are withheld.
    """
    figure = plt.figure()
    shows_itself = plt.isinteractive()
    shap.plots.waterfall(_told(explained, case), max_display=count, show=False)
    if shows_itself:
        plt.ion()  # shap turns it off, and a notebook would show no figure from here on
    figure.set_size_inches(8.2, 0.9 + 0.42 * count)
    figure.set_dpi(75)
    ax = figure.axes[0]
    ax.set_xlabel("log odds of fatal, before calibration", fontsize=11)
    return figures.sign(ax)


def force(explained: Explained, case: cases.Case, ax: Axes | None = None) -> Axes:
    """Draw the same as `waterfall` as forces along a line, that meet at the forecast.

    What raises it pushes from the left, what lowers it from the right, the strongest nearest; the
    three strongest of each side are named.
    """
    ax = figures.axes(ax, width=9.0, height=2.4)
    moved = cases.story(explained, case, len(explained.names))
    at = explained.base_value + explained.values[case.row].sum()
    up, down = moved.filter(pl.col("log_odds") > 0), moved.filter(pl.col("log_odds") < 0)
    _push(ax, at, up, RED, "right")
    _push(ax, at, down, BLUE, "left")
    ax.plot([explained.base_value] * 2, [-0.5, 0.6], color=GREY, linestyle="--", linewidth=1)
    where = {"ha": "center", "va": "bottom", "fontsize": 9}
    ax.text(explained.base_value, 0.64, "mean forecast", color=GREY, **where)
    ax.text(at, 0.5, f"{at:.2f}", fontweight="bold", **where | {"fontsize": 11})
    ax.set(yticks=[], ylim=(-1.9, 0.95), xlabel="log odds of fatal, before calibration")
    ax.spines["left"].set_visible(False)
    return figures.sign(ax)


def _push(ax: Axes, at: float, moved: pl.DataFrame, colour: str, side: str) -> None:
    """Lay one side's forces end to end, from the forecast outwards; name the strongest three."""
    ends = at - moved["log_odds"].cum_sum()
    starts = ends + moved["log_odds"]
    ax.barh(0, ends - starts, left=starts, height=0.8, color=colour, edgecolor="white")
    for place, (name, value, log_odds) in enumerate(moved.head(3).iter_rows()):
        middle, level = starts[place] - log_odds / 2, -1.47 + 0.36 * place
        ax.plot([middle, middle], [-0.4, level], color=colour, linewidth=0.8)
        text = f" {name} = {value} ({log_odds:+.2f}) "
        ax.text(middle, level, text, ha=side, va="center", color=colour, fontsize=8)


def _told(explained: Explained, case: cases.Case) -> shap.Explanation:
    told = np.array(cases.values(explained, case.row), dtype=object)
    return shap.Explanation(
        explained.values[case.row],
        base_values=explained.base_value,
        data=told,
        display_data=told,
        feature_names=[_words(name) for name in explained.names],
    )


def groups(by_group: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how much each group of features moves the forecast, by horizon.

    Parameters
    ----------
    by_group
        ``horizon, group, importance`` as `hindcast.model.explain.group_importance` gives them.
    """
    totals = by_group.group_by("group").agg(pl.col("importance").max()).sort("importance", "group")
    order = totals["group"].to_list()
    ax = figures.axes(ax, width=7.2, height=1.4 + 0.55 * len(order))
    horizons = by_group["horizon"].unique(maintain_order=True).to_list()
    for place, horizon in enumerate(horizons):
        rows = by_group.filter(pl.col("horizon") == horizon)
        at = [order.index(name) + 0.3 - 0.2 * place for name in rows["group"]]
        colour = HORIZON_COLOURS[horizon]
        ax.barh(at, rows["importance"], height=0.18, color=colour, label=horizon)
    ax.set(yticks=range(len(order)), yticklabels=order)
    ax.set_xlabel("mean |joint SHAP value of the group| (log odds of fatal)")
    figures.legend(ax, loc="lower right")
    ax.grid(visible=False, axis="y")
    return figures.sign(ax)


def _columns(explained: Explained, names: list[str]) -> list[int]:
    return [explained.names.index(name) for name in names]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _short(text: str) -> str:
    words = _words(text)
    return words if len(words) <= LABEL else f"{words[: LABEL - 1]}…"
