"""What the past said to one row: a stored history, sorted once to be asked row by row."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any

from hindcast.features import keys, path_odds, prior
from hindcast.features.history import MAX_SILENCE_DAYS, RADIUS_KM
from hindcast.features.onerow.places import Around
from hindcast.features.onerow.times import date_of
from hindcast.features.shares import drawn, level_of, share_before
from hindcast.features.state import OUTCOME_LAG_DAYS, WINDOWS_DAYS, HistoryState

Tally = tuple[int, int]
_LAG = timedelta(days=OUTCOME_LAG_DAYS)
_WINDOWS = [timedelta(days=days) for days in WINDOWS_DAYS]
_SILENCE = timedelta(days=MAX_SILENCE_DAYS)
_UNTOLD = (None,) * len(_WINDOWS)
_NOBODY = (0, 0)
_STATE = next(key for key in keys.KEYS if key.name == "state")


class Dated:
    """Dated events, to count those before a day, and the fatal ones among them."""

    def __init__(self, events: Iterable[tuple[date, bool]]) -> None:
        told = sorted(events)
        self._days = [day for day, _ in told]
        self._fatal = [0, *accumulate(int(is_fatal) for _, is_fatal in told)]

    def before(self, day: date) -> int:
        """Return how many events are dated before a day."""
        return bisect_left(self._days, day)

    def tally_before(self, day: date) -> Tally:
        """Return how many events are dated before a day, and how many of them are fatal."""
        n = bisect_left(self._days, day)
        return n, self._fatal[n]


@dataclass(frozen=True, slots=True)
class Moment:
    """What all rows of one day know of all accidents.

    Attributes
    ----------
    day, cut
        The day, and the one before which outcomes count.
    starts
        First days of the windows that the records cover.
    near
        Where those windows begin among the placed accidents, and at last where they end.
    everywhere
        Accidents of known outcome, and the fatal ones among them.
    level
        The fatal share among them; None where there are none.
    prior_level
        The level that shares of 1982-2007 are set to; None where the rows are not told of those.
    """

    day: date
    cut: date
    starts: tuple[date, ...]
    near: tuple[int, ...]
    everywhere: Tally
    level: float | None
    prior_level: float | None


@dataclass(frozen=True, slots=True)
class Own:
    """What the past holds of one key's value; ``before`` is its share of 1982-2007."""

    n: int
    fatal: int
    pending: Dated | None
    before: float | None


class RowHistory:
    """The columns of :func:`hindcast.features.history.history` for a row that sees ``state``.

    Parameters
    ----------
    state
        The past up to ``state.until``; a row dated up to then sees nothing, as it would alone.
    """

    def __init__(self, state: HistoryState) -> None:
        self._until, self._since = state.until, state.since
        self._outcomes, self._known, self._paths = state.outcomes, state.counts, state.paths
        self._sees_prior = prior.is_seen(state.since)
        self._country = Dated((day, False) for day, *_ in state.recent)
        self._by_state = _grouped((key, day, False) for day, key, _, _ in state.recent)
        self._pending = Dated((day, is_fatal) for day, is_fatal, _ in state.pending)
        self._pending_by = {
            name: _grouped((of[number], day, is_fatal) for day, is_fatal, of in state.pending)
            for number, name in enumerate(keys.NAMES)
        }
        self._pending_paths = _grouped(
            (path, day, is_fatal) for day, is_fatal, of in state.pending_paths for path in of
        )
        placed = [row for row in sorted(state.recent, key=_day) if None not in row[2:]]
        days, _, latitudes, longitudes = zip(*placed, strict=True) if placed else ((),) * 4
        self._around = Around(days, latitudes, longitudes, RADIUS_KM)
        self._moment = lru_cache(maxsize=4096)(self._moment_of)

    def moment(self, ev_date: datetime | date | None) -> tuple[Moment | None]:
        """Return what rows of a day know; None for a day that the history does not come before."""
        day = date_of(ev_date)
        return (None if day is None or day <= self._until else self._moment(day),)

    def _moment_of(self, day: date) -> Moment:
        known = _added(self._outcomes, self._pending, day - _LAG)
        is_fresh = self._country.before(day) > self._country.before(day - _SILENCE)
        starts = [day - w for w in _WINDOWS if is_fresh and day - w >= self._since]
        is_told = self._sees_prior and day >= prior.FIRST_DAY
        return Moment(
            day,
            day - _LAG,
            tuple(starts),
            tuple(map(self._around.number, (*starts, day))),
            known,
            known[1] / known[0] if known[0] else None,
            level_of(known) if is_told else None,
        )

    def own(self, key: keys.Key, *texts: keys.Text) -> tuple[Own | None]:
        """Return what is known of the key's value that the texts give; None for an unknown one."""
        value = keys.digest(key, texts)
        if value is None:
            return (None,)
        known = self._known[key.name].get(value, _NOBODY)
        before = prior.counts()[key.name].get(value, _NOBODY) if key.has_prior else None
        share = None if before is None else share_before(before)
        return (Own(*known, self._pending_by[key.name].get(value), share),)

    def of_state(self, ev_state: keys.Text) -> tuple[Dated | None]:
        """Return the accidents of the last year in a state; None where no state is known."""
        state = keys.digest(_STATE, (ev_state,))
        return (None if state is None else self._by_state.get(state, _NONE),)

    def in_state(self, moment: Moment | None, dated: Dated | None) -> tuple[int | None, ...]:
        """Return the accidents in the state in each window."""
        if moment is None or dated is None:
            return _UNTOLD
        until = dated.before(moment.day)
        return _padded([until - dated.before(start) for start in moment.starts])

    def around(
        self, moment: Moment | None, latitude: float | None, longitude: float | None
    ) -> tuple[int | None, ...]:
        """Return the accidents within 100 km in each window."""
        if moment is None or not moment.starts or latitude is None or longitude is None:
            return _UNTOLD
        *starts, end = moment.near
        return _padded(self._around.counts(latitude, longitude, end, starts))

    def path_odds(
        self, moment: Moment | None, codes: Iterable[str | None] | None
    ) -> tuple[float | None]:
        """Return the past log odds of the findings, added up."""
        paths = path_odds.of_codes(codes)
        if moment is None or not paths or not 0 < moment.everywhere[1] < moment.everywhere[0]:
            return (None,)
        known, young = self._paths, self._pending_paths
        own = (
            _added(known.get(path, _NOBODY), young.get(path, _NONE), moment.cut) for path in paths
        )
        return (sum(path_odds.odds_of_one(tally, moment.level) for tally in own),)


def shares(moment: Moment | None, own: Own | None) -> tuple[float | int | None, ...]:
    """Return the fatal share of a key, the number behind it, and the share since 1982.

    The last is drawn towards what 1982-2007 leads to expect, where the key has such a past and
    the row is told of it.
    """
    if moment is None or own is None or moment.level is None:
        return None, None, None
    n, fatal = own.n, own.fatal
    if own.pending is not None:
        young = own.pending.tally_before(moment.cut)
        n, fatal = n + young[0], fatal + young[1]
    share = drawn((n, fatal), moment.level)
    if own.before is None or moment.prior_level is None:
        return share, n, share
    return share, n, drawn((n, fatal), moment.prior_level * own.before / prior.share())


def _added(known: Tally, pending: Dated, cut: date) -> Tally:
    n, fatal = pending.tally_before(cut)
    return known[0] + n, known[1] + fatal


def _padded(counts: Sequence[int]) -> tuple[int | None, ...]:
    return (*counts, *_UNTOLD[len(counts) :])


def _grouped(events: Iterable[tuple[int | None, date, bool]]) -> dict[int | None, Dated]:
    by_key = defaultdict(list)
    for key, day, is_fatal in events:
        by_key[key].append((day, is_fatal))
    return {key: Dated(told) for key, told in by_key.items()}


def _day(row: tuple[Any, ...]) -> date:
    return row[0]


_NONE = Dated([])
