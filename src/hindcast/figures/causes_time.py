"""Figures of the page on causes: what changed over the years, and when the coding changed."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from statsmodels.stats.proportion import proportion_confint

from hindcast import figures
from hindcast.analysis.causes.flags import NEITHER, STOPPED
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE, RED
from hindcast.figures.causes import plain_ticks

MARK_COLOURS = {"cause": BLUE, "factor": ORANGE, NEITHER: "#CCCCCC"}
KIND_COLOURS = {"finding": BLUE, "modifier": ORANGE, "event": GREEN}


def shifts(found: pd.DataFrame, alpha: float, most: int = 10, ax: Axes | None = None) -> Axes:
    """Draw the codes whose step is clearest, with intervals; filled: beyond chance.

    Parameters
    ----------
    found
        Of `hindcast.analysis.causes.shifts.tested`.
    alpha
        Share of false discoveries allowed.
    """
    own = found.sort_values(["step_q", "code"]).head(most).sort_values(["step", "code"])
    ax = figures.axes(ax, width=7.4, height=1.5 + 0.3 * len(own))
    if own.empty:
        return figures.empty(ax, "too few years for a trend and a step")
    for at, row in enumerate(own.itertuples()):
        colour = KIND_COLOURS[row.kind]
        ax.plot([row.step_low, row.step_high], [at, at], color=colour, linewidth=1.5)
        face = colour if row.step_q < alpha else "white"
        ax.plot(row.step, at, "o", color=colour, markerfacecolor=face, markersize=6)
    names = [f"{row.name} ({row.kind})" for row in own.itertuples()]
    ax.set(yticks=range(len(own)), yticklabels=names, ylim=(-0.6, len(own) - 0.4), xscale="log")
    ax.axvline(1, color=BLACK, linewidth=1)
    ax.set_xlabel(f"odds ratio, {STOPPED} and later over before, beyond the trend\n(95% interval)")
    plain_ticks(ax)
    return figures.sign(ax)


def years(counts: pd.DataFrame, found: pd.DataFrame, panels: int = 4, columns: int = 2) -> Axes:
    """Draw by year how many reports have the codes that changed most, the coding change marked.

    Parameters
    ----------
    counts
        Of `hindcast.analysis.causes.shifts.of_findings`.
    found
        Of `hindcast.analysis.causes.shifts.tested`: the codes of the smallest q are drawn.
    """
    best = found.assign(q=found[["step_q", "trend_q"]].min(axis=1)) if len(found) else found
    if best.empty:
        return figures.empty(figures.axes(width=7.4, height=2.0), "too few years to compare")
    chosen = best.sort_values(["q", "kind", "code"]).head(panels)
    rows = -(-len(chosen) // columns)
    axes = figures.grid(rows, columns, width=7.0, height=0.6 + 1.7 * rows, sharex=True)
    for ax, row in zip(axes, chosen.itertuples(), strict=False):
        own = counts[counts["kind"].eq(row.kind) & counts["code"].eq(row.code)]
        _line(ax, own, KIND_COLOURS[row.kind])
        figures.title(ax, f"{row.name} ({row.kind})")
    for ax in axes[len(chosen) :]:
        ax.set_axis_off()
    for ax in axes[::columns]:
        ax.set_ylabel("share of reports")
    return figures.sign(axes[0])


def _line(ax: Axes, own: pd.DataFrame, colour: str) -> None:
    every = range(int(own["year"].min()), int(own["year"].max()) + 1)
    told = own.set_index("year").reindex(every)
    low, high = proportion_confint(told["with_code"], told["reports"], method="wilson")
    ax.plot(told.index, told["with_code"] / told["reports"], "o-", color=colour, markersize=3.5)
    ax.fill_between(told.index, low, high, color=colour, alpha=0.2, linewidth=0)
    ax.axvline(STOPPED - 0.5, color=RED, linestyle="--", linewidth=1)
    ax.set(ylim=(0, None))
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.xaxis.get_major_locator().set_params(integer=True)


def candidates(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how much a step in each year explains, so that 2020 is seen beside other years.

    Parameters
    ----------
    found
        Of `hindcast.analysis.causes.shifts.candidates`.
    """
    ax = figures.axes(ax, width=7.0, height=3.0)
    if found.empty:
        return figures.empty(ax, "too few years to compare")
    for kind, own in found.groupby("kind"):
        ax.plot(own["year"], own["explained"], "o-", color=KIND_COLOURS[kind], label=f"{kind}s")
        ax.plot(own["year"], own["by_chance"], color=GREY, linewidth=1)
    ax.axvline(STOPPED, color=RED, linestyle="--", linewidth=1)
    ax.set(xlabel="first year after a supposed step", ylim=(0, None))
    ax.set_ylabel("share of a code's unexplained\nvariation (median of codes)")
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.xaxis.get_major_locator().set_params(integer=True)
    figures.legend(ax, ncols=2, loc="upper right")
    return figures.sign(ax)


def coding(marks: pd.DataFrame, events: pd.DataFrame, axes: list[Axes] | None = None) -> Axes:
    """Draw by year which findings are marked as cause or factor, and which accidents have an event.

    Parameters
    ----------
    marks
        Of `hindcast.analysis.causes.flags.by_year`.
    events
        Of `hindcast.analysis.causes.events.coding`.
    """
    left, right = axes or figures.grid(1, 2, width=7.4, height=3.2)
    _marks(left, marks)
    _coded(right, events)
    for ax in (left, right):
        ax.axvline(STOPPED - 0.5, color=RED, linestyle="--", linewidth=1.2)
        ax.set(xlabel="year of the accident", ylim=(0, 1))
        ax.yaxis.set_major_formatter("{x:.0%}")
        ax.xaxis.get_major_locator().set_params(integer=True)
    return figures.sign(left)


def _marks(ax: Axes, found: pd.DataFrame) -> None:
    wide = found.pivot_table(index="year", columns="mark", values="share", fill_value=0)
    floor = pd.Series(0.0, index=wide.index)
    for mark in [*MARK_COLOURS, *sorted(set(wide) - set(MARK_COLOURS))]:
        if mark in wide:
            colour = MARK_COLOURS.get(mark, GREY)
            ax.bar(wide.index, wide[mark], bottom=floor, color=colour, label=mark)
            floor += wide[mark]
    ax.set_ylabel("share of findings, by mark")
    if len(wide):
        figures.legend(ax, ncols=3, loc="lower left", bbox_to_anchor=(-0.02, 1.0), fontsize=9)


def _coded(ax: Axes, found: pd.DataFrame) -> None:
    ax.bar(found["year"], found["coded_share"], color=GREEN)
    ax.set_ylabel("share of accidents with an event")
