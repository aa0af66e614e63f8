"""Figures of the extraction: what the sources hold."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from hindcast import figures


def events_by_year(counts: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw events per year, one colour per release.

    Parameters
    ----------
    counts
        ``year, release, events`` as `hindcast.sources.summary.events_by_year` gives them.
    ax
        Where to draw; a new figure when not given.
    """
    ax = figures.axes(ax, width=7.2)
    base = dict.fromkeys(counts["year"], 0)
    releases = counts["release"].unique().sort().to_list()
    for number, release in enumerate(releases):
        rows = counts.filter(pl.col("release") == release)
        years, heights = rows["year"].to_list(), rows["events"].to_list()
        colour = figures.OKABE_ITO[5 - number % 5]
        ax.bar(years, heights, bottom=[base[y] for y in years], color=colour, label=release)
        base |= {year: base[year] + n for year, n in zip(years, heights, strict=True)}
    ax.set(xlabel="Year of the event", ylabel="Events")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(releases) > 1:
        figures.legend(ax)
    return figures.sign(ax)
