"""What the past said to one row: a stored history, sorted once to be asked row by row."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

import numpy as np

from hindcast.features import geography, keys, path_odds, prior
from hindcast.features.history import COLUMNS, MAX_SILENCE_DAYS, RADIUS_KM
from hindcast.features.shares import PRIOR_WEIGHT, expected
from hindcast.features.state import OUTCOME_LAG_DAYS, WINDOWS_DAYS, HistoryState

Values = dict[str, Any]
Tally = tuple[int, int]
_LAG = timedelta(days=OUTCOME_LAG_DAYS)
_WINDOWS = [timedelta(days=days) for days in WINDOWS_DAYS]


class _Dated:
    """Dated events, to count those before a day, and the fatal ones among them."""

    def __init__(self, events: Iterable[tuple[date, bool]]) -> None:
        told = sorted(events)
        self._days = [day for day, _ in told]
        self._fatal = [0, *accumulate(int(is_fatal) for _, is_fatal in told)]

    def before(self, day: date) -> int:
        return bisect_left(self._days, day)

    def fatal_before(self, day: date) -> int:
        return self._fatal[bisect_left(self._days, day)]


class RowHistory:
    """The columns of :func:`hindcast.features.history.history` for a row that sees ``state``.

    Parameters
    ----------
    state
        The past up to ``state.until``; a row dated up to then sees nothing, as it would alone.
    """

    def __init__(self, state: HistoryState) -> None:
        self._state = state
        self._sees_prior = prior.is_seen(state.since)
        self._country = _Dated((day, False) for day, *_ in state.recent)
        self._by_state = _grouped((key, day, False) for day, key, _, _ in state.recent)
        self._pending = _Dated((day, is_fatal) for day, is_fatal, _ in state.pending)
        self._pending_by = {
            name: _grouped((of[number], day, is_fatal) for day, is_fatal, of in state.pending)
            for number, name in enumerate(keys.NAMES)
        }
        self._pending_paths = _grouped(
            (path, day, is_fatal) for day, is_fatal, of in state.pending_paths for path in of
        )
        placed = [row for row in sorted(state.recent, key=_day) if None not in row[2:]]
        self._placed_days = [day for day, *_ in placed]
        self._places = geography.unit_vectors(
            [row[2] for row in placed], [row[3] for row in placed]
        )

    def __call__(self, row: Mapping[str, Any]) -> Values:
        """Return the history columns of one row, None for null.

        Parameters
        ----------
        row
            Typed inputs, with ``era`` and the nearest landing field's facts.
        """
        day = date_of(row.get("ev_date"))
        if day is None or day <= self._state.until:
            return dict.fromkeys(COLUMNS)
        of = {key.name: keys.digest(key, row) for key in keys.KEYS}
        return {
            **dict.fromkeys(COLUMNS),
            **self._counts(day, of["state"], row),
            **self._shares(day, of),
            **self._paths(day - _LAG, path_odds.of_codes(row.get("finding_codes"))),
        }

    def _paths(self, cut: date, paths: list[int]) -> Values:
        n_all, fatal_all = _added(self._state.outcomes, self._pending, cut)
        if not paths or not 0 < fatal_all < n_all:
            return {}
        known, young = self._state.paths, self._pending_paths
        own = [_added(known.get(path, _NOBODY), young.get(path, _NONE), cut) for path in paths]
        level = fatal_all / n_all
        return {path_odds.NAME: float(sum(path_odds.odds(tally, level) for tally in own))}

    def _counts(self, day: date, state: int | None, row: Mapping[str, Any]) -> Values:
        silent_since = day - timedelta(days=MAX_SILENCE_DAYS)
        is_fresh = self._country.before(day) > self._country.before(silent_since)
        covered = [w for w in _WINDOWS if is_fresh and day - w >= self._state.since]
        return {**self._in_state(day, state, covered), **self._around(day, row, covered)}

    def _in_state(self, day: date, state: int | None, covered: list[timedelta]) -> Values:
        if state is None:
            return {}
        dated = self._by_state.get(state, _NONE)
        until = dated.before(day)
        return {f"events_{w.days}d_state": until - dated.before(day - w) for w in covered}

    def _around(self, day: date, row: Mapping[str, Any], covered: list[timedelta]) -> Values:
        latitude, longitude = row.get("dec_latitude"), row.get("dec_longitude")
        if latitude is None or longitude is None or not covered:
            return {}
        here = geography.unit_vectors(latitude, longitude)
        is_near = ((self._places - here) ** 2).sum(axis=1) <= geography.chord(RADIUS_KM) ** 2
        until = bisect_left(self._placed_days, day)
        return {
            f"events_{w.days}d_100km": int(
                np.count_nonzero(is_near[bisect_left(self._placed_days, day - w) : until])
            )
            for w in covered
        }

    def _shares(self, day: date, of: Mapping[str, int | None]) -> Values:
        everywhere = _added(self._state.outcomes, self._pending, day - _LAG)
        if not everywhere[0]:
            return {}
        told: Values = {}
        for key in keys.KEYS:
            if (value := of[key.name]) is not None:
                told |= self._share(key, value, day, everywhere)
        return told

    def _share(self, key: keys.Key, value: int, day: date, everywhere: Tally) -> Values:
        known = self._state.counts[key.name].get(value, _NOBODY)
        n, fatal = _added(known, self._pending_by[key.name].get(value, _NONE), day - _LAG)
        share = _drawn(n, fatal, everywhere[1] / everywhere[0])
        told: Values = {f"fatal_share_{key.name}_past": share}
        if key.is_counted:
            told[f"n_{key.name}_past"] = n
        if key.has_prior:
            before = prior.counts()[key.name].get(value, _NOBODY)
            is_told = self._sees_prior and day >= prior.FIRST_DAY
            since = _drawn(n, fatal, expected(before, everywhere)) if is_told else share
            told[f"fatal_share_{key.name}_since_1982"] = since
        return told


def _added(known: Tally, pending: _Dated, cut: date) -> Tally:
    return known[0] + pending.before(cut), known[1] + pending.fatal_before(cut)


def _drawn(n: int, fatal: int, towards: float) -> float:
    return (fatal + PRIOR_WEIGHT * towards) / (n + PRIOR_WEIGHT)


def _grouped(events: Iterable[tuple[int | None, date, bool]]) -> dict[int | None, _Dated]:
    by_key = defaultdict(list)
    for key, day, is_fatal in events:
        by_key[key].append((day, is_fatal))
    return {key: _Dated(told) for key, told in by_key.items()}


def _day(row: tuple[Any, ...]) -> date:
    return row[0]


def date_of(when: Any) -> date | None:
    """Return the day of a date or of a date and time."""
    return when.date() if hasattr(when, "date") else when


_NONE = _Dated([])
_NOBODY = (0, 0)
