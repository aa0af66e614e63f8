"""State outlines, and the equal-area planes in which the page draws maps and measures distances."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer
from shapely.affinity import scale

from hindcast import paths

KM = 1e-3
"""Projections are in metres, the page in kilometres."""


@dataclass(frozen=True)
class Region:
    """A part of the country that is drawn on a plane of its own.

    Attributes
    ----------
    crs
        An equal-area projection made for it.
    box
        Degrees: south, north, west, east. Longitudes beyond the 180th meridian go on below -180.
    states
        Postal codes of its outlines; none for all that no other region has.
    """

    name: str
    crs: str
    box: tuple[float, float, float, float]
    states: tuple[str, ...] = ()


REGIONS = (
    Region("lower 48", "EPSG:5070", (24.0, 50.0, -126.0, -66.0)),
    Region("Alaska", "EPSG:3338", (50.5, 72.0, -190.0, -129.0), ("AK",)),
    Region("Hawaii", "ESRI:102007", (18.0, 23.5, -161.5, -154.0), ("HI",)),
    Region("Puerto Rico", "EPSG:32161", (17.0, 19.5, -68.5, -64.0), ("PR", "VI")),
)
LOWER_48 = REGIONS[0]
ELSEWHERE = "elsewhere"
_NOT_DRAWN = ("AS", "GU", "MP")


def read() -> gpd.GeoDataFrame:
    """Return the outlines of the states, DC and the territories in degrees: ``name, postal``."""
    return gpd.read_file(paths.reference() / "state_outlines.geojson")


def of_region(outlines: gpd.GeoDataFrame, region: Region) -> gpd.GeoDataFrame:
    """Return the outlines of a region on its own plane, in kilometres.

    Parameters
    ----------
    outlines
        Of `read`.
    """
    taken = {code for other in REGIONS for code in other.states} | set(_NOT_DRAWN)
    own = outlines["postal"]
    chosen = outlines[own.isin(region.states) if region.states else ~own.isin(taken)]
    metres = chosen.to_crs(region.crs)
    shapes = [scale(shape, KM, KM, origin=(0, 0)) for shape in metres.geometry]
    return metres.set_geometry(gpd.GeoSeries(shapes, metres.index), crs=None)


def placed(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the accidents that have a position, on the plane of their region.

    Returns
    -------
    pandas.DataFrame
        As given, with ``region`` and ``x_km, y_km``; `ELSEWHERE` (far out at sea, or on an island
        of the Pacific) has no plane.
    """
    known = accidents[accidents["dec_latitude"].notna() & accidents["dec_longitude"].notna()]
    lat, lon = (known[c].to_numpy(float) for c in ("dec_latitude", "dec_longitude"))
    names = np.full(len(known), ELSEWHERE, dtype=object)
    x, y = np.full(len(known), np.nan), np.full(len(known), np.nan)
    for region in REGIONS:
        here = _inside(region, lat, lon)
        names[here] = region.name
        plane = Transformer.from_crs("EPSG:4326", region.crs, always_xy=True)
        x[here], y[here] = np.multiply(plane.transform(lon[here], lat[here]), KM)
    return known.assign(region=names.astype(str), x_km=x, y_km=y)


def _inside(region: Region, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    south, north, west, east = region.box
    turned = np.where(lon > west + 360, lon - 360, lon)
    return (lat >= south) & (lat <= north) & (turned >= west) & (turned <= east)


def off_their_state(points: pd.DataFrame, outlines: gpd.GeoDataFrame, km: float = 25) -> int:
    """Count accidents that lie further than ``km`` outside the outline of the state they name.

    Parameters
    ----------
    points
        Of `placed`, with ``ev_state``; those elsewhere or without a known state are not looked at.
    """
    far = 0
    for region in REGIONS:
        own = points[points["region"].eq(region.name)]
        shapes = of_region(outlines, region).set_index("postal").geometry
        own = own[own["ev_state"].isin(shapes.index)]
        spots = gpd.GeoSeries(gpd.points_from_xy(own["x_km"], own["y_km"]))
        named = gpd.GeoSeries(shapes.loc[own["ev_state"]].to_numpy())
        far += int((spots.distance(named, align=False) > km).sum())
    return far
