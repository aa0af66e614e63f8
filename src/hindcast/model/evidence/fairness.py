"""For whom the model says too much or too little, and whose deaths it misses.

A model may be right on the whole and wrong for helicopters. Each kind of accident is asked two
things: whether as many were fatal as foreseen (calibration in the large), and how many of its fatal
accidents are called so at the threshold that was chosen on validation.
"""

from collections.abc import Sequence

import polars as pl

from hindcast.model import groups
from hindcast.model.evidence import level

KINDS = (
    "faa_region",
    "aircraft_category",
    "is_homebuilt",
    "purpose_group",
    "medical_class",
    "is_professional_pilot",
)
"""What accidents are grouped by. The records have one certificate of a pilot with a class, the
medical one; whether flying is the pilot's profession stands beside it."""
EVERYBODY = "all accidents"
FIGURES = ("observed", "expected", "ratio", "ratio_lo", "ratio_hi")
CALLS = ("called", "recall", "recall_lo", "recall_hi")
OWN = "xgboost"


def by_kind(
    predictions: pl.DataFrame,
    features: pl.DataFrame,
    horizon: str,
    threshold: float,
    *,
    smallest: int,
    kinds: Sequence[str] = KINDS,
) -> pl.DataFrame:
    """Return calibration in the large and recall of the test accidents of each kind.

    Parameters
    ----------
    predictions
        What the train stage wrote.
    features
        ``ev_id`` and the columns to group by.
    threshold
        From which probability on an accident is called fatal.
    smallest
        Kinds with fewer accidents are told with their counts, and ``is_too_small``, not dropped.

    Returns
    -------
    polars.DataFrame
        ``horizon, by, group, n, n_fatal, is_too_small`` and the columns of `FIGURES` and `CALLS`,
        as `hindcast.model.evidence.level` gives them; the first row is of all accidents.
    """
    of = (pl.col("horizon") == horizon, pl.col("model") == OWN, pl.col("part") == "test")
    named = groups.kinds(features, kinds)
    test = predictions.filter(*of).sort("ev_id").join(named, on="ev_id", how="left", validate="1:1")
    rows = [_row("all", EVERYBODY, test, threshold, smallest)]
    for by in (name for name in named.columns if name != "ev_id"):
        filled = test.with_columns(pl.col(by).fill_null(groups.NOT_RECORDED))
        for (group,), events in filled.sort(by, "ev_id").group_by(by, maintain_order=True):
            rows.append(_row(by, group, events, threshold, smallest))
    found = pl.DataFrame(rows, infer_schema_length=None)
    return found.select(pl.lit(horizon).alias("horizon"), pl.all())


def _row(by: str, group: str, events: pl.DataFrame, threshold: float, smallest: int) -> dict:
    fatal = int(events["is_fatal"].sum())
    head = {"by": by, "group": group, "n": events.height, "n_fatal": fatal}
    if events.height < smallest:
        return head | {"is_too_small": True} | dict.fromkeys((*FIGURES, *CALLS))
    y, p = events["is_fatal"].to_numpy().astype(float), events["probability"].to_numpy()
    return head | {"is_too_small": False} | level.ratio(y, p) | level.recall(y, p, threshold)


def outside(kinds: pl.DataFrame) -> pl.DataFrame:
    """Return the kinds whose calibration in the large is off by more than chance.

    One in twenty kinds is so by chance alone: ``expected_by_chance`` says how many that makes.

    Returns
    -------
    polars.DataFrame
        ``horizon, kinds, outside, expected_by_chance``.
    """
    judged = kinds.filter(~pl.col("is_too_small"), pl.col("by") != "all")
    off = (pl.col("ratio_lo") > 1) | (pl.col("ratio_hi") < 1)
    return judged.group_by("horizon", maintain_order=True).agg(
        pl.len().alias("kinds"),
        off.sum().alias("outside"),
        (pl.len() * 0.05).round(1).alias("expected_by_chance"),
    )
