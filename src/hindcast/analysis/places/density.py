"""Kernel density of accidents, of fatal ones, and their ratio: a smooth map of the fatal share.

A Gaussian kernel on an equal-area plane, computed as a filter over a fine grid of counts. One
bandwidth serves both densities: the ratio then averages the accidents around a place, the nearer
the more, and the loss over the border cancels. Kelsall and Diggle (1995), Statistics in Medicine
14:2335-2342, give the test by labels dealt out anew.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.ndimage import gaussian_filter

from hindcast.analysis.places.enough import TooFewError

STEPS = 5
"""Cells to a bandwidth: finer changes nothing one can see."""


@dataclass(frozen=True)
class Surface:
    """Densities over a grid; arrays are ``(rows, columns)``, south first.

    Attributes
    ----------
    extent
        West, east, south, north (km).
    every, fatal
        Accidents of known severity, and fatal ones, per 1,000 square kilometres over all years.
    inside
        Whether a cell is within the outlines.
    share
        Their ratio; missing outside the outlines and where it would rest on too few accidents.
    effective
        Accidents that the ratio rests on: the square of the sum of weights over that of squares.
    low_p, high_p
        Share of the draws in which the ratio was as low, or as high, as it is.
    p_value
        That fatal accidents are spread like the others.
    """

    extent: tuple[float, float, float, float]
    every: np.ndarray
    fatal: np.ndarray
    inside: np.ndarray
    share: np.ndarray
    effective: np.ndarray
    low_p: np.ndarray
    high_p: np.ndarray
    p_value: float


@dataclass(frozen=True)
class Grid:
    """A grid of square cells over the plane of some outlines.

    Attributes
    ----------
    inside
        Whether a cell's centre is within the outlines.
    """

    west: float
    south: float
    cell: float
    inside: np.ndarray

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """West, east, south, north (km)."""
        rows, columns = self.inside.shape
        return (
            self.west, self.west + columns * self.cell, self.south, self.south + rows * self.cell,
        )  # fmt: skip

    def flat(self, points: pd.DataFrame) -> np.ndarray:
        """Return the number of the cell that each point lies in, -1 off the grid."""
        rows, columns = self.inside.shape
        row = np.floor((points["y_km"].to_numpy(float) - self.south) / self.cell).astype(int)
        column = np.floor((points["x_km"].to_numpy(float) - self.west) / self.cell).astype(int)
        on = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        return np.where(on, row * columns + column, -1)


def grid(outlines: gpd.GeoDataFrame, cell: float, margin: float) -> Grid:
    """Return the grid over outlines on a plane in kilometres, with a margin around them."""
    west, south, east, north = outlines.total_bounds
    west, south = west - margin, south - margin
    columns, rows = (
        int(np.ceil((end + margin - start) / cell)) for start, end in ((west, east), (south, north))
    )
    x, y = np.meshgrid(
        west + (np.arange(columns) + 0.5) * cell, south + (np.arange(rows) + 0.5) * cell
    )
    land = outlines.union_all()
    shapely.prepare(land)
    return Grid(west, south, cell, shapely.contains_xy(land, x, y))


def surface(
    points: pd.DataFrame,
    outlines: gpd.GeoDataFrame,
    bandwidth_km: float,
    draws: int,
    seed: int,
    *,
    least: float = 30,
) -> Surface:
    """Return the densities of accidents and fatal accidents and the test of their ratio.

    Parameters
    ----------
    points
        ``x_km, y_km`` on the outlines' plane and nullable ``is_fatal``; accidents of unknown
        severity are left out.
    outlines
        Of `hindcast.analysis.places.outlines.of_region`.
    bandwidth_km
        Standard deviation of the kernel.
    draws
        How often labels are dealt out anew.
    least
        Smallest number of effective accidents for which the ratio is told.

    Raises
    ------
    TooFewError
        No place has that many.
    """
    cell = bandwidth_km / STEPS
    frame = grid(outlines, cell, 4 * bandwidth_km)
    known = points[points["is_fatal"].notna()]
    at = frame.flat(known)
    labels = known["is_fatal"].to_numpy(bool)[at >= 0]
    at = at[at >= 0]
    every = _smooth(at, None, frame)
    squares = _smooth(at, None, frame, STEPS / np.sqrt(2)) / (4 * np.pi * STEPS**2)
    effective = np.divide(every**2, squares, out=np.zeros_like(every), where=squares > 0)
    told = frame.inside & (effective >= least)
    if not told.any():
        raise TooFewError(f"nowhere do {least} accidents lie within a bandwidth of {bandwidth_km}")
    fatal = _smooth(at, labels, frame)
    low, high, p_value = _dealt_anew(at, labels, frame, every, told, draws, seed)
    share = np.divide(fatal, every, out=np.full_like(every, np.nan), where=told)
    per_area = 1000 / cell**2
    return Surface(
        frame.extent,
        every * per_area,
        fatal * per_area,
        frame.inside,
        share,
        effective,
        low,
        high,
        p_value,
    )


def _smooth(
    at: np.ndarray, labels: np.ndarray | None, frame: Grid, sigma: float = STEPS
) -> np.ndarray:
    counts = np.bincount(at, weights=labels, minlength=frame.inside.size)
    grid_counts = counts.reshape(frame.inside.shape).astype(np.float32)
    return gaussian_filter(grid_counts, sigma, mode="constant", truncate=4)


def _dealt_anew(
    at: np.ndarray,
    labels: np.ndarray,
    frame: Grid,
    every: np.ndarray,
    told: np.ndarray,
    draws: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray, float]:
    rng = np.random.default_rng(seed)
    overall, here = labels.mean(), every[told]
    seen = _smooth(at, labels, frame)[told] / here
    unlike = ((seen - overall) ** 2).sum()
    low, high, as_unlike = np.zeros(len(seen)), np.zeros(len(seen)), 0
    for _ in range(draws):
        drawn = _smooth(at, rng.permutation(labels), frame)[told] / here
        low += drawn <= seen
        high += drawn >= seen
        as_unlike += ((drawn - overall) ** 2).sum() >= unlike
    shares = []
    for count in (low, high):
        full = np.full(told.shape, np.nan)
        full[told] = (count + 1) / (draws + 1)
        shares.append(full)
    return *shares, (as_unlike + 1) / (draws + 1)


def unevenness(found: Surface | None) -> pd.Series:
    """Return how uneven the share is, and how often deaths dealt out anew are as uneven."""
    if found is None:
        return pd.Series({"cells": 0}, name="fatal share")
    told = found.share[np.isfinite(found.share)]
    low, middle, high = np.quantile(told, [0.05, 0.5, 0.95])
    values = {
        "part of the area with enough accidents": len(told) / found.inside.sum(),
        "lowest twentieth below": low,
        "median": middle,
        "highest twentieth above": high,
        "P that labels at random are as uneven": found.p_value,
    }
    return pd.Series(values, name="fatal share").astype(float).round(3)
