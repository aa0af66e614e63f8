"""The past as a model carries it: counts by key, the last year's accidents, young outcomes."""

from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hindcast import atomic
from hindcast.errors import HindcastError
from hindcast.features.keys import NAMES

OUTCOME_LAG_DAYS = 30
"""A death counts as fatal within 30 days of the accident: before that no outcome is known."""

WINDOWS_DAYS = (30, 90, 365)

Count = Annotated[int, Field(ge=0)]
Tally = tuple[Count, Count]

RECENT = {"date": pl.Date, "state": pl.Int64, "latitude": pl.Float64, "longitude": pl.Float64}
PENDING = {"date": pl.Date, "is_fatal": pl.Boolean, **dict.fromkeys(NAMES, pl.Int64)}
PENDING_PATHS = {"date": pl.Date, "is_fatal": pl.Boolean, "paths": pl.List(pl.Int64)}


class HistoryError(HindcastError, ValueError):
    """A stored history cannot be read, or does not fit the keys that the past is counted by."""


class HistoryState(BaseModel):
    """US accidents dated up to ``until``, as much of them as later rows need.

    Attributes
    ----------
    since
        Date of the first accident, before which nothing is known; null where there was none.
    until
        Last day that is included.
    outcomes
        Accidents whose outcome was known at ``until``, and the fatal ones among them.
    counts
        The same pair by key (:data:`hindcast.features.keys.KEYS`) and digest of its value.
    recent
        Date, state (digest), latitude and longitude of the accidents of the last 365 days.
    pending
        Date, outcome and key digests of the accidents too young at ``until`` for their outcome to
        count: it counts once they are more than 30 days old.
    paths
        Accidents and fatal accidents of known outcome by path of findings.
    pending_paths
        Date, outcome and paths of findings of the accidents with a young outcome.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[2] = 2
    since: date | None
    until: date
    outcomes: Tally
    counts: dict[str, dict[int, Tally]]
    recent: tuple[tuple[date, int | None, float | None, float | None], ...]
    pending: tuple[tuple[date, bool, tuple[int | None, ...]], ...]
    paths: dict[int, Tally]
    pending_paths: tuple[tuple[date, bool, tuple[int, ...]], ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if tuple(self.counts) != NAMES:
            raise ValueError(f"counts are by {tuple(self.counts)}, expected {NAMES}")
        if any(len(keys) != len(NAMES) for _, _, keys in self.pending):
            raise ValueError(f"a pending accident needs {len(NAMES)} keys: {NAMES}")
        oldest = self.until - timedelta(days=max(WINDOWS_DAYS))
        if any(not oldest < row[0] <= self.until for row in self.recent):
            raise ValueError(f"recent accidents must be dated after {oldest} to {self.until}")
        return self

    @cached_property
    def recent_frame(self) -> pl.DataFrame:
        """The recent accidents as a frame: date, state, latitude, longitude."""
        return pl.DataFrame(self.recent, schema=RECENT, orient="row")

    @cached_property
    def pending_frame(self) -> pl.DataFrame:
        """The accidents with a young outcome as a frame: date, is_fatal and one column per key."""
        rows = [(day, is_fatal, *keys) for day, is_fatal, keys in self.pending]
        return pl.DataFrame(rows, schema=PENDING, orient="row")

    @cached_property
    def pending_paths_frame(self) -> pl.DataFrame:
        """The accidents with a young outcome and findings: date, is_fatal and paths."""
        rows = [(day, is_fatal, list(of)) for day, is_fatal, of in self.pending_paths]
        return pl.DataFrame(rows, schema=PENDING_PATHS, orient="row")

    def write(self, path: Path) -> None:
        """Write the state as JSON, whole or not at all."""
        atomic.write_text(path, self.model_dump_json() + "\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a state that :meth:`write` wrote.

        Raises
        ------
        HistoryError
            The file is missing, is no JSON, or does not hold such a state.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise HistoryError(f"no history at {path}: train a bundle, which writes it") from error
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or 'state'}: {fault['msg']}"
                for fault in error.errors()[:3]
            )
            raise HistoryError(f"{path.name} is no history of this version: {faults}") from error
