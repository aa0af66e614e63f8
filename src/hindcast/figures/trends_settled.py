"""Figures of the page on trends: when reports are settled, and what young ones show."""

import pandas as pd
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREY, ORANGE, RED, SKY

KIND_COLOURS = {"fatal": RED, "not fatal": SKY}
NO_DATES = "these records hold no dates of approval"


def curves(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of reports settled by age, fatal accidents and the others.

    Parameters
    ----------
    found
        Of `hindcast.analysis.trends.settled.curve`.
    """
    ax = figures.axes(ax, width=6.6, height=3.4)
    if found.empty:
        return figures.empty(ax, NO_DATES)
    for kind, colour in KIND_COLOURS.items():
        own = found[found["kind"] == kind]
        ax.fill_between(own["age"], own["low"], own["high"], color=colour, alpha=0.3, linewidth=0)
        ax.plot(own["age"], own["settled"], color=colour, linewidth=2, label=kind)
    ax.set(xlabel="months since the accident", ylabel="reports settled", ylim=(0, 1.02))
    ax.set(xticks=range(0, int(found["age"].max()) + 1, 6))
    ax.yaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="lower right")
    return figures.sign(ax)


def by_age(found: pd.DataFrame, overall: float, ax: Axes | None = None) -> Axes:
    """Draw the fatal share of settled and of open reports by age, and that of all.

    Parameters
    ----------
    found
        Of `hindcast.analysis.trends.settled.by_age`.
    overall
        Fatal share of all accidents of known severity.
    """
    ax = figures.axes(ax, width=6.6, height=3.4)
    if found["fatal_share"].notna().sum() == 0:
        return figures.empty(ax, NO_DATES)
    for status, colour in (("settled", BLUE), ("open", ORANGE)):
        own = found[found["status"] == status].dropna(subset=["fatal_share"])
        ax.fill_between(own["age"], own["low"], own["high"], color=colour, alpha=0.25, linewidth=0)
        ax.plot(own["age"], own["fatal_share"], color=colour, linewidth=2, label=status)
    ax.axhline(overall, color=BLACK, linestyle="--", linewidth=1, label="all, in the end")
    ax.set(xlabel="months since the accident", ylabel="share fatal (95% interval)", ylim=(0, None))
    ax.set(xticks=range(0, int(found["age"].max()) + 1, 6))
    ax.yaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="best")
    return figures.sign(ax)


def year_before(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what releases of each March would have shown of the year before.

    Parameters
    ----------
    found
        Of `hindcast.analysis.trends.settled.year_before`.
    """
    ax = figures.axes(ax, width=6.6, height=3.3)
    if found.empty:
        return figures.empty(ax, NO_DATES)
    series = {"of open": (ORANGE, "^"), "of all": (BLACK, "o"), "of settled": (BLUE, "s")}
    names = {"of open": "still open", "of all": "all, as known in the end", "of settled": "settled"}
    ax.vlines(found["year"], found["of settled"], found["of open"], color=GREY, linewidth=1)
    for column, (colour, marker) in series.items():
        style = {"color": colour, "markersize": 6, "label": names[column]}
        ax.plot(found["year"], found[column], marker, **style)
    top = float(found[list(series)].max().max())
    ax.set(xlabel="year of the accidents", ylabel="share fatal", ylim=(-0.01, 1.3 * top))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.yaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="upper left", ncols=3)
    return figures.sign(ax)
