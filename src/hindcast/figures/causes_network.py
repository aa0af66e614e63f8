"""The network of findings that stand together in reports more often than chance puts them."""

from typing import Any

import networkx as nx
import numpy as np
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.analysis.causes import tree
from hindcast.analysis.causes.network import Network
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY

COLOURS = [ORANGE, SKY, GREEN, BLUE, RED, PINK, BLACK]
STRONG = 4.0
"""Lift from which on a line between communities is drawn."""
Places = dict[str, np.ndarray]


def network(net: Network, named: int = 3, seed: int = 7, ax: Axes | None = None) -> Axes:
    """Draw the network, communities apart, numbered and coloured, their commonest findings named.

    Parameters
    ----------
    named
        Findings of a community that bear their name, where there is room.
    """
    ax = figures.axes(ax, width=7.2, height=6.8 if net.communities else 2.0)
    if not net.communities:
        return figures.empty(ax, "no two findings stand together beyond chance")
    places = layout(net, seed)
    _edges(ax, net, places)
    for at, own in enumerate(net.communities):
        size = [8 + 0.35 * net.graph.nodes[code]["accidents"] ** 0.85 for code in own]
        spots = np.array([places[code] for code in own])
        ax.scatter(*spots.T, s=size, color=_colour(at), edgecolor="white", linewidth=0.6, zorder=2)
    _names(ax, net, places, named)
    _numbers(ax, net, places)
    ax.set_axis_off()
    ax.set(xlim=(-1.65, 1.65), ylim=(-1.35, 1.35))
    return figures.sign(ax)


def _colour(community: int) -> str:
    return COLOURS[community] if community < len(COLOURS) else GREY


def layout(net: Network, seed: int) -> Places:
    """Return where each finding stands: communities on a ring by size, their findings around."""
    centres = _centres(net)
    places: Places = {}
    for at, own in enumerate(net.communities):
        inner = nx.spring_layout(
            _within(net, own), weight=None, seed=seed, k=1.6 / np.sqrt(len(own)), iterations=200
        )
        reach = 0.13 * np.sqrt(len(own)) / np.sqrt(10)
        places |= {code: centres[at] + reach * 2.0 * inner[code] for code in own}
    return places


def _within(net: Network, own: list[str]) -> nx.Graph:
    """Return a community by itself; of a subgraph, the order changes from run to run."""
    inner = nx.Graph()
    inner.add_nodes_from(own)
    inner.add_edges_from(sorted(tuple(sorted(edge)) for edge in net.graph.subgraph(own).edges))
    return inner


def _centres(net: Network) -> np.ndarray:
    sizes = np.sqrt([len(own) for own in net.communities])
    turn = 2 * np.pi * (np.cumsum(sizes) - sizes / 2) / sizes.sum()
    return np.column_stack([np.sin(turn), np.cos(turn)]) * (len(sizes) > 1)


def _edges(ax: Axes, net: Network, places: Places) -> None:
    """Draw the lines; between communities only those of a lift far above chance."""
    own = net.community
    for a, b, lift in sorted(net.graph.edges(data="lift")):
        is_inside = own[a] == own[b]
        if is_inside or lift >= STRONG:
            colour = _colour(own[a]) if is_inside else GREY
            width, alpha = (0.4 + 0.35 * np.log(lift), 0.45) if is_inside else (0.5, 0.3)
            ends = np.array([places[a], places[b]]).T
            ax.plot(*ends, linewidth=width, alpha=alpha, color=colour, zorder=1)


def _names(ax: Axes, net: Network, places: Places, named: int) -> None:
    """Name the commonest findings of each community, above or below, where there is room."""
    words = tree.clear_names()
    taken: list[tuple[float, float, float]] = []
    for own in net.communities:
        done = 0
        for code in own[: 2 * named]:
            name = words.get(code, code)
            free = [up for up in (1, -1) if not _is_taken(places[code], up, name, taken)]
            if free and done < min(named, max(1, len(own) // 2)):
                taken.append(_label(places[code], free[0], name))
                done += 1
                _write(ax, places[code], free[0], name)


def _label(place: np.ndarray, up: int, name: str) -> tuple[float, float, float]:
    """Middle and half width of a name, in the layout's units."""
    return place[0], place[1] + 0.07 * up, 0.021 * len(name)


def _is_taken(place: np.ndarray, up: int, name: str, taken: list) -> bool:
    x, y, half = _label(place, up, name)
    return any(abs(y - v) < 0.09 and abs(x - u) < half + w for u, v, w in taken)


def _write(ax: Axes, place: np.ndarray, up: int, name: str) -> None:
    where = {"xytext": (0, 8 * up), "va": "bottom" if up > 0 else "top"}
    ax.annotate(name, place, textcoords="offset points", **where, **_NAME)


def _numbers(ax: Axes, net: Network, places: Places) -> None:
    for at, own in enumerate(net.communities):
        spots = np.array([places[code] for code in own])
        ax.text(*(spots.mean(axis=0) * 0.5), str(at + 1), color=_colour(at), **_NUMBER)


_NAME: dict[str, Any] = {
    "ha": "center",
    "fontsize": 8,
    "bbox": {"facecolor": "white", "edgecolor": "none", "alpha": 0.6, "pad": 0.2},
    "zorder": 3,
}
_NUMBER: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 15, "weight": "bold"}
