"""What the past said on the day: accidents nearby and fatal shares by key, strictly before it.

For a row dated ``d`` an accident counts if it is dated before ``d``, and its outcome if it is dated
more than 30 days before ``d``, because *fatal* means death within 30 days. Rows of one date never
see each other. Only accidents (``ev_type`` ACC) in the United States (``ev_country`` USA) count:
foreign events are reported selectively and are far more often fatal.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from hindcast.features import airports, geography, keys, path_odds, prior, shares
from hindcast.features.catalog import ERA
from hindcast.features.columns import pick
from hindcast.features.counting import Ints, Ledger, near
from hindcast.features.shares import Column, Flags
from hindcast.features.state import (
    OUTCOME_LAG_DAYS,
    PENDING,
    PENDING_PATHS,
    RECENT,
    WINDOWS_DAYS,
    HistoryState,
)

RADIUS_KM = 100.0

MAX_SILENCE_DAYS = 30
"""Longest stretch without one accident in the country that is believed: a longer one means that
the records of those days were not loaded, so that a count over them would say quiet for unknown."""

_FACTS = {
    "ev_date": pl.Date,
    "ev_type": pl.String,
    "ev_country": pl.String,
    "ev_highest_injury": pl.String,
    "dec_latitude": pl.Float64,
    "dec_longitude": pl.Float64,
}
_SEVERITIES = ("FATL", "SERS", "MINR", "NONE")
NOTHING = HistoryState(
    since=None,
    until=date(1900, 1, 1),
    outcomes=(0, 0),
    counts={name: {} for name in keys.NAMES},
    recent=(),
    pending=(),
    paths={},
    pending_paths=(),
)
"""A past in which nothing happened."""

COLUMNS: tuple[str, ...] = (
    *(f"events_{days}d_state" for days in WINDOWS_DAYS),
    *(f"events_{days}d_100km" for days in WINDOWS_DAYS),
    *keys.columns(),
    path_odds.NAME,
)


def history(frame: pl.DataFrame, state: HistoryState | None = None) -> pl.DataFrame:
    """Return the frame with what the past said to each row.

    Parameters
    ----------
    frame
        One row per event, in any order; absent columns are unknown for every row.
    state
        The past up to ``state.until`` (:func:`state_at`). Rows dated later see it and the frame's
        own rows dated after ``state.until``; rows dated up to it see the frame's rows alone.

    Returns
    -------
    polars.DataFrame
        The same rows in the same order, with the columns :data:`COLUMNS`:

        ``events_<w>d_state``, ``events_<w>d_100km``
            Accidents in the ``w`` days before, in the same state or within 100 km; null where the
            row's place is unknown, where the window reaches before the first accident in the
            records, and where the records end more than 30 days before the row.
        ``fatal_share_<key>_past``
            Fatal share among past accidents of the same make, model, state, FAR part, purpose ...,
            drawn towards the overall past share as by 20 accidents of that share; null where the
            key is unknown or no outcome is known at all.
        ``n_<key>_past``
            Number of past accidents with known outcome behind the share.
        ``fatal_share_<key>_since_1982``
            The same share drawn towards the key's own share of 1982-2007, which is itself drawn
            towards the overall one and set to the level of the accidents since. Before 2008 it
            is ``fatal_share_<key>_past``, and so knows nothing of the years to come; it is so too
            where the records themselves begin before 2008, so that no event counts twice.
        ``finding_log_odds_past``
            Past log odds of the row's findings, added up (:mod:`hindcast.features.path_odds`).

    Examples
    --------
    >>> from datetime import date
    >>> events = pl.DataFrame({
    ...     "ev_date": [date(2010, 1, 1), date(2010, 3, 1)], "ev_type": "ACC", "ev_country": "USA",
    ...     "ev_highest_injury": ["FATL", "NONE"], "acft_make": ["Cessna", "CESSNA"]})
    >>> history(events).select("fatal_share_make_past", "n_make_past").rows()
    [(None, None), (1.0, 1)]
    """
    facts = _facts(frame).sort("date", "row")
    until = date.min if state is None else state.until
    is_later = pl.col("date") > until
    parts = [(facts.filter(is_later), state or NOTHING), (facts.filter(~is_later), NOTHING)]
    told = [_told(part, seen) for part, seen in parts if part.height]
    return frame.with_columns(
        facts.select("row")
        .join(
            pl.concat(told or [_told(facts.clear(), NOTHING)]),
            on="row",
            how="left",
            validate="1:1",
        )
        .sort("row")
        .drop("row")
    )


def state_at(frame: pl.DataFrame, until: date) -> HistoryState:
    """Return the past as it stood at the end of the day ``until``.

    ``history(frame)`` of the rows after ``until`` equals ``history`` of those rows alone with this
    state.

    Parameters
    ----------
    frame
        One row per event; rows dated after ``until`` are not looked at.
    until
        Last day to include.
    """
    past = _accidents(_facts(frame).filter(pl.col("date") <= until))
    outcomes = past.drop_nulls("is_fatal")
    is_young = pl.col("date") > until - timedelta(days=OUTCOME_LAG_DAYS)
    oldest = until - timedelta(days=max(WINDOWS_DAYS))
    pending = outcomes.filter(is_young).select(*PENDING).sort(list(PENDING))
    known = outcomes.filter(~is_young)
    return HistoryState(
        since=past["date"].min(),
        until=until,
        outcomes=(known.height, known["is_fatal"].sum()),
        counts={name: _counts(known, name) for name in keys.NAMES},
        recent=past.filter(pl.col("date") > oldest).select(*RECENT).sort(list(RECENT)).rows(),
        pending=tuple((day, is_fatal, of) for day, is_fatal, *of in pending.iter_rows()),
        paths=_path_counts(known),
        pending_paths=_with_paths(outcomes.filter(is_young)).sort(list(PENDING_PATHS)).rows(),
    )


def _with_paths(accidents: pl.DataFrame) -> pl.DataFrame:
    return accidents.select(*PENDING_PATHS).drop_nulls()


def _path_counts(known: pl.DataFrame) -> dict[int, tuple[int, int]]:
    tallies = _with_paths(known).explode("paths").group_by("paths")
    told = tallies.agg(pl.len(), pl.col("is_fatal").sum()).sort("paths")
    return {path: (n, n_fatal) for path, n, n_fatal in told.iter_rows()}


def _counts(known: pl.DataFrame, name: str) -> dict[int, tuple[int, int]]:
    tallies = known.drop_nulls(name).group_by(name).agg(pl.len(), pl.col("is_fatal").sum())
    return {key: (n, n_fatal) for key, n, n_fatal in tallies.sort(name).iter_rows()}


def _keyed(frame: pl.DataFrame) -> pl.DataFrame:
    """Add what keys read and raw rows may lack: the nearest field, the era of the codes."""
    if "nearest_airport_id" not in frame.columns:
        frame = frame.hstack(airports.nearest(frame).select("nearest_airport_id"))
    has_era = "era" in frame.columns or "ev_date" not in frame.columns
    return frame if has_era else frame.with_columns(ERA)


def _facts(frame: pl.DataFrame) -> pl.DataFrame:
    injury = pl.col("ev_highest_injury")
    return (
        pick(frame, _FACTS)
        .hstack(frame.with_columns(path_odds.paths(frame)).select("paths"))
        .with_row_index("row")
        .select(
            "row",
            pl.col("ev_date").alias("date"),
            pl.when(injury.is_in(_SEVERITIES)).then(injury == "FATL").alias("is_fatal"),
            pl.col("dec_latitude").alias("latitude"),
            pl.col("dec_longitude").alias("longitude"),
            pl.col("paths"),
            ((pl.col("ev_type") == "ACC") & (pl.col("ev_country") == "USA")).alias("is_counted"),
        )
        .hstack(keys.digests(_keyed(frame)))
    )


def _accidents(facts: pl.DataFrame) -> pl.DataFrame:
    return facts.filter("is_counted")


def _told(facts: pl.DataFrame, state: HistoryState) -> pl.DataFrame:
    """Return row number and history columns of rows that all see the state and each other."""
    accidents = _accidents(facts)
    events = pl.concat([state.recent_frame, accidents.select(*RECENT)])
    outcomes = pl.concat([state.pending_frame, accidents.drop_nulls("is_fatal").select(*PENDING)])
    first = state.since or accidents["date"].min()
    columns = _event_counts(facts, events, first)
    known = shares.known_of(facts, outcomes, state)
    columns += shares.columns(known, outcomes, state, sees_prior=prior.is_seen(first))
    columns.append(path_odds.column(facts, accidents, state, known))
    told = [_masked(name, values, is_known) for name, values, is_known in columns]
    return pl.DataFrame([facts["row"], *told])


def _masked(name: str, values: np.ndarray, is_known: Flags) -> pl.Series:
    return pl.Series(name, values).set(pl.Series(~is_known), None)


def _event_counts(facts: pl.DataFrame, events: pl.DataFrame, first: date | None) -> list[Column]:
    day, event_day = shares.days(facts["date"]), shares.days(events["date"])
    is_covered = _is_covered(day, event_day, first)
    in_state, knows_state = _in_state(facts, events, day, event_day)
    around, knows_place = _around(facts, events, day, event_day)
    counted = [("state", in_state, knows_state), ("100km", around, knows_place)]
    return [
        (f"events_{window}d_{area}", counts[:, column], is_known & is_covered[:, column])
        for area, counts, is_known in counted
        for column, window in enumerate(WINDOWS_DAYS)
    ]


def _in_state(
    facts: pl.DataFrame, events: pl.DataFrame, day: Ints, event_day: Ints
) -> tuple[Ints, Flags]:
    code, event_code = shares.codes_of(facts.select("state"), events.select("state"))["state"]
    ledger = Ledger(event_code, event_day)
    before = ledger.before(code, day)
    counts = [before - ledger.before(code, day - window) for window in WINDOWS_DAYS]
    return np.stack(counts, axis=-1), code > 0


def _around(
    facts: pl.DataFrame, events: pl.DataFrame, day: Ints, event_day: Ints
) -> tuple[Ints, Flags]:
    place, event_place = _places(facts), _places(events)
    has, event_has = ~np.isnan(place).any(axis=1), ~np.isnan(event_place).any(axis=1)
    counts = np.zeros((len(day), len(WINDOWS_DAYS)), dtype=np.int64)
    counts[has] = near(
        place[has], day[has], event_place[event_has], event_day[event_has], WINDOWS_DAYS, RADIUS_KM
    )
    return counts, has


def _is_covered(day: Ints, event_day: Ints, first: date | None) -> Flags:
    """Return for which rows the records span each window: begun before it, and not ended."""
    if first is None:
        return np.zeros((len(day), len(WINDOWS_DAYS)), dtype=bool)
    country, row_country = np.zeros_like(event_day), np.zeros_like(day)
    ledger = Ledger(country, event_day)
    silent_since = ledger.before(row_country, day - MAX_SILENCE_DAYS)
    is_fresh = ledger.before(row_country, day) > silent_since
    starts = day[:, None] - np.array(WINDOWS_DAYS)
    return (starts >= (first - date(1970, 1, 1)).days) & is_fresh[:, None]


def _places(facts: pl.DataFrame) -> geography.Floats:
    return geography.unit_vectors(facts["latitude"].to_numpy(), facts["longitude"].to_numpy())
