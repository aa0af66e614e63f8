"""Figures of the warehouse's marts: counts beside shares, with Wilson's intervals."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from hindcast import figures


def accidents_by_year(yearly: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw accidents per year as bars and, above them, the fatal share with its interval.

    Two panels that share the years, not two scales in one: a share must not seem to rise because
    bars fall.

    Parameters
    ----------
    yearly
        ``mart_yearly``; a year that is not known is left out.
    ax
        Where to draw the share; a new figure with a panel for the counts below when not given.

    Returns
    -------
    Axes
        The panel with the share.
    """
    dated = yearly.dropna(subset=["year"])
    if ax is None:
        ax, below = figures.grid(2, 1, width=6.4, height=5.0, sharex=True)
        _bars(dated, below)
    _share_with_interval(dated, "year", ax)
    ax.set_ylim(bottom=0)
    figures.title(ax, "Share of US accidents that were fatal (95% interval)")
    return figures.sign(ax)


def fatal_share_by_phase(phases: pd.DataFrame) -> Axes:
    """Draw the fatal share by phase of flight, one panel for each era's coding scheme.

    Parameters
    ----------
    phases
        ``mart_phase``.

    Returns
    -------
    Axes
        The last panel.
    """
    eras = phases["era"].unique()
    height = 1.2 + 0.28 * phases.groupby("era").size().max()
    panels = figures.grid(1, len(eras), width=6.4 * len(eras), height=height, sharex=True)
    for era, ax in zip(eras, panels, strict=True):
        fatal_share_by(phases[phases["era"] == era], "phase_group", ax)
        figures.title(ax, f"Codes of {era}; number of accidents in brackets")
    return ax


def fatal_share_by(mart: pd.DataFrame, name: str, ax: Axes | None = None) -> Axes:
    """Draw each group's fatal share with its interval, highest on top, and its accidents.

    Parameters
    ----------
    mart
        A mart with ``accidents``, ``severity_known``, ``fatal_share`` and its interval.
    name
        Column that names the groups.
    ax
        Where to draw; a new figure when not given.
    """
    told = mart[mart["severity_known"] > 0].sort_values("fatal_share")
    labels = told[name] + told["accidents"].map(" ({:,})".format)
    ax = figures.axes(ax, height=1.2 + 0.28 * len(told))
    # The interval of a share of 0 may begin a rounding error above it: no bar is negative.
    reach = [
        (told["fatal_share"] - told["fatal_share_low"]).clip(lower=0),
        (told["fatal_share_high"] - told["fatal_share"]).clip(lower=0),
    ]
    ax.errorbar(told["fatal_share"], labels, xerr=reach, fmt="o", color=figures.BLUE, capsize=2)
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlim(left=0)
    ax.set_xlabel("share fatal, of accidents whose severity is known (95% interval)")
    figures.title(ax, "Number of accidents in brackets")
    return figures.sign(ax)


def _bars(yearly: pd.DataFrame, ax: Axes) -> None:
    ax.bar(yearly["year"], yearly["accidents"], color=figures.SKY, label="not fatal or not known")
    ax.bar(yearly["year"], yearly["fatal"], color=figures.RED, label="fatal")
    ax.set_xlabel("year")
    ax.set_ylabel("US accidents")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_ylim(top=1.2 * max(yearly["accidents"], default=1))
    figures.legend(ax, loc="upper right", ncols=2)


def _share_with_interval(mart: pd.DataFrame, name: str, ax: Axes) -> None:
    ax.fill_between(
        mart[name], mart["fatal_share_low"], mart["fatal_share_high"], color=figures.BLUE, alpha=0.2
    )
    ax.plot(mart[name], mart["fatal_share"], marker="o", color=figures.BLUE)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_ylabel("share fatal")
