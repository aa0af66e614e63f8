"""Maps of severity on the page on places: densities, their ratio, hot spots.

All shares are of accidents of known severity.
"""

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import Patch

from hindcast import figures
from hindcast.analysis.places import hotspots
from hindcast.analysis.places.density import Surface
from hindcast.analysis.places.hotspots import Spots
from hindcast.figures import BLACK, BLUE, ORANGE, RED, SKY
from hindcast.figures.places import bar, hexagons, plane

LIGHT = "#e9ecef"
NOWHERE = "nowhere do enough accidents lie together"
TESTS = {
    "gi": "Getis-Ord Gi*",
    "moran": "local Moran's I",
    "labels": "pooled, deaths dealt out anew",
}
KINDS = {
    hotspots.HOT: RED,
    hotspots.COLD: BLUE,
    hotspots.QUADRANTS[1]: RED,
    hotspots.QUADRANTS[3]: BLUE,
    hotspots.QUADRANTS[4]: ORANGE,
    hotspots.QUADRANTS[2]: SKY,
    hotspots.NEITHER: "#c9cdd1",
}


def densities(found: Surface | None, shapes: gpd.GeoDataFrame) -> Axes:
    """Draw the densities of all and of fatal accidents, each on a scale of its own."""
    if found is None:
        return figures.empty(figures.axes(), NOWHERE)
    left, right = figures.grid(2, 1, width=7.0, height=7.8)
    for ax, values, name in ((left, found.every, "all accidents"), (right, found.fatal, "fatal")):
        plane(ax, shapes)
        shown = np.ma.masked_where(~found.inside, values)
        image = _image(ax, shown, found, cmap="cividis_r", vmin=0)
        ax.get_figure().colorbar(
            image, ax=ax, shrink=0.8, pad=0.01, label="per 1,000 km², all years"
        )
        figures.title(ax, name)
    return figures.sign(left)


def ratio(found: Surface | None, shapes: gpd.GeoDataFrame, overall: float) -> Axes:
    """Draw the smoothed fatal share, and lines round what chance alone shows one time in twenty.

    Parameters
    ----------
    overall
        The share of the region, which the colours diverge from.
    """
    ax = figures.axes(width=8.0, height=4.8)
    if found is None:
        return figures.empty(ax, NOWHERE)
    plane(ax, shapes, LIGHT)
    image = _image(
        ax, np.ma.masked_invalid(found.share), found, cmap="PuOr_r", vmin=0, vmax=2 * overall
    )
    lines = {RED: found.high_p, BLUE: found.low_p}
    for colour, tail in lines.items():
        if np.isfinite(tail).any() and np.nanmin(tail) < 0.025 < np.nanmax(tail):
            x, y = _centres(found)
            ax.contour(x, y, tail, [0.025], colors=colour, linewidths=1.6)
    bar(ax, image, "fatal share of accidents (smoothed)")
    figures.title(
        ax, "red line: above, blue: below what 95 of 100 random labellings show at that place"
    )
    return figures.sign(ax)


def _image(ax: Axes, values: np.ndarray, found: Surface, **style: object) -> AxesImage:
    window = ax.axis()
    image = ax.imshow(values, extent=found.extent, origin="lower", zorder=0.5, **style)
    ax.axis(window)
    return image


def _centres(found: Surface) -> tuple[np.ndarray, np.ndarray]:
    west, east, south, north = found.extent
    rows, columns = found.share.shape
    wide, tall = (east - west) / columns, (north - south) / rows
    return west + (np.arange(columns) + 0.5) * wide, south + (np.arange(rows) + 0.5) * tall


def spots(found: Spots | None, shapes: gpd.GeoDataFrame, width_km: float) -> Axes:
    """Draw what the three tests find, each under its own control of false discoveries."""
    if found is None:
        return figures.empty(figures.axes(), NOWHERE)
    *panels, rest = figures.grid(2, 2, width=8.4, height=5.6)
    for ax, (test, name) in zip(panels, TESTS.items(), strict=True):
        plane(ax, shapes)
        kinds = found.cells[f"{test}_kind"]
        hexagons(ax, found.cells, width_km, facecolor=kinds.map(KINDS).to_list())
        weak = found.cells[(found.cells[f"{test}_p"] < 0.05) & kinds.eq(hotspots.NEITHER)]
        hexagons(ax, weak, width_km, scale=0.9, facecolor="none", edgecolor=BLACK, linewidth=0.7)
        figures.title(ax, f"{name}: {int(kinds.ne(hotspots.NEITHER).sum())} found")
    _key(rest)
    return figures.sign(panels[0])


def _key(ax: Axes) -> None:
    """Write the legend of the hot spots into a panel of its own."""
    ax.set_axis_off()
    words = {
        RED: "high: more often fatal than chance has it",
        BLUE: "low: less often fatal",
        ORANGE: "high among low (local Moran only)",
        SKY: "low among high (local Moran only)",
        KINDS[hotspots.NEITHER]: "no evidence",
    }
    marks = [Patch(color=colour, label=text) for colour, text in words.items()]
    ringed = "P below 5% before false discoveries are controlled"
    marks.append(Patch(facecolor="none", edgecolor=BLACK, label=ringed))
    figures.legend(ax, handles=marks, loc="center left", fontsize="small")
