"""Figures of the page on weather and light: who flies in cloud, crude and adjusted, how robust."""

import pandas as pd
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED, YELLOW
from hindcast.figures.shares import KIND_COLOURS

TICKS = [0.1, 0.2, 0.5, 1, 2, 4, 8, 16, 32]
LOWER = {"risk_ratio": "risk_ratio_low", "difference": "difference_low"}
UPPER = {"risk_ratio": "risk_ratio_high", "difference": "difference_high"}
"""Value -> columns of its interval; ``low`` and ``high`` belong to the odds ratio."""

ROLE_COLOURS = {"crude": ORANGE, "step": GREY, "main": BLUE, "check": GREEN, "mediator": PINK}
ROLE_NAMES = {
    "crude": "crude",
    "step": "adjusted for some",
    "main": "adjusted for all",
    "check": "all, checked otherwise",
    "mediator": "a consequence held fixed: hides part",
}


def balance(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what accidents in IMC and in VMC were like, largest difference on top.

    Parameters
    ----------
    found
        ``what, imc, vmc, smd`` of `hindcast.analysis.weather_light.strata.balance`.
    """
    ax = figures.axes(ax, width=6.0, height=1.3 + 0.28 * len(found))
    if found.empty:
        return figures.empty(ax, "no accidents in both kinds of weather")
    at = range(len(found))
    ax.hlines(at, found["vmc"], found["imc"], color=GREY, zorder=1)
    ax.plot(found["imc"], at, "o", color=BLUE, label="in IMC")
    ax.plot(found["vmc"], at, "s", color=ORANGE, markersize=5, label="in VMC")
    names = [f"{w}  ({d:+.2f})" for w, d in zip(found["what"], found["smd"], strict=True)]
    ax.set(yticks=list(at), yticklabels=names, ylim=(len(found) - 0.5, -0.5), xlim=(0, None))
    ax.set_xlabel("share of accidents where it is known (in brackets: standardised difference)")
    ax.xaxis.label.set_horizontalalignment("right")
    ax.xaxis.set_label_coords(1.0, -0.08)
    ax.xaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="lower right")
    return figures.sign(ax)


def contrasts(found: pd.DataFrame) -> Axes:
    """Draw odds ratios, ratios and differences of shares beside each other, crude and adjusted.

    Parameters
    ----------
    found
        Of `hindcast.analysis.weather_light.adjusted.contrasts`.
    """
    names = list(dict.fromkeys(found.get("exposure", [])))
    if not names:
        return figures.empty(figures.axes(None), "no regression could be made")
    height = 1.4 + 0.35 * len(names)
    odds, ratios, differences = figures.grid(1, 3, width=7.0, height=height, sharey=True)
    _ratios(odds, found, names, "odds_ratio", "odds ratio\n(log scale)")
    _ratios(ratios, found, names, "risk_ratio", "ratio of fatal shares\n(log scale)")
    _pairs(differences, found, names, "difference")
    differences.axvline(0, color=BLACK, linewidth=1)
    differences.set_xlabel("difference\n(percentage points)")
    differences.xaxis.set_major_formatter(lambda x, _: f"{100 * x:+.0f}" if x else "0")
    odds.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    figures.legend(differences, loc="lower right", fontsize="small")
    return figures.sign(odds)


def _ratios(ax: Axes, found: pd.DataFrame, names: list[str], value: str, label: str) -> None:
    _pairs(ax, found, names, value)
    ax.axvline(1, color=BLACK, linewidth=1)
    ax.set(xscale="log", xlabel=label)
    _ticks(ax, found[LOWER.get(value, "low")].min(), found[UPPER.get(value, "high")].max())


def _ticks(ax: Axes, low: float, high: float) -> None:
    """Name a few numbers on a log scale that goes from ``low`` to ``high``."""
    ticks = [t for t in TICKS if low * 0.9 <= t <= high * 1.1]
    ax.set(xticks=ticks, xticklabels=[f"{t:g}" for t in ticks])
    ax.minorticks_off()


def _pairs(ax: Axes, found: pd.DataFrame, names: list[str], value: str) -> None:
    low, high = LOWER.get(value, "low"), UPPER.get(value, "high")
    for shift, (kind, colour) in zip((-0.13, 0.13), KIND_COLOURS.items(), strict=True):
        own = found[found["kind"] == kind]
        at = [names.index(name) + shift for name in own["exposure"]]
        wide = [own[value] - own[low], own[high] - own[value]]
        ax.errorbar(own[value], at, xerr=wide, fmt="o", color=colour, markersize=5, label=kind)


def ladder(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the ratio of IMC as more is adjusted for.

    Parameters
    ----------
    found
        Of `hindcast.analysis.weather_light.sensitivity.ladder`.
    """
    ax = figures.axes(ax, width=6.4, height=1.6 + 0.33 * len(found))
    if found.empty:
        return figures.empty(ax, "no regression could be made")
    for at, row in enumerate(found.itertuples()):
        colour = ROLE_COLOURS[row.role]
        wide = [[row.ratio - row.low], [row.high - row.ratio]]
        ax.errorbar(row.ratio, at, xerr=wide, fmt="o", color=colour)
        ax.text(row.high, at, f"  {row.ratio:.2f}", va="center", fontsize=9)
    for role in dict.fromkeys(found["role"]):
        ax.plot([], [], "o", color=ROLE_COLOURS[role], label=ROLE_NAMES[role])
    names = [f"{s}  ({n:,})" for s, n in zip(found["step"], found["accidents"], strict=True)]
    ax.axvline(1, color=BLACK, linewidth=1)
    ax.set(yticks=range(len(found)), yticklabels=names, ylim=(len(found) - 0.5, -0.5))
    ax.set(xlabel="ratio of fatal shares, IMC to VMC (95% interval)")
    ax.set_xlim(min(0.9, found["low"].min() * 0.9), found["high"].max() * 1.12)
    where = {"loc": "upper center", "bbox_to_anchor": (0.3, -0.14), "ncols": 2}
    figures.legend(ax, fontsize="small", **where)
    return figures.sign(ax)


def strata(found: pd.DataFrame, overall: float | None, ax: Axes | None = None) -> Axes:
    """Draw the ratio of IMC within each kind of flight.

    Parameters
    ----------
    found
        Of `hindcast.analysis.weather_light.strata.ratios`.
    overall
        The ratio over all accidents, drawn as a line.
    """
    ax = figures.axes(ax, width=6.4, height=1.4 + 0.27 * len(found))
    if found.empty:
        return figures.empty(ax, "too few accidents in IMC in any kind of flight")
    wide = [found["ratio"] - found["low"], found["high"] - found["ratio"]]
    ax.errorbar(found["ratio"], range(len(found)), xerr=wide, fmt="o", color=BLUE, markersize=5)
    ax.axvline(1, color=BLACK, linewidth=1)
    if overall is not None:
        ax.axvline(overall, color=ORANGE, linestyle="--", linewidth=1.2, label="all accidents")
        figures.legend(ax, loc="upper left", fontsize="small", bbox_to_anchor=(1.0, 1.0))
    rows = zip(found["grouping"], found["group"], found["imc"], strict=True)
    names = [f"{grouping}: {group}  ({n:,})" for grouping, group, n in rows]
    ax.set(yticks=range(len(found)), yticklabels=names, ylim=(len(found) - 0.5, -0.5))
    ax.set(xscale="log", xlabel="ratio of fatal shares, IMC to VMC (95% interval, log scale)")
    _ticks(ax, min(found["low"].min(), 1), max(found["high"].max(), 1))
    ax.xaxis.set_label_coords(0.3, -0.06)
    return figures.sign(ax)


def e_value(
    frontier: pd.DataFrame, bound: pd.DataFrame, benchmarks: pd.DataFrame, ax: Axes | None = None
) -> Axes:
    """Draw how strong an unmeasured cause would have to be, beside how strong measured ones are.

    Parameters
    ----------
    frontier, bound
        Of `hindcast.analysis.weather_light.sensitivity.frontier`, for the ratio and for the end of
        its interval nearer to 1; empty where there is no ratio.
    benchmarks
        ``what, with_exposure, with_outcome, pushes``.
    """
    ax = figures.axes(ax, width=6.0, height=4.8)
    if frontier.empty:
        return figures.empty(ax, "no adjusted ratio to explain away")
    ax.plot(frontier["with_exposure"], frontier["with_outcome"], color=BLUE, label="the ratio")
    ax.plot(bound["with_exposure"], bound["with_outcome"], "--", color=BLUE, label="its lower end")
    for pushes, colour in (("up", RED), ("down", GREEN)):
        own = benchmarks[benchmarks["pushes"].eq(pushes)]
        words = {"up": "measured, raises the ratio", "down": "measured, lowers it"}[pushes]
        ax.plot(own["with_exposure"], own["with_outcome"], "o", color=colour, label=words)
    _names(ax, benchmarks)
    ax.fill_between(
        frontier["with_exposure"], frontier["with_outcome"], 20, color=YELLOW, alpha=0.25
    )
    ax.set(xscale="log", yscale="log", xlim=(0.95, 20), ylim=(0.95, 20))
    ticks = [1, 2, 3, 5, 10, 20]
    ax.set(xticks=ticks, xticklabels=ticks, yticks=ticks, yticklabels=ticks)
    ax.minorticks_off()
    ax.set(xlabel="how it goes with IMC (ratio of shares, log scale)")
    ax.set(ylabel="how it goes with a fatal outcome (ratio)")
    figures.legend(ax, loc="upper left", fontsize="small")
    return figures.sign(ax)


def _names(ax: Axes, benchmarks: pd.DataFrame, most: int = 5) -> None:
    """Name the measured causes that lie furthest out, one above the other where they are close."""
    product = benchmarks["with_exposure"] * benchmarks["with_outcome"]
    furthest = benchmarks.loc[product.nlargest(most).index].sort_values("with_outcome")
    line, height = {"arrowstyle": "-", "color": GREY, "linewidth": 0.7}, 0.0
    for row in furthest.itertuples():
        height = min(max(row.with_outcome, height * 1.15), 18.0)
        at = (min(row.with_exposure, 19.0), min(row.with_outcome, 19.0))
        where = (min(at[0] * 1.3, 10.0), height)
        ax.annotate(row.what, at, xytext=where, fontsize=8, va="center", arrowprops=line)
