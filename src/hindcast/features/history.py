"""What the past said on the day: accidents nearby and fatal shares by key, strictly before it.

For a row dated ``d`` an accident counts if it is dated before ``d``, and its outcome if it is dated
more than 30 days before ``d``, because *fatal* means death within 30 days. Rows of one date never
see each other. Only accidents (``ev_type`` ACC) in the United States (``ev_country`` USA) count:
foreign events are reported selectively and are far more often fatal.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hindcast.features import geography, keys
from hindcast.features.columns import pick
from hindcast.features.counting import Ints, Ledger, near
from hindcast.features.state import OUTCOME_LAG_DAYS, PENDING, RECENT, WINDOWS_DAYS, HistoryState

RADIUS_KM = 100.0

PRIOR_WEIGHT = 20.0
"""How many accidents the overall share weighs in a key's share (m-estimate)."""

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
_NOTHING = HistoryState(
    since=None,
    until=date(1900, 1, 1),
    outcomes=(0, 0),
    counts={name: {} for name in keys.NAMES},
    recent=(),
    pending=(),
)

COLUMNS: tuple[str, ...] = (
    *(f"events_{days}d_state" for days in WINDOWS_DAYS),
    *(f"events_{days}d_100km" for days in WINDOWS_DAYS),
    *(f"fatal_share_{key.name}_past" for key in keys.KEYS),
    *(f"n_{key.name}_past" for key in keys.KEYS if key.is_counted),
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
            Fatal share among past accidents of the same make, model, state, FAR part or purpose,
            drawn towards the overall past share as by 20 accidents of that share; null where the
            key is unknown or no outcome is known at all.
        ``n_<key>_past``
            Number of past accidents with known outcome behind the share.

    Examples
    --------
    >>> from datetime import date
    >>> events = pl.DataFrame({
    ...     "ev_date": [date(2010, 1, 1), date(2010, 3, 1)], "ev_type": "ACC", "ev_country": "USA",
    ...     "ev_highest_injury": ["FATL", "NONE"], "acft_make": ["Cessna", "CESSNA"]})
    >>> history(events).select("fatal_share_make_past", "n_make_past").rows()
    [(None, None), (1.0, 1)]
    """
    facts = _facts(frame)
    until = date.min if state is None else state.until
    later = facts.filter(pl.col("date") > until)
    earlier = facts.filter(pl.col("date") <= until)
    parts = [_told(earlier, _NOTHING), _told(later, state or _NOTHING)]
    told = facts.select("row").join(
        pl.concat(parts), on="row", how="left", validate="1:1", maintain_order="left"
    )
    return frame.with_columns(told.drop("row"))


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
    )


def _counts(known: pl.DataFrame, name: str) -> dict[str, tuple[int, int]]:
    tallies = known.drop_nulls(name).group_by(name).agg(pl.len(), pl.col("is_fatal").sum())
    return {key: (n, n_fatal) for key, n, n_fatal in tallies.sort(name).iter_rows()}


def _facts(frame: pl.DataFrame) -> pl.DataFrame:
    injury = pl.col("ev_highest_injury")
    return (
        pick(frame, _FACTS)
        .with_row_index("row")
        .select(
            "row",
            pl.col("ev_date").alias("date"),
            pl.when(injury.is_in(_SEVERITIES)).then(injury == "FATL").alias("is_fatal"),
            pl.col("dec_latitude").alias("latitude"),
            pl.col("dec_longitude").alias("longitude"),
            ((pl.col("ev_type") == "ACC") & (pl.col("ev_country") == "USA")).alias("is_counted"),
        )
        .hstack(keys.digests(frame))
    )


def _accidents(facts: pl.DataFrame) -> pl.DataFrame:
    return facts.filter("is_counted")


@dataclass(frozen=True)
class _Rows:
    """Rows as arrays: day numbers, points, and which of them have a place."""

    day: Ints
    place: geography.Floats
    has_place: NDArray[np.bool_]

    @classmethod
    def of(cls, facts: pl.DataFrame) -> "_Rows":
        place = geography.unit_vectors(facts["latitude"].to_numpy(), facts["longitude"].to_numpy())
        return cls(_days(facts["date"]), place, ~np.isnan(place).any(axis=1))


def _days(dates: pl.Series) -> Ints:
    return dates.to_physical().cast(pl.Int64).to_numpy()


def _told(facts: pl.DataFrame, state: HistoryState) -> pl.DataFrame:
    """Return row number and history columns of rows that all see the state and each other."""
    accidents = _accidents(facts)
    events = pl.concat([state.recent_frame, accidents.select(*RECENT)])
    outcomes = pl.concat([state.pending_frame, accidents.drop_nulls("is_fatal").select(*PENDING)])
    first = state.since or accidents["date"].min()
    return facts.select("row").with_columns(
        *_event_counts(facts, events, first),
        *_shares(facts, outcomes, state),
    )


def _event_counts(facts: pl.DataFrame, events: pl.DataFrame, first: date | None) -> list[pl.Series]:
    rows, past = _Rows.of(facts), _Rows.of(events)
    code, event_code = _codes(facts["state"], events["state"])
    ledger = Ledger(event_code, past.day)
    around = np.zeros((len(rows.day), len(WINDOWS_DAYS)), dtype=np.int64)
    around[rows.has_place] = near(
        rows.place[rows.has_place],
        rows.day[rows.has_place],
        past.place[past.has_place],
        past.day[past.has_place],
        WINDOWS_DAYS,
        RADIUS_KM,
    )
    in_state, nearby = [], []
    for column, window in enumerate(WINDOWS_DAYS):
        start = rows.day - window
        is_covered = _is_covered(rows.day, start, past.day, first)
        counted = ledger.before(code, rows.day) - ledger.before(code, start)
        in_state.append(_where(f"events_{window}d_state", counted, is_covered & (code > 0)))
        nearby.append(
            _where(f"events_{window}d_100km", around[:, column], is_covered & rows.has_place)
        )
    return in_state + nearby


def _is_covered(day: Ints, start: Ints, event_day: Ints, first: date | None) -> NDArray[np.bool_]:
    """Return for which rows the records reach back to ``start`` and up to the row's day."""
    if first is None:
        return np.zeros(len(day), dtype=bool)
    one = np.zeros(len(event_day), dtype=np.int64)
    ledger, row_one = Ledger(one, event_day), np.zeros(len(day), dtype=np.int64)
    lately = ledger.before(row_one, day) - ledger.before(row_one, day - MAX_SILENCE_DAYS)
    return (start >= first.toordinal() - date(1970, 1, 1).toordinal()) & (lately > 0)


def _shares(facts: pl.DataFrame, outcomes: pl.DataFrame, state: HistoryState) -> list[pl.Series]:
    cut = _days(facts["date"]) - OUTCOME_LAG_DAYS
    day, is_fatal = _days(outcomes["date"]), outcomes["is_fatal"].to_numpy()
    n_all, fatal_all = _tally(
        np.zeros_like(cut), cut, Ledger(np.zeros_like(day), day, is_fatal), state.outcomes
    )
    overall = np.divide(fatal_all, n_all, out=np.zeros(len(cut)), where=n_all > 0)
    columns = []
    for key in keys.KEYS:
        code, event_code = _codes(facts[key.name], outcomes[key.name])
        base = _base(facts[key.name], state.counts[key.name])
        n, fatal = _tally(code, cut, Ledger(event_code, day, is_fatal), base)
        is_known = (n_all > 0) & (code > 0)
        share = (fatal + PRIOR_WEIGHT * overall) / (n + PRIOR_WEIGHT)
        columns.append(_where(f"fatal_share_{key.name}_past", share, is_known))
        if key.is_counted:
            columns.append(_where(f"n_{key.name}_past", n, is_known))
    return columns


def _tally(key: Ints, cut: Ints, ledger: Ledger, base: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    return ledger.before(key, cut) + base[0], ledger.marked_before(key, cut) + base[1]


def _base(values: pl.Series, counts: dict[str, tuple[int, int]]) -> tuple[Ints, Ints]:
    if not counts:
        return np.int64(0), np.int64(0)
    pairs = np.array([counts.get(value, (0, 0)) for value in values], dtype=np.int64)
    return pairs[:, 0], pairs[:, 1]


def _codes(values: pl.Series, event_values: pl.Series) -> tuple[Ints, Ints]:
    """Return integers that stand for the values, the same in both; 0 for unknown."""
    codes = pl.concat([values, event_values]).rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    return codes[: len(values)], codes[len(values) :]


def _where(name: str, values: np.ndarray, is_known: NDArray[np.bool_]) -> pl.Series:
    series = pl.Series(name, values)
    return series.to_frame().select(pl.when(pl.Series(is_known)).then(pl.col(name))).to_series()
