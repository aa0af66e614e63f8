"""Figures of the evidence: what more records give, how a model ages, for whom it fails, what leaks.

All show P(fatal | an accident happened) on accidents after the training years; intervals are 95%.
"""

import numpy as np
import polars as pl
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Patch

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREY, HORIZON_COLOURS, ORANGE, RED

KIND_COLOURS = {"removed": BLUE, "leak": RED, "seed": BLACK, "shuffled": GREY}
KIND_NAMES = {
    "removed": "group removed, or missing flags masked",
    "leak": "leak put back",
    "seed": "nothing but the seed changed",
    "shuffled": "label shuffled",
}
DENSE = 80
"""Dots an inch of figures with many rows, so that a page stays light."""
CUSTOM = 0.1
"""From which population stability index on a population is by custom called changed."""


def _panels(frame: pl.DataFrame, axes: list[Axes] | None, *, height: float, width: float = 4.6):
    """Return the horizons of a frame and a panel for each."""
    horizons = frame["horizon"].unique(maintain_order=True).to_list()
    if axes is None:
        axes = figures.grid(1, len(horizons), width=width * len(horizons), height=height)
    return list(zip(horizons, axes, strict=True))


def _spread(rows: pl.DataFrame, name: str, ends: tuple[str, str]) -> np.ndarray:
    value, lo, hi = (rows[column].cast(pl.Float64).to_numpy() for column in (name, *ends))
    return np.nan_to_num(np.vstack([value - lo, hi - value])).clip(0)


def _bars(ax: Axes, x, rows: pl.DataFrame, name: str, ends: tuple[str, str], **style) -> None:
    """Draw values with error bars upward."""
    style = {"capsize": 2, "marker": "o", "markersize": 4, "linestyle": "none"} | style
    ax.errorbar(x, rows[name], yerr=_spread(rows, name, ends), **style)


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
    ax.errorbar(own[name], at[chosen], xerr=_spread(own, name, ends), **style | kw)


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
            xerr=_spread(rows, "difference", ("difference_lo", "difference_hi")),
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
    left, right = axes or figures.grid(1, 2, width=9.4, height=4.0, width_ratios=[3, 2])
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
    axes = axes or figures.grid(1, 3, width=12.0, height=4.0)
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
