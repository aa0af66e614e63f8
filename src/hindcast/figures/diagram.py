"""A causal diagram drawn: what is compared, what is adjusted for, what is left alone and why."""

import textwrap
from collections.abc import Collection, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.text import Text

from hindcast import figures
from hindcast.analysis.graph import Diagram, adjustment_set
from hindcast.figures import BLACK, BLUE, GREEN, GREY, ORANGE, YELLOW

ROLES = {
    "what is compared": (BLUE, "white"),
    "outcome": (ORANGE, BLACK),
    "adjusted for": ("#BFE6DA", BLACK),
    "on the way: not adjusted": ("#FBF6B0", BLACK),
    "not adjusted": ("white", BLACK),
    "unmeasured": ("white", GREY),
}
EDGES = {"adjusted for": GREEN, "on the way: not adjusted": YELLOW}
NO_BENDS: Mapping[tuple[str, str], float] = {}


def diagram(
    d: Diagram,
    places: dict[str, tuple[float, float]],
    ax: Axes | None = None,
    *,
    adjusted_for: Collection[str] | None = None,
    labels: Mapping[str, str] | None = None,
    bends: Mapping[tuple[str, str], float] = NO_BENDS,
) -> Axes:
    """Draw a diagram's nodes as boxes, coloured by what is done with them, and its arrows.

    Parameters
    ----------
    places
        Node -> where its middle lies, in a unit square, up being up. Boxes are about 0.17 wide and
        0.1 high on the default figure.
    adjusted_for
        What is adjusted for; the smallest set that closes all back doors where it is not given.
    labels
        Node -> what its box says, where that is not the node's name.
    bends
        ``(cause, effect)`` -> curvature of that arrow, such as 0.2, to lead it past a box.

    Raises
    ------
    ValueError
        A node has no place, or a place no node.
    """
    nodes = sorted(d.graph)
    if set(nodes) != set(places):
        raise ValueError(f"places for {sorted(places)}, but nodes are {nodes}; give each node one")
    chosen = (adjustment_set(d) or set()) if adjusted_for is None else set(adjusted_for)
    ax = figures.axes(ax, width=8.4, height=5.0)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.set_axis_off()
    roles = {node: role(d, node, chosen) for node in nodes}
    words = {node: (labels or {}).get(node, node) for node in nodes}
    boxes = {node: _box(ax, words[node], places[node], roles[node]) for node in nodes}
    for cause, effect, _ in d.arrows:
        asked = (cause, effect) == (d.exposure, d.outcome)
        line = {"color": BLUE, "linewidth": 2.2} if asked else {"color": GREY}
        line["linestyle"] = "--" if cause in d.unmeasured else "-"
        _arrow(ax, boxes[cause], boxes[effect], bends.get((cause, effect), 0), line)
    _legend(ax, roles)
    return figures.sign(ax)


def role(d: Diagram, node: str, adjusted_for: Collection[str]) -> str:
    """Return which of `ROLES` a node has in a diagram.

    Examples
    --------
    >>> d = Diagram("imc", "fatal", (("season", "imc", ""), ("imc", "fatal", "")))
    >>> [role(d, node, {"season"}) for node in ("imc", "season", "fatal")]
    ['what is compared', 'adjusted for', 'outcome']
    """
    if node in d.unmeasured:
        return "unmeasured"
    if node in (d.exposure, d.outcome):
        return "what is compared" if node == d.exposure else "outcome"
    if node in adjusted_for:
        return "adjusted for"
    return "on the way: not adjusted" if node in d.mediators else "not adjusted"


def _box(ax: Axes, name: str, place: tuple[float, float], role: str) -> Text:
    fill, ink = ROLES[role]
    dashed = "--" if role == "unmeasured" else "-"
    box = {"boxstyle": "round,pad=0.45", "facecolor": fill, "linestyle": dashed, "linewidth": 1.2}
    box["edgecolor"] = EDGES.get(role, GREY)
    words = textwrap.fill(name.replace("_", " "), 17)
    return ax.text(
        *place, words, ha="center", va="center", fontsize=10, color=ink, bbox=box, zorder=3
    )


def _arrow(ax: Axes, cause: Text, effect: Text, bend: float, line: dict[str, Any]) -> None:
    style = line | {
        "arrowstyle": "-|>",
        "patchA": cause.get_bbox_patch(),
        "patchB": effect.get_bbox_patch(),
        "shrinkA": 1,
        "shrinkB": 1,
        "connectionstyle": f"arc3,rad={bend}",
    }
    where = {"xy": effect.get_position(), "xytext": cause.get_position()}
    # Above the boxes: an arrow finds a box's edge only once the box has been drawn.
    ax.annotate("", **where, arrowprops=style, zorder=4)


def _legend(ax: Axes, roles: dict[str, str]) -> None:
    shown = [name for name in ROLES if name in roles.values()]
    patches = [
        Patch(
            facecolor=ROLES[name][0],
            edgecolor=EDGES.get(name, GREY),
            linestyle="--" if name == "unmeasured" else "-",
            label=name,
        )
        for name in shown
    ]
    where = {"loc": "lower center", "bbox_to_anchor": (0.5, -0.13), "ncols": min(len(shown), 3)}
    figures.legend(ax, handles=patches, fontsize="small", **where)
