"""Figures of the words and topics in probable causes."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from hindcast import figures
from hindcast.figures import BLACK, BLUE, GREY, ORANGE

SIDES = {"fatal": ORANGE, "other": BLUE}
COLOURS = (BLUE, ORANGE, BLACK)
NAMED = {"fatal": "more in fatal accidents", "other": "more in the others"}


def coverage(found: dict[str, pd.DataFrame]) -> Axes:
    """Draw by year and group who has a text, and the median number of its words.

    Parameters
    ----------
    found
        Group -> `hindcast.analysis.narratives.texts.coverage` by ``ev_year``.
    """
    if not any(len(frame) for frame in found.values()):
        return figures.empty(figures.axes(width=7.4, height=2.0), "no accidents")
    upper, lower = figures.grid(2, 1, width=6.6, height=5.0, sharex=True)
    for (name, frame), colour in zip(found.items(), (ORANGE, BLUE), strict=False):
        years = range(int(frame["ev_year"].min()), int(frame["ev_year"].max()) + 1)
        own = frame.set_index("ev_year").reindex(years)
        _banded(upper, own["share"], own["low"], own["high"], colour, name)
        bounds = own["words_lower"], own["words_upper"]
        _banded(lower, own["words_median"], *bounds, colour, name)
    upper.set(ylabel="share with a text", ylim=(0, 1.03))
    upper.yaxis.set_major_formatter("{x:.0%}")
    lower.set(xlabel="year of the accident", ylabel="words a text", ylim=(0, None))
    lower.xaxis.get_major_locator().set_params(integer=True)
    figures.title(upper, "accidents with a probable cause (band: 95% interval)")
    figures.title(lower, "words: median (band: middle half of the texts)")
    figures.legend(upper, loc="lower left")
    return figures.sign(upper)


def _banded(
    ax: Axes, line: pd.Series, low: pd.Series, high: pd.Series, colour: str, name: str
) -> None:
    ax.plot(line.index, line, "o-", color=colour, markersize=4, label=name)
    ax.fill_between(line.index, low, high, color=colour, alpha=0.2, linewidth=0)


def terms(found: pd.DataFrame, equal: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw terms by the odds that a fatal accident's text has them, over those of the others.

    Parameters
    ----------
    found
        Of `hindcast.analysis.narratives.log_odds.leading`.
    equal
        The same terms between texts of about the same length, of `equal_length.at_equal_length`.
    """
    ax = figures.axes(ax, width=6.6, height=1.4 + 0.25 * len(found))
    if found.empty:
        return figures.empty(ax, "no term sets fatal accidents apart")
    joined = found.merge(equal, on="term", how="left", validate="one_to_one")
    rows = joined.sort_values("odds_ratio", ascending=False, ignore_index=True)
    for side, colour in SIDES.items():
        own = rows[rows["side"] == side]
        wide = [own["odds_ratio"] - own["low"], own["high"] - own["odds_ratio"]]
        style = {"color": colour, "markersize": 4, "label": NAMED[side]}
        ax.errorbar(own["odds_ratio"], own.index, xerr=wide, fmt="o", **style)
    style = {"color": GREY, "markersize": 5, "label": "at equal length"}
    ax.plot(rows["equal_length"], rows.index, "x", **style)
    counts = (rows["fatal"] + rows["other"]).map("{:,}".format)
    ax.axvline(1, color=BLACK, linewidth=1)
    ax.set(yticks=rows.index, yticklabels=rows["term"] + "  (" + counts + ")")
    ax.set(ylim=(len(rows) - 0.4, -0.6), xscale="log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("odds ratio of the term, fatal accidents over the others (log scale)")
    figures.legend(ax, loc="lower center", bbox_to_anchor=(0.2, 1.0), ncols=3, fontsize="small")
    return figures.sign(ax)


def heat(shares: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw a table of shares as a map with its numbers, coloured within each row.

    Parameters
    ----------
    shares
        Rows by columns, both named; missing cells stay blank.
    """
    longest = max((len(str(name)) for name in shares.index), default=0)
    width = 0.8 + 0.075 * longest + 0.47 * shares.shape[1]
    ax = figures.axes(ax, width=max(width, 4.6), height=1.4 + 0.25 * len(shares))
    if shares.empty:
        return figures.empty(ax, "nothing to show")
    values = shares.to_numpy(dtype=float)
    most = np.nanmax(values, axis=1, keepdims=True)
    inside = np.divide(values, most, out=np.full_like(values, np.nan), where=most > 0)
    ax.imshow(inside, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            style = {"color": BLACK if inside[row, column] > 0.55 else "white", "fontsize": 7.5}
            ax.text(column, row, _percent(value), ha="center", va="center", **style)
    ax.set(yticks=range(len(shares)), yticklabels=shares.index)
    turned = {"rotation": 40, "ha": "right"} if shares.shape[1] > 5 else {}
    ax.set_xticks(range(shares.shape[1]), shares.columns, **turned)
    ax.grid(visible=False)
    figures.title(ax, "the brighter, the nearer to the largest share of the row")
    return figures.sign(ax)


def _percent(value: float) -> str:
    if 0 < value < 0.0005:
        return "<0.1%"
    return f"{value:.0%}" if value >= 0.095 or value == 0 else f"{value:.1%}"


def halves(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw each term's odds ratio in the later half of the accidents over that in the earlier.

    Parameters
    ----------
    found
        Of `hindcast.analysis.narratives.log_odds.in_halves`.
    """
    ax = figures.axes(ax, width=5.2, height=4.6)
    if found.empty:
        return figures.empty(ax, "too few texts for two halves")
    for differs, colour, name in (
        (False, GREY, "not told apart earlier"),
        (True, ORANGE, "differs earlier"),
    ):
        own = found[found["differs"].astype(bool) == differs]
        ax.plot(own["earlier"], own["later"], ".", color=colour, alpha=0.6, label=name)
    ends = [found[["earlier", "later"]].min().min(), found[["earlier", "later"]].max().max()]
    ax.plot(ends, ends, color=BLACK, linewidth=1)
    ax.set(xscale="log", yscale="log")
    ax.set(xlabel="odds ratio, earlier half of the accidents", ylabel="odds ratio, later half")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    figures.legend(ax, loc="upper left")
    return figures.sign(ax)


def stability(numbers: pd.DataFrame, chosen: int, share: float, ax: Axes | None = None) -> Axes:
    """Draw how well topics come back by their number, and which number was chosen.

    Parameters
    ----------
    numbers
        Of `hindcast.analysis.narratives.stability.by_number`.
    share
        Share of topics that has to hold.
    """
    ax = figures.axes(ax, width=7.0, height=3.8)
    if numbers.empty:
        return figures.empty(ax, "too few words for topics")
    lines = {"holding": ("share of topics that hold", BLACK, "o-")}
    lines |= {"start": ("mean cosine, other starts", BLUE, "s--")}
    lines |= {"texts": ("mean cosine, texts drawn anew", ORANGE, "^--")}
    lines |= {"jaccard": ("mean Jaccard of leading words", GREY, "d:")}
    for column, (name, colour, style) in lines.items():
        ax.plot(numbers["topics"], numbers[column], style, color=colour, label=name)
    ax.axhline(share, color=GREY, linewidth=1)
    ax.axvline(chosen, color=BLACK, linewidth=1, linestyle=":")
    ax.set(xlabel="number of topics", ylabel="likeness, or share", ylim=(0, 1.05))
    ax.set_xticks(numbers["topics"])
    figures.title(ax, f"chosen: {chosen}; level line: share of topics that has to hold")
    figures.legend(ax, loc="lower left")
    return figures.sign(ax)


def years(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw each topic's share of the year's texts, with 95% intervals, a panel a topic.

    Two panels a row, so that a phone can show them.

    Parameters
    ----------
    found
        Of `hindcast.analysis.narratives.topic_shares.by_year`.
    """
    names = list(dict.fromkeys(found["topic"]))
    if not names:
        return figures.empty(figures.axes(ax), "no topics")
    rows = -(-len(names) // 2)
    panels = figures.grid(rows, 2, width=6.4, height=1.3 * rows + 0.4, sharex=True, sharey=True)
    for name, panel in zip(names, panels, strict=False):
        own = found[found["topic"] == name]
        panel.plot(own["ev_year"], own["share"], color=BLUE)
        panel.fill_between(own["ev_year"], own["low"], own["high"], color=BLUE, alpha=0.25)
        panel.set_title(name, loc="left", fontsize=8)
        panel.yaxis.set_major_formatter("{x:.0%}")
        panel.xaxis.get_major_locator().set_params(integer=True, nbins=4)
    for panel in panels[len(names) :]:
        panel.set_axis_off()
    panels[0].set_ylim(0, None)
    panels[0].get_figure(root=True).supylabel("share of the year's texts", fontsize=9)
    return figures.sign(panels[0])


def ways(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of each year's texts that say a thing in one way or another.

    Parameters
    ----------
    found
        Of `hindcast.analysis.narratives.wording.by_year`.
    """
    ax = figures.axes(ax, width=6.6, height=3.6)
    if found.empty:
        return figures.empty(ax, "no texts")
    for (way, own), colour in zip(found.groupby("way", sort=False), COLOURS, strict=False):
        own = own.set_index("ev_year")
        _banded(ax, own["share"], own["low"], own["high"], colour, way)
    ax.set(xlabel="year of the accident", ylabel="share of the year's texts", ylim=(0, None))
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.xaxis.get_major_locator().set_params(integer=True)
    figures.legend(ax, loc="upper center", bbox_to_anchor=(0.5, 1.14), ncols=len(COLOURS))
    return figures.sign(ax)
