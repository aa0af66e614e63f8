"""Counting dated events before a day: by key, and within a distance."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hindcast.features import geography

Ints = NDArray[np.int64]
_DAYS = 1 << 22  # wider than any calendar: day numbers of one key never reach the next key's
_BLOCK_DAYS = 120  # few enough pairs at a time to stay small, few enough trees to stay fast


class Ledger:
    """Events under integer keys, sorted by day, to count those of one key before a day.

    Parameters
    ----------
    key
        Key of each event.
    day
        Day number of each event.
    marked
        Which events ``marked_before`` counts; none when not given.

    Examples
    --------
    >>> ledger = Ledger(np.array([1, 1, 2]), np.array([10, 20, 5]))
    >>> ledger.before(np.array([1, 1, 2]), np.array([20, 21, 5])).tolist()
    [1, 2, 0]
    """

    def __init__(self, key: Ints, day: Ints, marked: NDArray[np.bool_] | None = None) -> None:
        stamp = _stamp(key, day)
        order = np.argsort(stamp, kind="stable")
        self._stamp = stamp[order]
        marks = np.zeros(len(stamp), dtype=bool) if marked is None else marked[order]
        self._marked = np.concatenate([[0], np.cumsum(marks, dtype=np.int64)])

    def before(self, key: Ints, day: Ints) -> Ints:
        """Return how many events of each key are dated before each day."""
        return self._until(key, day) - self._start(key)

    def marked_before(self, key: Ints, day: Ints) -> Ints:
        """Return how many marked events of each key are dated before each day."""
        return self._marked[self._until(key, day)] - self._marked[self._start(key)]

    def _until(self, key: Ints, day: Ints) -> Ints:
        return np.searchsorted(self._stamp, _stamp(key, day))

    def _start(self, key: Ints) -> Ints:
        return np.searchsorted(self._stamp, key * _DAYS)


def _stamp(key: Ints, day: Ints) -> Ints:
    return key * _DAYS + day + _DAYS // 2


def near(
    place: geography.Floats,
    day: Ints,
    event_place: geography.Floats,
    event_day: Ints,
    windows_days: Sequence[int],
    radius_km: float,
) -> Ints:
    """Return how many events lie within a radius and are dated in the days before each row's day.

    Parameters
    ----------
    place, event_place
        Points on the unit sphere, shapes (n, 3) and (m, 3).
    day, event_day
        Day numbers, shapes (n,) and (m,).
    windows_days
        Lengths of the windows: ``w`` counts events dated ``day - w`` to ``day - 1``.
    radius_km
        Great-circle distance.

    Returns
    -------
    ndarray of shape (n, len(windows_days))
    """
    counts = np.zeros((len(day), len(windows_days)), dtype=np.int64)
    order = np.argsort(event_day, kind="stable")
    event_place, event_day = event_place[order], event_day[order]
    blocks = day // _BLOCK_DAYS
    for block in np.unique(blocks):
        rows = np.flatnonzero(blocks == block)
        span = [block * _BLOCK_DAYS - max(windows_days), (block + 1) * _BLOCK_DAYS]
        seen = slice(*np.searchsorted(event_day, span))
        row, ago = _pairs(place[rows], day[rows], event_place[seen], event_day[seen], radius_km)
        for column in np.argsort(windows_days)[::-1]:
            within = ago <= windows_days[column]
            row, ago = row[within], ago[within]
            counts[rows, column] = np.bincount(row, minlength=len(rows))
    return counts


def _pairs(
    place: geography.Floats,
    day: Ints,
    event_place: geography.Floats,
    event_day: Ints,
    radius_km: float,
) -> tuple[Ints, Ints]:
    """Return the row of each near and earlier event, and how many days before the row it is."""
    from scipy.spatial import cKDTree  # takes half a second, and a server never asks this

    reach = geography.chord(radius_km)
    pairs = cKDTree(place).sparse_distance_matrix(
        cKDTree(event_place), reach, output_type="ndarray"
    )
    row, ago = pairs["i"], day[pairs["i"]] - event_day[pairs["j"]]
    return row[ago >= 1], ago[ago >= 1]
