"""Figures of the search in probable causes, and of what the texts give away."""

import pandas as pd
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.figures import BLUE, GREEN, GREY, ORANGE, PINK

METHODS = {"BM25": BLUE, "TF-IDF cosine": ORANGE, "random draw": GREY}


def precision(found: dict[str, pd.DataFrame], ax: Axes | None = None) -> Axes:
    """Draw the precision of each query's answers by method, beside that of a random draw.

    Parameters
    ----------
    found
        Method -> `hindcast.analysis.narratives.ranking.judged`, with ``query``.
    """
    first = next(iter(found.values()))
    ax = figures.axes(ax, width=7.0, height=1.6 + 0.45 * len(first))
    if first.empty:
        return figures.empty(ax, "no accidents to search")
    for shift, (method, frame) in zip((-0.14, 0.14), found.items(), strict=False):
        at = [place + shift for place in range(len(frame))]
        wide = [frame["precision"] - frame["low"], frame["high"] - frame["precision"]]
        style = {"color": METHODS[method], "markersize": 5, "label": method}
        ax.errorbar(frame["precision"], at, xerr=wide, fmt="o", **style)
    rows = range(len(first))
    ax.plot(first["base_rate"], rows, "|", color=GREY, markersize=16, label="random draw")
    ax.set(yticks=list(rows), yticklabels=first["query"], ylim=(len(first) - 0.5, -0.5))
    ax.set(xlim=(-0.02, 1.02), xlabel="share of the answers judged relevant (95% interval)")
    ax.xaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="upper center", bbox_to_anchor=(0.3, 1.12), ncols=3)
    return figures.sign(ax)


def alike(found: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how often an accident's neighbours by text share its codes, by method.

    Parameters
    ----------
    found
        Of `hindcast.analysis.narratives.neighbours.alike`.
    """
    names = list(dict.fromkeys(found["what"]))
    ax = figures.axes(ax, width=6.6, height=1.4 + 0.6 * len(names))
    if not names:
        return figures.empty(ax, "no accidents to search")
    for shift, (method, colour) in zip((-0.2, 0, 0.2), METHODS.items(), strict=True):
        own = found[found["method"] == method].set_index("what").loc[names]
        at = [place + shift for place in range(len(names))]
        wide = [own["mean"] - own["low"], own["high"] - own["mean"]]
        ax.errorbar(own["mean"], at, xerr=wide, fmt="o", color=colour, label=method)
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.4, -0.6))
    ax.set(xlim=(0, 1), xlabel="share of the neighbours that agree (95% interval)")
    ax.xaxis.set_major_formatter("{x:.0%}")
    figures.legend(ax, loc="upper center", bbox_to_anchor=(0.4, 1.2), ncols=3)
    return figures.sign(ax)


def areas(text: pd.DataFrame, models: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what the text alone gives away, beside the models that read none.

    Parameters
    ----------
    text, models
        ``scores`` of `hindcast.analysis.narratives.leak.measure`; `leak.models`.
    """
    ax = figures.axes(ax, width=6.6, height=1.2 + 0.34 * (len(text) + len(models)))
    if text.empty:
        return figures.empty(ax, "no texts of both kinds in training and test")
    kinds = (("text", text, PINK), ("model", models, GREEN))
    parts = [frame.assign(kind=kind, colour=c) for kind, frame, c in kinds if len(frame)]
    told = pd.concat(parts, ignore_index=True)
    for kind, own in told.groupby("kind", sort=False):
        wide = [own["auc"] - own["low"], own["high"] - own["auc"]]
        style = {"color": own["colour"].iloc[0], "markersize": 6}
        ax.errorbar(own["auc"], own.index, xerr=wide, fmt="o", label=kind, **style)
    names = [f"{kind}: {name}" for kind, name in zip(told["kind"], told["inputs"], strict=True)]
    ax.axvline(0.5, color=GREY, linewidth=1, linestyle="--")
    ax.set(yticks=told.index, yticklabels=[name.removeprefix("model: ") for name in names])
    ax.set(xlim=(0.48, 1), ylim=(len(told) - 0.5, -0.5))
    ax.set_xlabel("ROC AUC on the test years (95% interval); dashed: chance")
    return figures.sign(ax)
