"""The network of findings that stand together in reports more often than chance puts them."""

import networkx as nx
import numpy as np
from matplotlib.axes import Axes

from hindcast import figures
from hindcast.analysis.causes import tree
from hindcast.analysis.causes.network import Network
from hindcast.figures import BLACK, GREY, OKABE_ITO

COLOURS = [colour for colour in OKABE_ITO if colour != BLACK]
Places = dict[str, np.ndarray]


def network(net: Network, named: int = 3, seed: int = 7, ax: Axes | None = None) -> Axes:
    """Draw the network, communities apart and coloured, the commonest findings of each named.

    Parameters
    ----------
    named
        Findings of a community that bear their name; communities of two bear none beyond the
        number of colours.
    """
    ax = figures.axes(ax, width=8.0, height=7.6)
    if not net.communities:
        return figures.empty(ax, "no two findings stand together beyond chance")
    places = layout(net, seed)
    _edges(ax, net, places)
    for at, own in enumerate(net.communities):
        colour = COLOURS[at] if at < len(COLOURS) else GREY
        size = [8 + 0.35 * net.graph.nodes[code]["accidents"] ** 0.85 for code in own]
        spots = np.array([places[code] for code in own])
        ax.scatter(*spots.T, s=size, color=colour, edgecolor="white", linewidth=0.6, zorder=2)
    _names(ax, net, places, named)
    ax.set_axis_off()
    ax.margins(0.12, 0.06)
    return figures.sign(ax)


def layout(net: Network, seed: int) -> Places:
    """Return where each finding stands: communities on a ring, their findings around them.

    The ring is ordered so that communities with many edges between them are neighbours.
    """
    centres = _centres(net)
    places: Places = {}
    for at, own in enumerate(net.communities):
        inner = nx.spring_layout(
            net.graph.subgraph(own),
            weight=None,
            seed=seed,
            k=1.6 / np.sqrt(len(own)),
            iterations=200,
        )
        reach = 0.13 * np.sqrt(len(own)) / np.sqrt(10)
        places |= {code: centres[at] + reach * 2.0 * inner[code] for code in own}
    return places


def _centres(net: Network) -> np.ndarray:
    sizes = np.sqrt([len(own) for own in net.communities])
    turn = 2 * np.pi * (np.cumsum(sizes) - sizes / 2) / sizes.sum()
    return np.column_stack([np.sin(turn), np.cos(turn)]) * (len(sizes) > 1)


def _edges(ax: Axes, net: Network, places: Places) -> None:
    own = net.community
    for a, b, lift in sorted(net.graph.edges(data="lift")):
        is_inside = own[a] == own[b]
        style = {"color": COLOURS[own[a] % len(COLOURS)] if is_inside else GREY, "zorder": 1}
        width = 0.4 + 0.35 * np.log(lift)
        ax.plot(
            *np.array([places[a], places[b]]).T, linewidth=width if is_inside else 0.4,
            alpha=0.45 if is_inside else 0.2, **style,
        )  # fmt: skip


def _names(ax: Axes, net: Network, places: Places, named: int) -> None:
    words = tree.clear_names()
    for own in net.communities:
        for code in own[: min(named, max(1, len(own) // 2))]:
            box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6}
            ax.annotate(
                words.get(code, code), places[code], (0, 7), textcoords="offset points",
                ha="center", fontsize=8, bbox=box, zorder=3,
            )  # fmt: skip
