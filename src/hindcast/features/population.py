"""Who is studied: US civil-aircraft accidents of known severity, step by step.

Foreign events are reported selectively (they are far more often fatal) and incidents kill nobody;
a blank ``ev_highest_injury`` is unknown, never "none". No step looks at a report's status:
preliminary reports of fatal accidents close last, so "finals only" would hide deaths.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from hindcast.features.inputs import read

SEVERITIES = ("FATL", "SERS", "MINR", "NONE")

Step = tuple[str, int]


def _code(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_uppercase()


STEPS: tuple[tuple[str, pl.Expr], ...] = (
    ("accidents (ev_type ACC)", _code("ev_type") == "ACC"),
    ("in the United States (ev_country USA)", _code("ev_country") == "USA"),
    ("with known severity (ev_highest_injury)", _code("ev_highest_injury").is_in(SEVERITIES)),
    ("dated (ev_date)", pl.col("ev_date").is_not_null()),
)


def select(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Step]]:
    """Return the study population in order of date, and the rows each step left.

    Parameters
    ----------
    frame
        One row per event, with ``ev_type``, ``ev_country``, ``ev_highest_injury``, ``ev_date``.

    Examples
    --------
    >>> events = pl.DataFrame({
    ...     "ev_id": ["a", "b"], "ev_type": ["ACC", "INC"], "ev_country": ["USA", "USA"],
    ...     "ev_highest_injury": ["FATL", "NONE"], "ev_date": [date(2010, 1, 1)] * 2,
    ... })
    >>> select(events)[1][:2]
    [('events', 2), ('accidents (ev_type ACC)', 1)]
    """
    steps = [("events", frame.height)]
    for name, kept in STEPS:
        frame = frame.filter(kept)
        steps.append((name, frame.height))
    return frame.sort("ev_date", "ev_id"), steps


def is_fatal() -> pl.Expr:
    """Return the label: somebody died within 30 days (``ev_highest_injury`` is FATL)."""
    return (_code("ev_highest_injury") == "FATL").alias("is_fatal")


def as_of(core: Path) -> date:
    """Return the day the records are as of: the newest change or approval, else the last event."""
    days = [day for day in _days(core) if day is not None]
    if not days:
        raise ValueError(f"no date in {core}: events without ev_date cannot be placed in time")
    return max(days)


def _days(core: Path) -> Iterator[date | None]:
    changed = {"events": ("ev_date", "lchg_date"), "NTSB_Admin": ("approval_date", "lchg_date")}
    for table, columns in changed.items():
        rows = read(core, table)
        for column in columns:
            if rows is not None and column in rows.columns:
                yield rows[column].cast(pl.Date).max()
