"""Figures of the page on weather and light: night and cloud together, and curves."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, SKY
from hindcast.figures.shares import KIND_COLOURS


def interaction(
    found: pd.DataFrame, expected: dict[str, float] | None, ax: Axes | None = None
) -> Axes:
    """Draw the fatal share by weather and light, and what adding or multiplying would give.

    Parameters
    ----------
    found
        ``cell, kind, share, low, high, accidents, fatal`` of
        `hindcast.analysis.weather_light.interaction.shares`.
    expected
        The adjusted share under both that adding and that multiplying would give; over 1 where
        there is no such share.
    """
    ax = figures.axes(ax, width=6.0, height=4.4)
    if found.empty:
        return figures.empty(ax, "too few accidents by night and in IMC")
    cells = list(dict.fromkeys(found["cell"]))
    for shift, (kind, colour) in zip((-0.1, 0.1), KIND_COLOURS.items(), strict=True):
        own = found[found["kind"].eq(kind)]
        wide = [own["share"] - own["low"], own["high"] - own["share"]]
        at = np.arange(len(own)) + shift
        ax.errorbar(at, own["share"], yerr=wide, fmt="o", color=colour, label=kind, capsize=3)
    for own in found[found["kind"].eq("adjusted")].itertuples():
        at = cells.index(own.cell)
        ax.text(at + 0.17, own.share, f"{own.share:.1%}", va="center", fontsize=9, color=BLUE)
    _expected(ax, expected or {}, len(cells) - 1)
    crude = found[found["kind"].eq("crude")]
    names = [f"{c}\n{f:,} of {n:,}" for c, f, n in crude[["cell", "fatal", "accidents"]].to_numpy()]
    ax.set(xticks=range(len(cells)), xticklabels=names, xlim=(-0.4, len(cells) - 0.3))
    ax.set(ylim=(0, 1.12), ylabel="share of accidents that was fatal")
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
    ax.yaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="upper left")
    return figures.sign(ax)


def _expected(ax: Axes, expected: dict[str, float], at: int) -> None:
    styles = {"adding": (GREEN, "if differences add"), "multiplying": (PINK, "if ratios multiply")}
    for name, value in expected.items():
        colour, words = styles[name]
        over = " (over 100%)" if value > 1 else ""
        shown = min(value, 1.0)
        label = f"{words}{over}"
        ax.hlines(shown, at - 0.35, at + 0.35, color=colour, linestyle="--", label=label)


def rules(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the fatal share by the station's flight-rules category, crude and adjusted.

    Parameters
    ----------
    found
        Of `hindcast.analysis.weather_light.curves.rules`.
    """
    ax = figures.axes(ax, width=5.6, height=3.6)
    if found.empty:
        return figures.empty(ax, "too few accidents with a ceiling and a visibility")
    names = list(dict.fromkeys(found["category"]))
    for shift, (kind, colour) in zip((-0.08, 0.08), KIND_COLOURS.items(), strict=True):
        own = found[found["kind"].eq(kind)]
        wide = [own["share"] - own["low"], own["high"] - own["share"]]
        at = [names.index(n) + shift for n in own["category"]]
        ax.errorbar(at, own["share"], yerr=wide, fmt="o", color=colour, label=kind, capsize=3)
    crude = found[found["kind"].eq("crude")]
    labels = [f"{n}\n{k:,}" for n, k in zip(crude["category"], crude["accidents"], strict=True)]
    ax.set(xticks=range(len(names)), xticklabels=labels, ylim=(0, None))
    ax.set(ylabel="share of accidents that was fatal", xlabel="category, accidents")
    ax.yaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="upper left")
    return figures.sign(ax)


def curves(found: list[dict]) -> Axes:
    """Draw adjusted curves with their bands over the plain shares of bins.

    Parameters
    ----------
    found
        Of `hindcast.analysis.weather_light.curves.courses`.
    """
    if not found:
        return figures.empty(figures.axes(None), "too few accidents with a measured weather")
    rows = -(-len(found) // 2)
    panels = figures.grid(rows, 2, width=6.0, height=2.2 * rows, sharey=True)
    for panel, one in zip(panels, found, strict=False):
        _curve(panel, one)
    for spare in panels[len(found) :]:
        spare.set_axis_off()
    for panel in panels[::2]:
        panel.set_ylabel("fatal share")
    panels[0].set_ylim(0, None)
    panels[0].yaxis.set_major_formatter("{x:.0%}")
    figures.legend(panels[0], fontsize="small", loc="upper right")
    return figures.sign(panels[0])


def _curve(ax: Axes, one: dict) -> None:
    curve, bins = one["curve"], one["bins"].dropna(subset=["fatal_share"])
    ax.fill_between(curve["x"], curve["low"], curve["high"], color=SKY, alpha=0.4)
    ax.plot(curve["x"], curve["share"], color=BLUE, label="adjusted")
    wide = [bins["fatal_share"] - bins["low"], bins["high"] - bins["fatal_share"]]
    style = {"fmt": "o", "color": ORANGE, "markersize": 4, "elinewidth": 1}
    ax.errorbar(bins["x"], bins["fatal_share"], yerr=wide, label="crude, by bin", **style)
    if one["asked"].is_log:
        ax.set(xscale="log", xticks=(ticks := [100, 300, 1000, 3000, 10000]))
        ax.set_xticklabels([f"{t:,}" for t in ticks])
        ax.minorticks_off()
    if one["asked"].column == "sun_elevation_deg":
        ax.axvline(0, color=BLACK, linewidth=0.8)
        ax.axvline(-6, color=GREY, linestyle="--", linewidth=0.8)
    ax.set_xlabel(one["asked"].label)
