"""Past log odds of an accident's findings, added up: one number for a list of codes of any length.

There are 700 paths of findings (category, subcategory, section, subsection), most of them rare; a
flag for each would be 700 columns of nearly nothing. Each path's share among past accidents of
known outcome, drawn towards the overall one, gives its log odds against the overall ones; their
sum is what a naive Bayes classifier adds up.
"""

import math
from collections.abc import Iterable

import numpy as np
import polars as pl

from hindcast.features import shares
from hindcast.features.counting import Ints, Ledger
from hindcast.features.state import OUTCOME_LAG_DAYS, PENDING_PATHS, HistoryState

NAME = "finding_log_odds_past"
_DIGITS = 8


def paths(frame: pl.DataFrame) -> pl.Expr:
    """Return each row's distinct paths as integers, null where no finding is listed.

    Parameters
    ----------
    frame
        The frame that the expression is for; ``finding_codes`` may be absent.
    """
    if "finding_codes" not in frame.columns:
        return pl.lit(None, pl.List(pl.Int64)).alias("paths")
    start = pl.element().str.strip_chars().str.slice(0, _DIGITS)
    digits = start.str.extract(r"^([0-9]+)$").cast(pl.Int64)
    found = pl.col("finding_codes").cast(pl.List(pl.String)).list.eval(digits)
    found = found.list.drop_nulls().list.unique().list.sort()
    return pl.when(found.list.len() > 0).then(found).alias("paths")


def of_codes(codes: Iterable[str | None] | None) -> list[int]:
    """Return one row's distinct paths.

    Examples
    --------
    >>> of_codes(["0206304044", "0206304046", None, "?"])
    [2063040]
    """
    starts = {(code or "").strip()[:_DIGITS] for code in codes or ()}
    return sorted(int(start) for start in starts if start.isascii() and start.isdigit())


def column(
    facts: pl.DataFrame, accidents: pl.DataFrame, state: HistoryState, known: shares.Known
) -> shares.Column:
    """Return the sum for each row; unknown where no finding is listed or no outcome is known.

    Parameters
    ----------
    facts
        ``date`` and ``paths`` of each row, all later than ``state.until``.
    accidents
        ``date``, ``is_fatal`` (null for unknown) and ``paths`` of every accident after the state.
    state
        The past that all rows see.
    known
        What each row's day knew of all accidents together.
    """
    row, path = _pairs(facts)
    told = accidents.drop_nulls("is_fatal").select(*PENDING_PATHS)
    event, event_path = _pairs(outcomes := pl.concat([state.pending_paths_frame, told]))
    day, is_fatal = shares.days(outcomes["date"]), outcomes["is_fatal"].to_numpy()
    ledger = Ledger(event_path, day[event], is_fatal[event])
    cut = shares.days(facts["date"])[row] - OUTCOME_LAG_DAYS
    base = shares.base(pl.Series(path), state.paths)
    own = (ledger.before(path, cut) + base[0], ledger.marked_before(path, cut) + base[1])
    total = np.bincount(row, odds(own, known.level[row]), minlength=facts.height)
    is_known = (known.everywhere[0] > 0) & facts["paths"].is_not_null().to_numpy()
    return NAME, total.astype(np.float64), is_known & np.isfinite(total)


def odds(own: tuple[Ints, Ints], level: shares.Floats) -> shares.Floats:
    """Return the log odds of a share, drawn towards ``level``, against those of ``level``.

    Examples
    --------
    >>> float(odds((0, 0), 0.2))
    0.0
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = shares.drawn(own, level)
        return np.log(share / (1 - share)) - np.log(level / (1 - level))


def odds_of_one(own: tuple[int, int], level: float) -> float:
    """Return what :func:`odds` gives for one share that is neither 0 nor 1.

    Examples
    --------
    >>> round(odds_of_one((9, 3), 0.2), 9) == round(float(odds((9, 3), 0.2)), 9)
    True
    """
    share = shares.drawn(own, level)
    return math.log(share / (1 - share)) - math.log(level / (1 - level))


def _pairs(frame: pl.DataFrame) -> tuple[Ints, Ints]:
    """Return row number and path of every path of every row."""
    every = frame.select(pl.int_range(pl.len()).alias("at"), "paths").drop_nulls()
    every = every.explode("paths")
    return every["at"].cast(pl.Int64).to_numpy(), every["paths"].cast(pl.Int64).to_numpy()
