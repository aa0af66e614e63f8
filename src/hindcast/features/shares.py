"""Fatal shares by key: of the accidents that each row's day knew the outcome of.

A key's own share is drawn towards the overall one, because most keys have few accidents; where the
records begin in 2008 or later a second share is drawn towards what 1982-2007 leads to expect.
"""

from dataclasses import dataclass
from datetime import date
from itertools import chain, repeat

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hindcast.features import keys, prior
from hindcast.features.counting import Ints, Ledger
from hindcast.features.state import OUTCOME_LAG_DAYS, HistoryState

PRIOR_WEIGHT = 20.0
"""How many accidents the overall share weighs in a key's share (m-estimate)."""

LEVEL_WEIGHT = 500.0
"""How many accidents the overall share of 1982-2007 weighs in the level its shares are set to."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Column = tuple[str, np.ndarray, Flags]
"""Name, values, and for which rows they are known."""

_FIRST_DAY = (prior.FIRST_DAY - date(1970, 1, 1)).days


@dataclass(frozen=True)
class Known:
    """Outcomes that count, and what each row's day knew of all of them together."""

    facts: pl.DataFrame
    cut: Ints
    event_day: Ints
    is_fatal: Flags
    everywhere: tuple[Ints, Ints]

    @property
    def level(self) -> Floats:
        """The overall share before each row; 0 where there is none."""
        n, fatal = self.everywhere
        return np.divide(fatal, n, out=np.zeros(len(n)), where=n > 0)


def columns(
    known: Known, outcomes: pl.DataFrame, state: HistoryState, *, sees_prior: bool
) -> list[Column]:
    """Return the shares and counts of :func:`hindcast.features.keys.columns` for each row.

    Parameters
    ----------
    known
        What the rows knew (:func:`known_of`).
    outcomes
        Key digests, ``date`` and ``is_fatal`` of every accident after the state that may count.
    state
        The past that all rows see.
    sees_prior
        Whether rows from 2008 on are told of 1982-2007 (:func:`hindcast.features.prior.is_seen`).
    """
    facts = known.facts
    codes = codes_of(facts.select(keys.NAMES), outcomes.select(keys.NAMES))
    told: list[Column] = []
    for key in keys.KEYS:
        code, event_code = codes[key.name]
        ledger = Ledger(event_code, known.event_day, known.is_fatal)
        own = _tally(code, known.cut, ledger, base(facts[key.name], state.counts[key.name]))
        is_known = (known.everywhere[0] > 0) & (code > 0)
        told += [(*column, is_known) for column in _of_key(key, own, known, sees_prior=sees_prior)]
    return told


def known_of(facts: pl.DataFrame, outcomes: pl.DataFrame, state: HistoryState) -> Known:
    """Return what each row's day knew of all accidents.

    Parameters
    ----------
    facts
        ``date`` and one digest per key for each row, all later than ``state.until``.
    outcomes
        ``date`` and ``is_fatal`` of every accident after the state that may count.
    state
        The past that all rows see.
    """
    cut = days(facts["date"]) - OUTCOME_LAG_DAYS
    day, is_fatal = days(outcomes["date"]), outcomes["is_fatal"].to_numpy()
    ledger = Ledger(np.zeros_like(day), day, is_fatal)
    everywhere = _tally(np.zeros_like(cut), cut, ledger, state.outcomes)
    return Known(facts, cut, day, is_fatal, everywhere)


def _of_key(
    key: keys.Key, own: tuple[Ints, Ints], known: Known, *, sees_prior: bool
) -> list[tuple[str, np.ndarray]]:
    past = drawn(own, known.level)
    told = [(f"fatal_share_{key.name}_past", past)]
    if key.is_counted:
        told.append((f"n_{key.name}_past", own[0]))
    if key.has_prior:
        since = _since_1982(key, own, known) if sees_prior else past
        told.append((f"fatal_share_{key.name}_since_1982", since))
    return told


def _since_1982(key: keys.Key, own: tuple[Ints, Ints], known: Known) -> Floats:
    """Return the share drawn towards that of 1982-2007; before 2008 towards the overall one."""
    before = base(known.facts[key.name], prior.counts()[key.name])
    is_told = days(known.facts["date"]) >= _FIRST_DAY
    return drawn(own, np.where(is_told, expected(before, known.everywhere), known.level))


def drawn(own: tuple[Ints, Ints], towards: Floats) -> Floats:
    """Return a share drawn towards another, as by 20 accidents of that one."""
    return (own[1] + PRIOR_WEIGHT * towards) / (own[0] + PRIOR_WEIGHT)


def expected(before: tuple[Ints, Ints], everywhere: tuple[Ints, Ints]) -> Floats:
    """Return the share that 1982-2007 leads to expect, at the level of the accidents since.

    Parameters
    ----------
    before
        The key's accidents and fatal accidents of 1982-2007.
    everywhere
        All accidents known since, and the fatal ones among them.

    Examples
    --------
    A key that history does not know has the overall share of 1982-2007 while there is no other:

    >>> overall = prior.overall()
    >>> round(expected((0, 0), (0, 0)) - overall[1] / overall[0], 9)
    0.0
    """
    return level_of(everywhere) * share_before(before) / prior.share()


def level_of(everywhere: tuple[Ints, Ints]) -> Floats:
    """Return the level that shares of 1982-2007 are set to: the overall one, as known since."""
    return (everywhere[1] + LEVEL_WEIGHT * prior.share()) / (everywhere[0] + LEVEL_WEIGHT)


def share_before(before: tuple[Ints, Ints]) -> Floats:
    """Return a key's share of 1982-2007, drawn towards the overall one of those years."""
    return drawn(before, prior.share())


def _tally(key: Ints, cut: Ints, ledger: Ledger, base: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    return ledger.before(key, cut) + base[0], ledger.marked_before(key, cut) + base[1]


def base(values: pl.Series, counts: dict[int, tuple[int, int]]) -> tuple[Ints, Ints]:
    """Return what is stored of each value: accidents and fatal accidents, 0 for none."""
    pairs = map(counts.get, values.to_list(), repeat((0, 0)))
    told = np.fromiter(chain.from_iterable(pairs), np.int64, 2 * len(values))
    n_and_fatal = told.reshape(-1, 2)
    return n_and_fatal[:, 0], n_and_fatal[:, 1]


def codes_of(facts: pl.DataFrame, events: pl.DataFrame) -> dict[str, tuple[Ints, Ints]]:
    """Return integers that stand for the columns' values, the same in both; 0 for unknown."""
    every = pl.concat([facts, events]).select(pl.all().rank("dense").fill_null(0).cast(pl.Int64))
    arrays = {name: every[name].to_numpy() for name in every.columns}
    return {name: (of[: facts.height], of[facts.height :]) for name, of in arrays.items()}


def days(dates: pl.Series) -> Ints:
    """Return dates as day numbers since 1970."""
    return dates.to_physical().cast(pl.Int64).to_numpy()
