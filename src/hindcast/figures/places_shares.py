"""Figures of the page on places that are no maps: funnel, mix, chains, distance to a field."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.analysis.places import airports, states
from hindcast.analysis.places.states import Funnel
from hindcast.figures import BLUE, GREEN, GREY, ORANGE, RED

_BESIDE = np.array([(15, 0), (-15, 0), (0, 13), (0, -13), (13, 11), (-13, 11), (13, -11)])
"""Where a name may stand, in pixels from its dot."""
_SIDES = {"above": RED, "below": BLUE, "inside": GREY}


def funnel(found: Funnel | None, ax: Axes | None = None) -> Axes:
    """Draw states' fatal shares over their number of accidents, in the limits of chance.

    Parameters
    ----------
    found
        Of `hindcast.analysis.places.states.funnel`.
    """
    ax = figures.axes(ax, width=8.4, height=5.0)
    if found is None:
        return figures.empty(ax, "no state has enough accidents")
    rows = found.states
    largest = int(rows["known"].max() * 1.1)
    for name, factor, colour in (
        ("chance alone", 1.0, ORANGE),
        ("and over-dispersion", found.dispersion, GREEN),
    ):
        curves = states.limits(found.overall, largest, factor)
        for level, style in (("95%", "--"), ("99.8%", "-")):
            own = curves[curves["level"].eq(level)]
            label = f"{level}, {name}"
            ax.plot(own["accidents"], own["low"], style, color=colour, linewidth=1, label=label)
            ax.plot(own["accidents"], own["high"], style, color=colour, linewidth=1)
    ax.axhline(found.overall, color=GREY, linewidth=1)
    share = rows["fatal"] / rows["known"]
    ax.scatter(rows["known"], share, s=22, c=rows["side"].map(_SIDES), zorder=3)
    ax.set(xscale="log", xlabel="accidents of known severity (log scale)")
    ax.set(ylabel="fatal share of accidents", ylim=(0, max(0.45, share.max() * 1.1)))
    _names(ax, rows.assign(share=share))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, title="control limits", fontsize="small", loc="upper right")
    return figures.sign(ax)


def _names(ax: Axes, rows: pd.DataFrame) -> None:
    """Name the states beyond the 95% limits of chance alone, each on its emptiest side."""
    width, height = ax.get_window_extent().size
    left, right = np.log10(ax.get_xlim())
    x = (np.log10(rows["known"]) - left) / (right - left) * width
    y = rows["share"] / ax.get_ylim()[1] * height
    taken = np.column_stack([x, y])
    for place in rows.index[rows["p_value"] < 0.05]:
        spots = np.array([x[place], y[place]]) + _BESIDE
        gaps = np.abs(spots[:, None] - taken) / (16, 9)
        best = gaps.max(axis=2).min(axis=1).argmax()
        taken = np.vstack([taken, spots[best]])
        dx, dy = _BESIDE[best]
        ax.annotate(
            rows.loc[place, "code"],
            rows.loc[place, ["known", "share"]].tolist(),
            xytext=(dx * 0.72, dy * 0.72),
            textcoords="offset points",
            fontsize=8,
            ha="center",
            va="center",
        )


def observed_over_expected(
    found: pd.DataFrame, names: str = "place", most: int = 10, ax: Axes | None = None
) -> Axes:
    """Draw observed over expected fatal accidents, the lowest and the highest, on a log scale.

    Parameters
    ----------
    found
        Of `hindcast.analysis.places.mix.by`, in order of the ratio.
    names
        Its column of names.
    most
        How many of either end.
    """
    ends = found if len(found) <= 2 * most else pd.concat([found.head(most), found.tail(most)])
    ax = figures.axes(ax, width=7.4, height=1.4 + 0.25 * len(ends))
    if ends.empty:
        return figures.empty(ax, "no group has enough accidents")
    at = np.arange(len(ends))
    wide = [ends["ratio"] - ends["low"], ends["high"] - ends["ratio"]]
    ax.errorbar(ends["ratio"], at, xerr=wide, fmt="o", color=BLUE, markersize=5)
    ax.axvline(1, color=GREY, linewidth=1)
    labels = [f"{n}  ({f:,} fatal)" for n, f in zip(ends[names], ends["fatal"], strict=True)]
    ax.set(yticks=at, yticklabels=labels, ylim=(len(ends) - 0.5, -0.5), xscale="log")
    ticks = [0.25, 0.5, 0.7, 1, 1.4, 2, 4]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set(xlim=(max(0.2, ends["low"].min() * 0.95), min(5, ends["high"].max() * 1.05)))
    ax.set_xlabel("fatal accidents, observed over expected (95% interval, log scale)")
    if len(found) > len(ends):
        ax.axhline(most - 0.5, color=GREY, linewidth=0.8, linestyle=":")
    return figures.sign(ax)


def chain(found: pd.DataFrame, hierarchical: dict[str, float], ax: Axes | None = None) -> Axes:
    """Draw what a single distance does: the largest cluster's share, and that of lone accidents.

    Parameters
    ----------
    found
        Of `hindcast.analysis.places.clusters.chain`.
    hierarchical
        Of `hindcast.analysis.places.clusters.largest`, for HDBSCAN.
    """
    ax = figures.axes(ax, width=7.4, height=4.0)
    if found.empty:
        return figures.empty(ax, "no accident has a position")
    style = {"marker": "o", "markersize": 4}
    ax.plot(
        found["eps_km"], found["largest_share"], color=RED, label="largest cluster, DBSCAN", **style
    )
    ax.plot(
        found["eps_km"], found["lone_share"], color=GREY, label="in no cluster, DBSCAN", **style
    )
    ax.axhline(hierarchical["largest_share"], color=RED, linestyle="--", linewidth=1.2)
    ax.axhline(hierarchical["lone_share"], color=GREY, linestyle="--", linewidth=1.2)
    ax.plot(
        [], [], color="black", linestyle="--", label="the same, HDBSCAN (no distance to choose)"
    )
    for row in found.itertuples():
        if row.clusters:
            ax.annotate(
                f"{row.clusters:.0f}",
                (row.eps_km, row.largest_share),
                xytext=(0, 6),
                textcoords="offset points",
                ha="center",
                fontsize=8,
            )
    ax.set(
        xscale="log", xlabel="DBSCAN's distance eps (km, log scale)", ylabel="share of accidents"
    )
    ax.set_xticks(found["eps_km"], [f"{km:g}" for km in found["eps_km"]])
    ax.minorticks_off()
    ax.set(ylim=(-0.02, 1.05))
    ax.yaxis.set_major_formatter("{x:.0%}")
    figures.title(ax, "numbers: how many clusters")
    figures.legend(ax, loc="center left", bbox_to_anchor=(0.01, 0.32), fontsize="small")
    return figures.sign(ax)


def phases(found: pd.DataFrame) -> Axes:
    """Draw the fatal share over distance to the nearest field, one panel a phase of flight.

    Parameters
    ----------
    found
        Of `hindcast.analysis.places.airports.by_phase`.
    """
    panels = figures.grid(2, 3, width=10.0, height=5.4, sharex=True, sharey=True)
    bands = list(airports.BANDS)
    for ax, phase in zip(panels, airports.FLIGHT, strict=True):
        own = found[found["phase_group"].eq(phase) & found["fatal_share"].notna()]
        own = own[own["band"].isin(bands)]
        at = [bands.index(band) for band in own["band"]]
        wide = [own["fatal_share"] - own["low"], own["high"] - own["fatal_share"]]
        ax.errorbar(
            at, own["fatal_share"], yerr=wide, fmt="o-", color=BLUE, markersize=4, linewidth=1
        )
        figures.title(ax, f"{phase} ({int(own['accidents'].sum()):,})")
        ax.set_xticks(range(len(bands)), bands, rotation=45, ha="right", fontsize=8)
        ax.set(xlim=(-0.4, len(bands) - 0.6))
        ax.yaxis.set_major_formatter("{x:.0%}")
    for ax in panels[::3]:
        ax.set(ylabel="fatal share", ylim=(0, None))
    panels[4].set_xlabel("statute miles to the nearest landing field")
    return figures.sign(panels[0])


def where(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how far from a field the accidents of each phase happen, as shares of the phase.

    Parameters
    ----------
    found
        Of `hindcast.analysis.places.airports.by_phase`.
    """
    wide = found.pivot_table(
        "accidents", "phase_group", "band", aggfunc="sum", observed=False, fill_value=0
    )
    wide = wide[wide.sum(axis=1) > 0]
    ax = figures.axes(ax, width=8.4, height=1.6 + 0.32 * len(wide))
    if wide.empty:
        return figures.empty(ax, "no accident has a position")
    colours = [*colormaps["cividis"](np.linspace(0, 1, len(airports.BANDS))), "#bbbbbb"]
    left = np.zeros(len(wide))
    total = wide.sum(axis=1).to_numpy()
    for band, colour in zip([*airports.BANDS, "unknown"], colours, strict=True):
        width = wide[band].to_numpy() / total if band in wide else np.zeros(len(wide))
        ax.barh(range(len(wide)), width, left=left, color=colour, label=band, height=0.75)
        left = left + width
    labels = [f"{phase}  ({int(n):,})" for phase, n in zip(wide.index, total, strict=True)]
    ax.set(yticks=range(len(wide)), yticklabels=labels, ylim=(len(wide) - 0.5, -0.5), xlim=(0, 1))
    ax.set_xlabel("share of the phase's accidents")
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.grid(visible=False)
    figures.legend(
        ax, title="statute miles to the nearest field", ncols=4, loc="lower left",
        bbox_to_anchor=(0, 1.0), fontsize="small",
    )  # fmt: skip
    return figures.sign(ax)
