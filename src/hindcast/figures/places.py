"""Maps of the page on places, on equal-area planes, without a network.

All shares are of accidents of known severity.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize
from matplotlib.patheffects import withStroke
from shapely import get_coordinates

from hindcast import figures
from hindcast.analysis.places import hexes
from hindcast.analysis.places.outlines import LOWER_48, REGIONS, Region, of_region
from hindcast.figures import BLACK, GREY

INSETS = {
    "Alaska": (-0.01, -0.02, 0.25, 0.3),
    "Hawaii": (0.24, -0.02, 0.13, 0.15),
    "Puerto Rico": (0.88, -0.02, 0.11, 0.1),
}
"""Where a region lies in the map of the lower 48: left, bottom, width, height of the Axes."""
SHARES = Normalize(0.08, 0.30)
TICKS = [0.1, 0.15, 0.2, 0.25, 0.3]


def plane(ax: Axes, shapes: gpd.GeoDataFrame, fill: str = "white") -> None:
    """Draw the outlines of a region and nothing else: no ticks, no frame."""
    shapes.plot(ax=ax, facecolor=fill, edgecolor="#9aa0a6", linewidth=0.6, zorder=0)
    west, south, east, north = shapes.total_bounds
    ax.set(xlim=(west - 20, east + 20), ylim=(south - 20, north + 20), aspect="equal")
    ax.set_axis_off()


def country(cells: dict[str, pd.DataFrame], outlines: gpd.GeoDataFrame, width_km: float) -> Axes:
    """Draw hexagons over the states: the area tells accidents, the colour the fatal share.

    Parameters
    ----------
    cells
        Region -> rows of `hindcast.analysis.places.hexes.cells` with ``shrunk`` (missing where a
        hexagon has too few accidents).
    outlines
        Of `hindcast.analysis.places.outlines.read`.
    """
    ax = figures.axes(width=8.0, height=5.4)
    if not any(map(len, cells.values())):
        return figures.empty(ax, "no accident has a position")
    whole = max(20.0, pd.concat(list(cells.values()))["accidents"].quantile(0.98))
    drawn = [_region(ax, region, outlines, cells, width_km, whole) for region in REGIONS]
    bar(ax, drawn[0], "fatal share of accidents (shrunk)", extend="both", ticks=TICKS)
    figures.title(
        ax, f"full hexagon ({width_km:g} km wide): {whole:.0f} or more accidents; grey: under 10"
    )
    return figures.sign(ax)


def _region(
    ax: Axes,
    region: Region,
    outlines: gpd.GeoDataFrame,
    cells: dict[str, pd.DataFrame],
    width_km: float,
    whole: float,
) -> PolyCollection:
    panel = _panel(ax, region, outlines)
    own = cells[region.name]
    size = np.sqrt((own["accidents"] / whole).clip(0.02, 1))
    drawn = hexagons(panel, own, width_km, own["shrunk"], size)
    drawn.set(cmap=colormaps["viridis_r"].with_extremes(bad="#aeb4ba"), norm=SHARES)
    return drawn


def _panel(ax: Axes, region: Region, outlines: gpd.GeoDataFrame) -> Axes:
    """Return the Axes of a region with its outlines drawn: an inset, but for the lower 48."""
    panel = ax if region is LOWER_48 else ax.inset_axes(INSETS[region.name])
    plane(panel, of_region(outlines, region))
    if region is not LOWER_48:
        panel.text(0, 1, region.name, transform=panel.transAxes, fontsize=8, color=GREY)
    return panel


def hexagons(
    ax: Axes,
    cells: pd.DataFrame,
    width_km: float,
    values: pd.Series | None = None,
    scale: pd.Series | float = 0.96,
    **style: object,
) -> PolyCollection:
    """Draw hexagons, coloured by ``values`` where there are such; return them."""
    shapes = hexes.polygons(cells, width_km, scale)
    drawn = PolyCollection([get_coordinates(shape) for shape in shapes], **style)
    if values is not None:
        drawn.set_array(np.ma.masked_invalid(values.to_numpy(float)))
    ax.add_collection(drawn, autolim=False)
    return drawn


def bar(ax: Axes, image: ScalarMappable, label: str, **kwargs: object) -> None:
    """Draw a colour bar of shares beside a map; ``kwargs`` go to matplotlib's."""
    drawn = ax.get_figure().colorbar(image, ax=ax, shrink=0.5, pad=0.01, label=label, **kwargs)
    drawn.ax.yaxis.set_major_formatter("{x:.0%}")


def clusters(found: pd.DataFrame, outlines: gpd.GeoDataFrame) -> Axes:
    """Draw clusters as discs at their middle that hold half of their accidents.

    Parameters
    ----------
    found
        Of `hindcast.analysis.places.clusters.summary`.
    """
    ax = figures.axes(width=8.0, height=5.2)
    if found.empty:
        return figures.empty(ax, "no cluster was found")
    drawn = [_discs(ax, region, outlines, found) for region in REGIONS]
    _numbers(ax, found[found["region"].eq(LOWER_48.name)].head(15))
    bar(ax, drawn[0], "fatal share of accidents", extend="both", ticks=TICKS)
    figures.title(
        ax, "a disc holds half of a cluster's accidents; numbers: accidents of the largest"
    )
    return figures.sign(ax)


def _discs(
    ax: Axes, region: Region, outlines: gpd.GeoDataFrame, found: pd.DataFrame
) -> PolyCollection:
    panel = _panel(ax, region, outlines)
    own = found[found["region"].eq(region.name)]
    angles = np.linspace(0, 2 * np.pi, 40)
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    discs = [
        ring * max(radius, 12) + (x, y)
        for x, y, radius in own[["x_km", "y_km", "radius_km"]].to_numpy(float)
    ]
    style = {"cmap": "viridis_r", "norm": SHARES, "edgecolor": BLACK, "linewidth": 0.5}
    drawn = PolyCollection(discs, alpha=0.85, zorder=2, **style)
    drawn.set_array((own["fatal"] / own["known"]).to_numpy(float))
    panel.add_collection(drawn, autolim=False)
    return drawn


def _numbers(ax: Axes, found: pd.DataFrame) -> None:
    halo = [withStroke(linewidth=2, foreground="white")]
    for row in found.itertuples():
        beside = (row.x_km + max(row.radius_km, 12) + 8, row.y_km)
        text = ax.annotate(f"{row.accidents}", beside, fontsize=8, va="center", zorder=3)
        text.set(path_effects=halo)
