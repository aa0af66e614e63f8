"""Which features are still recorded: those that the training years know and later ones do not.

A release may stop filling a column (`flight_time` of 2008-2021 ends in March 2018). A model that
learned from it leans on a fact that no later accident has, and takes its absence for a sign. The
validation part shows it before the test years are opened: they are not looked at.
"""

import logging
from collections.abc import Sequence
from typing import Any

import polars as pl

log = logging.getLogger(__name__)

LEAST_KEPT = 0.25
"""A feature stays whose known share in validation is at least this part of that in training."""


def shares(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return the share of known values of each feature: ``feature``, ``train``, ``validation``."""
    by_part = {
        part: frame.filter(pl.col("part") == part).select(pl.col(names).is_not_null().mean())
        for part in ("train", "validation")
    }
    return pl.DataFrame(
        {"feature": list(names)}
        | {part: known.row(0) if names else [] for part, known in by_part.items()},
        schema={"feature": pl.String, "train": pl.Float64, "validation": pl.Float64},
    )


def vanished(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return the rows of `shares` of features that the validation part hardly knows any more.

    Examples
    --------
    >>> frame = pl.DataFrame({
    ...     "part": ["train", "train", "validation", "validation"],
    ...     "pilot_hours_log": [6.2, 7.1, None, None],
    ...     "visibility_sm": [10.0, None, None, 3.0],
    ... })
    >>> vanished(frame, ["pilot_hours_log", "visibility_sm"]).rows()
    [('pilot_hours_log', 1.0, 0.0)]
    """
    return shares(frame, names).filter(pl.col("validation") < LEAST_KEPT * pl.col("train"))


def kept(frame: pl.DataFrame, features: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the entries of feature_schema.json without those that have vanished; log which."""
    gone = vanished(frame, [feature["name"] for feature in features])["feature"].to_list()
    if gone:
        log.info("left out, no longer recorded in the validation years: %s", ", ".join(gone))
    return [feature for feature in features if feature["name"] not in gone]
