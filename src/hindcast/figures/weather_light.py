"""Figures of the page on weather and light: what is recorded, and how far records agree."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREY, ORANGE, PINK, RED, SKY, YELLOW

LIGHT_COLOURS = {
    "day": YELLOW,
    "dawn": ORANGE,
    "dusk": PINK,
    "night": BLUE,
    "night, dark": BLACK,
    "night, bright": SKY,
}
SUN_COLOURS = {"day": ORANGE, "twilight": PINK, "night": BLUE}


def missing(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of accidents that lack each field, fatal ones against others.

    Parameters
    ----------
    found
        ``field, fatal, other`` of `hindcast.analysis.weather_light.missing.by_severity`.
    """
    ax = figures.axes(ax, width=6.0, height=1.2 + 0.3 * len(found))
    if found.empty:
        return figures.empty(ax, "no accidents to show")
    at = range(len(found))
    ax.hlines(at, found["other"], found["fatal"], color=GREY, linewidth=1.5, zorder=1)
    ax.plot(found["fatal"], at, "o", color=RED, label="fatal")
    ax.plot(found["other"], at, "s", color=BLUE, label="not fatal", markersize=5)
    ax.set(yticks=list(at), yticklabels=found["field"], ylim=(len(found) - 0.5, -0.5))
    ax.set(xlabel="share of accidents without it")
    ax.xaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="lower right")
    return figures.sign(ax)


def by_sun(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how accidents were recorded by light, by the elevation of the sun, as shares of a band.

    Parameters
    ----------
    found
        Counts of `hindcast.analysis.weather_light.agreement.by_sun`.
    """
    ax = figures.axes(ax, width=6.0, height=4.2)
    found = found[found.sum(axis=1) > 0]
    if found.empty:
        return figures.empty(ax, "no time, or no place, or no light on record")
    part = found.div(found.sum(axis=1), axis=0)
    base = np.zeros(len(part))
    x = part.index.astype(float)
    for name in part:
        colour = LIGHT_COLOURS.get(str(name), "#BBBBBB")
        ax.bar(x, part[name], width=1.9, bottom=base, color=colour, label=name, linewidth=0)
        base = base + part[name].to_numpy()
    for edge, name in ((-0.833, "horizon"), (-6.0, "end of twilight")):
        ax.axvline(edge, color=RED, linestyle="--", linewidth=1.2)
        ax.text(edge, 1.01, name, rotation=30, fontsize=8, color=RED, va="bottom")
    ax.set(ylim=(0, 1), xlim=(-31, 31), ylabel="share of the accidents of a band")
    ax.set_xlabel("elevation of the sun (deg; the last band holds all beyond)")
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.grid(visible=False)
    figures.legend(ax, title="recorded as", loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figures.sign(ax)


def by_hour(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of fatal accidents by hour, apart for day, twilight and night.

    Parameters
    ----------
    found
        ``sun, hour, fatal_share, low, high`` of
        `hindcast.analysis.weather_light.agreement.by_hour`.
    """
    ax = figures.axes(ax, width=6.0, height=4.0)
    told = found.dropna(subset=["fatal_share"])
    if told.empty:
        return figures.empty(ax, "too few accidents with a time and a place")
    for shift, (name, colour) in zip((0.0, 0.2, -0.2), SUN_COLOURS.items(), strict=True):
        own = told[told["sun"].eq(name)]
        wide = [own["fatal_share"] - own["low"], own["high"] - own["fatal_share"]]
        ax.errorbar(
            own["hour"] + 0.5 + shift,
            own["fatal_share"],
            yerr=wide,
            fmt="o",
            color=colour,
            markersize=4,
            label=name,
        )
    ax.set(xlim=(0, 24), ylim=(0, None), xticks=range(0, 25, 3), xlabel="hour of the day (local)")
    ax.set_ylabel("share of accidents that was fatal")
    ax.yaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, title="by the sun", loc="upper center", ncols=3)
    return figures.sign(ax)


def station(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the recorded weather against the station's category: row shares, with counts.

    Parameters
    ----------
    found
        Counts of `hindcast.analysis.weather_light.agreement.weather_and_station`.
    """
    ax = figures.axes(ax, width=6.0, height=1.5 + 0.6 * len(found))
    counts = found.to_numpy(dtype=float)
    if not counts.sum():
        return figures.empty(ax, "no weather on record")
    part = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(part, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for (row, column), n in np.ndenumerate(counts):
        ink = BLACK if part[row, column] > 0.5 else "white"
        text = f"{n:,.0f}\n{part[row, column]:.0%}"
        ax.text(column, row, text, ha="center", va="center", color=ink, fontsize=9)
    ax.set(xticks=range(counts.shape[1]), xticklabels=[str(c) for c in found.columns])
    ax.set(yticks=range(counts.shape[0]), yticklabels=[str(r) for r in found.index])
    ax.set(xlabel="by ceiling and visibility at the station", ylabel="as recorded")
    ax.grid(visible=False)
    return figures.sign(ax)


def by_year(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw VFR encounters with IMC by year, fatal ones and others.

    Parameters
    ----------
    found
        ``year, fatal, other`` of `hindcast.analysis.weather_light.planned.by_year`.
    """
    ax = figures.axes(ax, width=6.0, height=3.4)
    if found.empty or not (found["fatal"] + found["other"]).sum():
        return figures.empty(ax, "no sequence of events on record")
    ax.bar(found["year"], found["fatal"], color=RED, label="fatal")
    ax.bar(found["year"], found["other"], bottom=found["fatal"], color=SKY, label="not fatal")
    ax.set(ylabel="accidents", xlabel="year", xticks=found["year"][::2])
    figures.legend(ax, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figures.sign(ax)
