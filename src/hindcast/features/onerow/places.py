"""What is nearest to one point, and what is near it.

A search tree takes ten microseconds for one point and some more to be asked. The nearest landing
field is nearly always in the cell that the point is in or in those around, which hold a handful.
Where it is not, all are looked at, and where two are equally far, the tree is asked: the answer is
always the tree's.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from hindcast.features import airports, geography, terrain
from hindcast.features.onerow.memo import Room

Point = tuple[float, float, float]
_NOWHERE = (None,) * len(airports.COLUMNS)
_NO_LAND = (None,) * len(terrain.COLUMNS)
_FIELD_CELL_KM = 12.0
_SIDE = 1 << 16
_AROUND = np.array([(x * _SIDE + y) * _SIDE + z for x, y, z in product((-1, 0, 1), repeat=3)])
_SIDES = ("left", "right")


def unit_vector(latitude: float, longitude: float) -> Point:
    """Return a point on the unit sphere, see :func:`hindcast.features.geography.unit_vectors`."""
    phi, lam = math.radians(latitude), math.radians(longitude)
    flat = math.cos(phi)
    return flat * math.cos(lam), flat * math.sin(lam), math.sin(phi)


class Cells:
    """Points on the unit sphere by cells of one width: those around a point are all that are near.

    Parameters
    ----------
    points
        Shape (n, 3).
    width_km
        Of a cell; every point within this distance is among those :meth:`around`.
    """

    def __init__(self, points: geography.Floats, width_km: float) -> None:
        self.width = geography.chord(width_km)
        self._points = points
        per_axis = ((points + 1) / self.width).astype(np.int64)
        cells = (per_axis[:, 0] * _SIDE + per_axis[:, 1]) * _SIDE + per_axis[:, 2]
        self._order = np.argsort(cells, kind="stable")
        self._cells = cells[self._order]
        self._neighbours = Room().memo(self._gathered)

    def around(self, point: Point) -> list[tuple[float, float, float, int]]:
        """Return the points of the cells at and around a point, with their numbers."""
        x, y, z = (int((along + 1) / self.width) for along in point)
        return self._neighbours[(x * _SIDE + y) * _SIDE + z]

    def _gathered(self, cell: int) -> list[tuple[float, float, float, int]]:
        start, end = (np.searchsorted(self._cells, cell + _AROUND, side) for side in _SIDES)
        numbers = [n for a, b in zip(start, end, strict=True) for n in self._order[a:b].tolist()]
        return [(*self._points[number].tolist(), number) for number in numbers]


@lru_cache(maxsize=1)
def field_cells() -> Cells:
    """Return the landing fields by cells, made once per process."""
    return Cells(airports.fields().points, _FIELD_CELL_KM)


def nearest(latitude: float | None, longitude: float | None) -> tuple[Any, ...]:
    """Return the nearest landing field's facts, in the order of ``airports.COLUMNS``."""
    if latitude is None or longitude is None:
        return _NOWHERE
    known = airports.fields()
    length, at = _nearest(unit_vector(latitude, longitude))
    km = 2 * geography.EARTH_RADIUS_KM * math.asin(min(length / 2, 1.0))
    elevation, zone = float(known.elevation_ft[at]), str(known.time_zone[at])
    return km / geography.KM_PER_SM, elevation, zone, str(known.identifier[at]), at


def _nearest(point: Point) -> tuple[float, int]:
    cells = field_cells()
    x, y, z = point
    held = cells.around(point)
    apart = [(x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2 for a, b, c, _ in held]
    least = min(apart, default=math.inf)
    if least < cells.width**2 and apart.count(least) == 1:
        return math.sqrt(least), held[apart.index(least)][3]
    return _farther(np.array(point))


def _farther(point: np.ndarray) -> tuple[float, int]:
    """Return how far the nearest of all fields is, as a chord, and its number."""
    known = airports.fields()
    apart = np.square(known.points - point).sum(axis=1)
    at = int(apart.argmin())
    if np.count_nonzero(apart == apart[at]) == 1:
        return math.sqrt(apart[at]), at
    length, number = known.tree.query(point)
    return float(length), int(number)


def land(number: int | None, distance_sm: float | None) -> tuple[float | None, ...]:
    """Return the land's facts at a landing field, see :func:`hindcast.features.terrain.facts`."""
    if number is None or distance_sm * geography.KM_PER_SM > terrain.RADIUS_KM:
        return _NO_LAND
    told = terrain.of_fields()[number].tolist()
    return tuple([None if value != value else value for value in told])


def prepare() -> None:
    """Read the landing fields and the land around them now, not with the first row."""
    field_cells(), terrain.of_fields()


class Around:
    """Dated points, to count those near a place in the days before another.

    Parameters
    ----------
    days, latitudes, longitudes
        Of each point; days in ascending order.
    radius_km
        Great-circle distance.
    """

    def __init__(
        self,
        days: Sequence[date],
        latitudes: Sequence[float],
        longitudes: Sequence[float],
        radius_km: float,
    ) -> None:
        self._days = days
        self._points = geography.unit_vectors(latitudes, longitudes)
        self._cosine = 1 - geography.chord(radius_km) ** 2 / 2

    def number(self, day: date) -> int:
        """Return how many points are dated before a day: where the count of a window ends."""
        return bisect_left(self._days, day)

    def counts(
        self, latitude: float, longitude: float, end: int, starts: Iterable[int]
    ) -> tuple[int, ...]:
        """Return how many points are near a place, from each start to the end."""
        is_near = self._points[:end] @ unit_vector(latitude, longitude) >= self._cosine
        return tuple([np.count_nonzero(is_near[start:]) for start in starts])
