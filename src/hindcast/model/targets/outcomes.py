"""What happened, beyond fatal or not: severity in four classes, damage, families of findings.

Read beside the features, never among them: each is the label of its target.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from hindcast import paths, source
from hindcast.errors import HindcastError
from hindcast.model.targets import chain, families

log = logging.getLogger(__name__)

PARTS = ("train", "validation", "test")
KEYS = ("ev_id", "ev_date", "part")
LABELS = ("severity", "destroyed", "codes")
Steps = list[tuple[str, int]]


class OutcomeError(HindcastError, ValueError):
    """The outcomes of the records cannot be learned from; the message says which and why."""


@dataclass(frozen=True)
class Study:
    """Events with their part, features and outcomes, in order of date.

    Attributes
    ----------
    frame
        One row an event: `KEYS`, the features, and `LABELS`: ``severity`` (place in
        `hindcast.model.targets.chain.CLASSES`), ``destroyed`` (bool), ``codes`` (list of finding
        codes); null where unknown.
    families
        As `hindcast.model.targets.families.count` returns them.
    fingerprint
        Of the records.
    """

    frame: pl.DataFrame
    families: pl.DataFrame
    fingerprint: str = ""

    def known(self, label: str) -> pl.DataFrame:
        """Return the events whose ``label`` is known; log how many there were before and after."""
        rows = self.frame.filter(pl.col(label).is_not_null())
        log.info("%s known: %d of %d events", label, rows.height, self.frame.height)
        return rows

    def steps(self, label: str) -> Steps:
        """Return the rows before and after leaving out events whose ``label`` is unknown."""
        known = self.frame.height - self.frame[label].null_count()
        return [("train, validation and test", self.frame.height), (f"with known {label}", known)]


def read(least_events: int) -> Study:
    """Read what the stages before left, and the outcomes of the core tables.

    Parameters
    ----------
    least_events
        How many training events a family of findings needs.

    Raises
    ------
    OutcomeError
        See `with_outcomes`.
    """
    frame = pl.read_parquet(paths.processed("features.parquet"))
    parts = pl.read_parquet(paths.processed("split.parquet"))
    levels = pl.read_parquet(
        paths.interim("core", "events.parquet"), columns=["ev_id", "ev_highest_injury"]
    )
    found = pl.read_parquet(
        paths.interim("core", "Findings.parquet"), columns=["ev_id", "finding_code"]
    )
    frame = with_outcomes(frame, parts, levels, found)
    return Study(frame, families.count(frame, least_events), source.load().fingerprint)


def with_outcomes(
    features: pl.DataFrame, parts: pl.DataFrame, levels: pl.DataFrame, findings: pl.DataFrame
) -> pl.DataFrame:
    """Return the events of the three parts with `LABELS`, in order of date.

    Parameters
    ----------
    features
        ``ev_id, ev_date, is_fatal, is_destroyed`` and the other features, one row an event.
    parts
        ``ev_id, part``.
    levels
        ``ev_id, ev_highest_injury`` of all events.
    findings
        ``ev_id, finding_code``, one row a finding; all aircraft of an event together.

    Raises
    ------
    OutcomeError
        An event is fatal by one column and not by the other.
    """
    used = parts.filter(pl.col("part").is_in(PARTS))
    codes = (
        findings.drop_nulls()
        .group_by("ev_id", maintain_order=True)
        .agg(pl.col("finding_code").unique(maintain_order=True).alias("codes"))
    )
    frame = (
        features.join(used, on="ev_id", how="inner", validate="1:1")
        .join(levels, on="ev_id", how="left", validate="1:1")
        .join(codes, on="ev_id", how="left", validate="1:1")
        .with_columns(_severity(), pl.col("is_destroyed").alias("destroyed"))
        .drop("ev_highest_injury")
        .sort("ev_date", "ev_id")
    )
    log.info("events of the three parts: %d of %d", frame.height, features.height)
    _check_fatal(frame)
    return frame


def _severity() -> pl.Expr:
    level = pl.col("ev_highest_injury").str.strip_chars()
    codes: Mapping[str, Any] = chain.CODES
    return level.replace_strict(codes, default=None, return_dtype=pl.Int8).alias("severity")


def _check_fatal(frame: pl.DataFrame) -> None:
    worst = len(chain.CLASSES) - 1
    wrong = frame.filter((pl.col("severity") == worst) != pl.col("is_fatal")).height
    if wrong:
        raise OutcomeError(
            f"{wrong} of {frame.height} events are fatal by is_fatal and not by ev_highest_injury, "
            "or the other way round: expected one outcome an event; run the stage `features` again"
        )


def masks(frame: pl.DataFrame) -> dict[str, np.ndarray]:
    """Return for each part which rows of ``frame`` are of it."""
    return {part: (frame["part"] == part).to_numpy() for part in PARTS}
