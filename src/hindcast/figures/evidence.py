"""Figures of the evidence: what more records give, how a model ages, for whom it fails, what leaks.

All show P(fatal | an accident happened) on accidents after the training years; intervals are 95%.
"""

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREY, ORANGE, RED

KIND_COLOURS = {"removed": BLUE, "leak": RED, "seed": BLACK, "shuffled": GREY}
KIND_NAMES = {
    "removed": "group removed, or missing flags masked",
    "leak": "leak put back",
    "seed": "nothing but the seed changed",
    "shuffled": "label shuffled",
}
DENSE = 66
"""Dots an inch of figures with many rows, so that a page stays light."""


def _panels(frame: pl.DataFrame, axes: list[Axes] | None, *, height: float, width: float = 4.6):
    """Return the horizons of a frame and a panel for each."""
    horizons = frame["horizon"].unique(maintain_order=True).to_list()
    if axes is None:
        axes = figures.grid(1, len(horizons), width=width * len(horizons), height=height, dpi=76)
    return list(zip(horizons, axes, strict=True))


def spread(rows: pl.DataFrame, name: str, ends: tuple[str, str]) -> np.ndarray:
    """Return how far the ends of an interval lie below and above its value, shape (2, rows)."""
    value, lo, hi = (rows[column].cast(pl.Float64).to_numpy() for column in (name, *ends))
    return np.nan_to_num(np.vstack([value - lo, hi - value])).clip(0)


def learning(by_size: pl.DataFrame, by_years: pl.DataFrame, axes: list[Axes] | None = None) -> Axes:
    """Draw ROC AUC over the number of training events: random ones, and those of the last years.

    Parameters
    ----------
    by_size, by_years
        As `hindcast.model.evidence.learning` gives them.
    axes
        A panel for each horizon; a new figure when not given.
    """
    panels = _panels(by_size, axes, height=4.0)
    for horizon, ax in panels:
        of = (pl.col("horizon") == horizon, pl.col("metric") == "roc_auc")
        random, recent = by_size.filter(*of), by_years.filter(*of).sort("years")
        _random_sizes(ax, random)
        _last_years(ax, recent)
        ax.set(xscale="log", ylabel="ROC AUC on the test (0.5 = chance)")
        ax.set_xlabel("training events (log)")
        figures.title(ax, f"{horizon}")
        figures.legend(ax, loc="lower right")
    return figures.sign(panels[0][1])


def _random_sizes(ax: Axes, rows: pl.DataFrame) -> None:
    means = rows.group_by("n_train", maintain_order=True).agg(
        pl.col("value", "lo", "hi").mean().name.keep()
    )
    means = means.sort("n_train")
    x = means["n_train"]
    ax.fill_between(x, means["lo"], means["hi"], color=BLUE, alpha=0.15, linewidth=0)
    ax.plot(x, means["value"], color=BLUE, label="drawn from all years")
    ax.plot(rows["n_train"], rows["value"], "o", color=BLUE, markersize=4)


def _last_years(ax: Axes, rows: pl.DataFrame) -> None:
    ax.plot(rows["n_train"], rows["value"], "s--", color=ORANGE, markersize=5, label="last years")
    for years, x, y in rows.select("years", "n_train", "value").iter_rows():
        where = {"xytext": (4, -11), "textcoords": "offset points", "fontsize": 8}
        ax.annotate(f"{years} y", (x, y), color=ORANGE, **where)


def splits(found: pl.DataFrame, axes: list[Axes] | None = None) -> Axes:
    """Draw what a random split, and not having seen a region, change in ROC AUC.

    Parameters
    ----------
    found
        As `hindcast.model.evidence.splits` gives it.
    axes
        A panel for each horizon; a new figure when not given.
    """
    rows = found.filter(pl.col("metric") == "roc_auc")
    tallest = rows.group_by("horizon").len()["len"].max()
    panels = _panels(rows, axes, height=1.4 + 0.3 * tallest)
    for horizon, ax in panels:
        own = rows.filter(pl.col("horizon") == horizon)
        at = np.arange(own.height)[::-1]
        ax.axvline(0, color=GREY, linewidth=1)
        for split, colour in (("random", RED), ("region left out", BLUE)):
            _across(ax, at, own, pl.col("split") == split, "difference", colour)
        names = pl.format("{} ({})", pl.col("group").str.replace(", each.*", ""), "n")
        ax.set(yticks=at, yticklabels=own.select(names).to_series().to_list())
        ax.set(xlabel="change of ROC AUC\nfrom the split by time")
        figures.title(ax, horizon)
    return figures.sign(panels[0][1])


def _across(ax: Axes, at, rows: pl.DataFrame, which: pl.Expr, name: str, colour: str, **kw) -> None:
    """Draw some rows' values with error bars sideways."""
    chosen = rows.select(which).to_series().to_numpy()
    own = rows.filter(which)
    ends = ("lo", "hi") if name == "value" else (f"{name}_lo", f"{name}_hi")
    style = {"color": colour, "marker": "o", "capsize": 2, "linestyle": "none", "markersize": 4}
    ax.errorbar(own[name], at[chosen], xerr=spread(own, name, ends), **style | kw)


def changes(found: pl.DataFrame, axes: list[Axes] | None = None) -> Axes:
    """Draw how far removals, leaks and a shuffled label move ROC AUC, as bars from the model's own.

    Parameters
    ----------
    found
        As `hindcast.model.evidence.sentences.lost_and_gained` gives it.
    axes
        A panel for each horizon; a new figure when not given.
    """
    tallest = found.group_by("horizon").len()["len"].max()
    panels = _panels(found, axes, height=1.6 + 0.27 * tallest, width=5.4)
    for horizon, ax in panels:
        rows = found.filter(pl.col("horizon") == horizon).sort("kind", "difference")
        at = np.arange(rows.height)
        own = float((rows["value"] - rows["difference"])[0])
        colours = [KIND_COLOURS[kind] for kind in rows["kind"]]
        ax.barh(at, rows["difference"], left=own, color=colours, height=0.7)
        ax.errorbar(
            rows["value"],
            at,
            xerr=spread(rows, "difference", ("difference_lo", "difference_hi")),
            color=BLACK,
            linestyle="none",
            linewidth=1,
        )
        _changes_axis(ax, rows, own)
        figures.title(ax, f"{horizon}: the model itself {own:.3f}")
    _kinds_legend(panels[0][1])
    panels[0][1].get_figure(root=True).set_dpi(DENSE)
    return figures.sign(panels[0][1])


def _changes_axis(ax: Axes, rows: pl.DataFrame, own: float) -> None:
    ends = rows.select(
        pl.max_horizontal("value", pl.col("value") + pl.col("difference_hi") - pl.col("difference"))
    ).to_series()
    for y, (end, difference) in enumerate(zip(ends, rows["difference"], strict=True)):
        ax.text(max(end, own) + 0.01, y, f"{difference:+.3f}", va="center", fontsize=8)
    ax.axvline(own, color=BLACK, linewidth=1)
    ax.axvline(0.5, color=GREY, linewidth=1, linestyle=":")
    ax.text(0.505, rows.height - 0.5, "chance", color=GREY, fontsize=8, va="bottom")
    ax.set(xlim=(0.44, 1.12), yticks=range(rows.height), yticklabels=rows["name"].to_list())
    ax.set(xlabel="ROC AUC on the test, and its change", xticks=[0.5, 0.6, 0.7, 0.8, 0.9, 1.0])


def _kinds_legend(ax: Axes) -> None:
    handles = [Patch(color=colour, label=KIND_NAMES[kind]) for kind, colour in KIND_COLOURS.items()]
    figure = ax.get_figure(root=True)
    figure.legend(handles=handles, loc="outside upper center", ncols=4, frameon=False)


def forest(kinds: pl.DataFrame, horizon: str, axes: list[Axes] | None = None) -> Axes:
    """Draw, for each kind of accident, deaths observed over expected, and recall at the threshold.

    Kinds with too few accidents keep their row and their counts, without figures.

    Parameters
    ----------
    kinds
        As `hindcast.model.evidence.fairness.by_kind` gives it.
    horizon
        Which one to draw.
    axes
        Two Axes; a new figure when not given.
    """
    rows = kinds.filter(pl.col("horizon") == horizon)
    left, right = axes or figures.grid(
        1, 2, width=9.4, height=1.4 + 0.235 * rows.height, sharey=True
    )
    at = np.arange(rows.height)[::-1]
    for ax, name in ((left, "ratio"), (right, "recall")):
        for is_all, colour in ((True, BLACK), (False, BLUE)):
            which = ((pl.col("by") == "all") == is_all) & pl.col(name).is_not_null()
            _across(ax, at, rows, which, name, colour)
    left.axvline(1, color=GREY, linewidth=1)
    right.axvline(rows["recall"][0], color=GREY, linewidth=1)
    for y, small in zip(at, rows["is_too_small"], strict=True):
        if small:
            left.text(1.0, y, " too few accidents", fontsize=7, color=GREY, va="center")
    _forest_axes(left, right, rows, at)
    left.get_figure(root=True).set_dpi(DENSE)
    figures.title(left, f"{horizon}: as many deaths as foreseen?")
    figures.title(right, "fatal accidents called so")
    return figures.sign(left)


def _forest_axes(left: Axes, right: Axes, rows: pl.DataFrame, at: np.ndarray) -> None:
    by = pl.col("by").str.replace("^is_", "").str.replace_all("_", " ")
    named = pl.when(pl.col("by") == "all").then("group").otherwise(pl.format("{}: {}", by, "group"))
    told = rows.select(pl.format("{}  ({} / {})", named, "n_fatal", "n")).to_series()
    left.set(yticks=at, yticklabels=told.to_list(), ylim=(-0.8, rows.height - 0.2))
    left.tick_params(axis="y", labelsize=8)
    left.set(xlabel="fatal accidents, observed / expected", xscale="log")
    ticks = [0.5, 0.7, 1.0, 1.4, 2.0]
    left.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    left.minorticks_off()
    right.set(xlabel="recall at the threshold chosen on validation", xlim=(0, 1))


def importance(found: pl.DataFrame, horizon: str, ax: Axes | None = None) -> Axes:
    """Draw the ranks by SHAP and by permutation of the features that disagree most.

    Parameters
    ----------
    found
        As `hindcast.model.evidence.importance.disagreements` gives it, most disagreeing first.
    horizon
        Which one to draw.
    """
    rows = found.filter(pl.col("horizon") == horizon)
    ax = figures.axes(ax, width=7.4, height=1.4 + 0.3 * rows.height)
    at = np.arange(rows.height)[::-1]
    ax.hlines(at, rows["shap_rank"], rows["permutation_rank"], color=GREY, linewidth=1)
    ax.plot(rows["shap_rank"], at, "o", color=BLUE, label="by SHAP")
    ax.plot(rows["permutation_rank"], at, "D", color=ORANGE, label="by permutation")
    ax.set(yticks=at, yticklabels=rows["feature"].to_list(), xscale="log")
    ax.set(xlabel="rank among the model's features (1 = strongest, log)")
    figures.title(ax, horizon)
    figures.legend(ax, loc="upper center", bbox_to_anchor=(0.5, 1.0 + 0.5 / rows.height), ncols=2)
    return figures.sign(ax)
