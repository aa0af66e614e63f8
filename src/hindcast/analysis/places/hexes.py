"""Accidents in hexagons of equal area, on a plane in kilometres.

Hexagons stand on a corner; ``q, r`` are axial coordinates: a step along ``q`` goes one hexagon
to the right, a step along ``r`` half of one to the right and one row up.
"""

import numpy as np
import pandas as pd
import shapely

from hindcast.analysis import shares
from hindcast.analysis.places.outlines import REGIONS

NEIGHBOURS = ((1, 0), (1, -1), (0, -1), (-1, 0), (-1, 1), (0, 1))
_CORNERS = np.radians(np.arange(30, 390, 60))


def cells(points: pd.DataFrame, width_km: float, least: int = 10) -> pd.DataFrame:
    """Return counts and fatal shares of all hexagons that hold an accident.

    Parameters
    ----------
    points
        ``x_km, y_km`` on one plane and nullable ``is_fatal``.
    width_km
        From side to side.
    least
        Hexagons with fewer accidents of known severity have no share.

    Returns
    -------
    pandas.DataFrame
        ``q, r, x_km, y_km`` (centre), ``accidents, known, fatal, fatal_share, low, high``, in order
        of ``q, r``.
    """
    q, r = axial(points["x_km"].to_numpy(float), points["y_km"].to_numpy(float), width_km)
    grouped = points.assign(q=q, r=r).groupby(["q", "r"])["is_fatal"]
    counts = grouped.agg(accidents="size", known="count", fatal="sum").reset_index()
    counts = counts.astype({"fatal": "int64"})
    x, y = centres(counts["q"], counts["r"], width_km)
    return shares.with_intervals(counts.assign(x_km=x, y_km=y), least)


def shrunk(fatal: pd.Series, known: pd.Series) -> pd.Series:
    """Return shares drawn towards the overall one by how much chance is in them.

    Empirical Bayes by moments with the binomial variance; esda's own takes Poisson's, which is
    for rare events, and deaths are not rare here.
    """
    if fatal.empty:
        return pd.Series(dtype=float)
    overall = fatal.sum() / known.sum()
    share = fatal / known
    chance = overall * (1 - overall) / known
    between = (known * (share - overall) ** 2).sum() / known.sum() - (
        overall * (1 - overall) / known.mean()
    )
    weight = max(between, 0.0) / (max(between, 0.0) + chance)
    return weight * share + (1 - weight) * overall


def regions(points: pd.DataFrame, width_km: float, least: int = 10) -> dict[str, pd.DataFrame]:
    """Return the hexagons of each region with ``shrunk`` shares, drawn towards the one of all.

    Parameters
    ----------
    points
        Of `hindcast.analysis.places.outlines.placed`.
    least
        Hexagons with fewer accidents of known severity have no shrunk share.

    Returns
    -------
    dict
        Region (those with a plane) -> rows of `cells` and ``shrunk``.
    """
    parts = [
        cells(points[points["region"].eq(region.name)], width_km, least).assign(region=region.name)
        for region in REGIONS
    ]
    every = pd.concat(parts, ignore_index=True)
    large = every[every["known"] >= least]
    every["shrunk"] = shrunk(large["fatal"], large["known"])
    return {region.name: every[every["region"].eq(region.name)] for region in REGIONS}


def axial(x_km: np.ndarray, y_km: np.ndarray, width_km: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the hexagon that each point lies in.

    Examples
    --------
    >>> q, r = axial(np.array([0.0, 99.0]), np.array([0.0, 5.0]), 100.0)
    >>> q.tolist(), r.tolist()
    ([0, 1], [0, 0])
    """
    r = y_km / (width_km * np.sqrt(3) / 2)
    q = x_km / width_km - r / 2
    near = np.rint([q, r, -q - r])
    off = np.abs(near - [q, r, -q - r])
    worst = off.argmax(axis=0)
    columns = np.arange(near.shape[1])
    near[worst, columns] -= near.sum(axis=0)
    return near[0].astype(int), near[1].astype(int)


def centres(q: pd.Series, r: pd.Series, width_km: float) -> tuple[pd.Series, pd.Series]:
    """Return the centres of hexagons, in kilometres."""
    return width_km * (q + r / 2), width_km * np.sqrt(3) / 2 * r


def polygons(found: pd.DataFrame, width_km: float, scale: pd.Series | float = 1.0) -> np.ndarray:
    """Return the hexagons of `cells` as polygons, drawn smaller by ``scale`` (of the width)."""
    radius = np.broadcast_to(np.asarray(scale) * width_km / np.sqrt(3), len(found))
    x = found["x_km"].to_numpy()[:, None] + radius[:, None] * np.cos(_CORNERS)
    y = found["y_km"].to_numpy()[:, None] + radius[:, None] * np.sin(_CORNERS)
    return shapely.polygons(np.stack([x, y], axis=-1))


def neighbours(found: pd.DataFrame) -> dict[int, list[int]]:
    """Return for each row of `cells` the rows of the hexagons that touch it."""
    at = {place: row for row, place in enumerate(zip(found["q"], found["r"], strict=True))}
    return {
        row: [at[q + dq, r + dr] for dq, dr in NEIGHBOURS if (q + dq, r + dr) in at]
        for (q, r), row in at.items()
    }
