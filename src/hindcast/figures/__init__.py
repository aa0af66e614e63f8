"""What all figures share: a colour-blind-safe palette, one look, and a line that says whose data.

A figure is one function: a frame goes in, Axes come out. Each calls `axes` for where to draw and
`sign` when it is done.
"""

from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hindcast import source

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PINK = OKABE_ITO = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
GREY = "#767676"
HORIZON_COLOURS = {"dispatch": BLUE, "event": ORANGE, "scene": GREEN, "investigation": PINK}
STYLE: dict[str, Any] = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "font.size": 10,
    "grid.alpha": 0.25,
    "svg.hashsalt": "hindcast",
}
SIGNED = "hindcast-source"


def axes(ax: Axes | None = None, *, width: float = 6.4, height: float = 4.0) -> Axes:
    """Return ``ax``, or the Axes of a new figure in the study's look (size in inches)."""
    return ax if ax is not None else grid(1, 1, width=width, height=height)[0]


def grid(rows: int, columns: int, *, width: float, height: float, **kwargs: Any) -> list[Axes]:
    """Return the Axes of a new figure of ``rows`` x ``columns`` panels, row by row."""
    # Loads the backend: inside the context its settings would end with it, and a notebook would
    # show its first figure only.
    plt.draw_if_interactive()
    with plt.rc_context(STYLE):
        _, panels = plt.subplots(
            rows, columns, figsize=(width, height), squeeze=False, layout="constrained", **kwargs
        )
    return list(panels.flat)


def title(ax: Axes, text: str) -> None:
    """Write a title above the Axes, flush left."""
    ax.set_title(text, loc="left", fontsize="medium")


def legend(ax: Axes, **kwargs: Any) -> None:
    """Draw the legend without a frame; ``kwargs`` go to `matplotlib.axes.Axes.legend`."""
    ax.legend(**({"frameon": False} | kwargs))


def empty(ax: Axes, why: str) -> Axes:
    """Say on the Axes why there is nothing to draw, and sign it."""
    ax.set(xticks=[], yticks=[])
    ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center", va="center", wrap=True, color=GREY)
    return sign(ax)


def sign(ax: Axes) -> Axes:
    """Write under the figure whose records it shows; across it SIMULATED, if they are that.

    Signing a figure of several panels again changes nothing.
    """
    figure = ax.get_figure(root=True)
    if not any(text.get_gid() == SIGNED for text in figure.texts):
        _sign(figure, source.label())
    return ax


def _sign(figure: Figure, label: str) -> None:
    figure.text(0.01, -0.01, label, va="top", fontsize=8, color=GREY, gid=SIGNED)
    if label.startswith("SIMULATED"):
        where = {"ha": "center", "va": "center", "rotation": 25, "zorder": 10}
        figure.text(0.5, 0.5, "SIMULATED", fontsize=48, color=RED, alpha=0.15, **where)
