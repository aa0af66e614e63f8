"""Divide the events by time, so that a model is judged on years it has not seen.

A random split puts events of one season, one fleet and one coding practice on both sides, and so
answers another question; it is kept here to be shown beside the honest one.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from hindcast.errors import HindcastError

PARTS = ("train", "validation", "test", "immature", "later")


class SplitError(HindcastError, ValueError):
    """The split leaves a part without what it needs; the message says which dates to move."""


@dataclass(frozen=True)
class Split:
    """The last day of each part, and the last day whose events have had time to mature.

    Young events are preliminary, and among preliminary reports deaths are over-represented: the
    cutoff is by the event's age at ``as_of``, never by the report's status.

    Parameters
    ----------
    train_until, validation_until, test_until
        Last day of each part.
    maturity_days, mature_until
        How old an event must be at the release's date, and so the last day that is; younger
        events are used nowhere.
    """

    train_until: date
    validation_until: date
    test_until: date
    maturity_days: int
    mature_until: date

    @classmethod
    def of(
        cls,
        train_until: str,
        validation_until: str,
        test_until: str,
        maturity_days: int,
        as_of: str,
    ) -> "Split":
        """Read the dates (ISO) of params.yaml, and the release's date ``as_of``.

        Raises
        ------
        SplitError
            The dates are not in order.
        """
        ends = [date.fromisoformat(day) for day in (train_until, validation_until, test_until)]
        if sorted(set(ends)) != ends:
            raise SplitError(
                "expected train_until < validation_until < test_until, found "
                f"{train_until}, {validation_until}, {test_until}: set them in params.yaml (train)"
            )
        return cls(*ends, maturity_days, last_mature(as_of, maturity_days))

    def as_json(self) -> dict[str, Any]:
        """Return the days in ISO form, for JSON."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
        }


def last_mature(as_of: str, maturity_days: int) -> date:
    """Return the last day whose events are ``maturity_days`` old at the date ``as_of``.

    Examples
    --------
    >>> last_mature("2022-01-31", 30).isoformat()
    '2022-01-01'
    """
    return date.fromisoformat(as_of) - timedelta(days=maturity_days)


def assign(events: pl.DataFrame, split: Split) -> pl.DataFrame:
    """Return ``ev_id, part`` for each event: all rows of one event fall on one side.

    Parameters
    ----------
    events
        One row per event with ``ev_id`` and ``ev_date`` (Date).
    split
        The days that divide.

    Returns
    -------
    polars.DataFrame
        In the order given; ``part`` is one of `PARTS`, where ``later`` is after ``test_until``.

    Raises
    ------
    SplitError
        An event comes twice, or the dates lie outside the records' span.
    """
    if repeated := events.height - events["ev_id"].n_unique():
        raise SplitError(f"expected one row per event, found {repeated} repeated ev_id")
    _check_span(events, split)
    return events.select("ev_id", _part(split).alias("part"))


def _part(split: Split) -> pl.Expr:
    day = pl.col("ev_date")
    return (
        pl.when(day > split.mature_until)
        .then(pl.lit("immature"))
        .when(day <= split.train_until)
        .then(pl.lit("train"))
        .when(day <= split.validation_until)
        .then(pl.lit("validation"))
        .when(day <= split.test_until)
        .then(pl.lit("test"))
        .otherwise(pl.lit("later"))
    )


def _check_span(events: pl.DataFrame, split: Split) -> None:
    if events.is_empty():
        raise SplitError("no events to split: the features have no rows; look at population.json")
    first, last = events["ev_date"].min(), events["ev_date"].max()
    usable = min(last, split.mature_until)
    if not first <= split.train_until < split.validation_until < usable:
        raise SplitError(
            f"the records span {first} to {last}, mature until {split.mature_until}, but "
            f"train_until={split.train_until} and validation_until={split.validation_until} leave "
            "a part without events: set train.train_until, train.validation_until, "
            "train.test_until (and train.maturity_days) in params.yaml inside that span"
        )


def assign_at_random(parts: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return ``ev_id, part`` with the sizes of the split by time, drawn at random.

    The choice of much published work. Its test part is called ``random_test``; it spans all years,
    so that a difference from the test part is also one between easy years and hard ones.

    Parameters
    ----------
    parts
        What `assign` returned.
    seed
        Seed of the draw.

    Examples
    --------
    >>> parts = pl.DataFrame({"ev_id": ["a", "b", "c"], "part": ["train", "train", "test"]})
    >>> sorted(assign_at_random(parts, seed=1)["part"])
    ['random_test', 'train', 'train']
    """
    used = parts.filter(pl.col("part").is_in(["train", "validation", "test"])).sort("ev_id")
    shuffled = np.random.default_rng(seed).permutation(used["part"].to_numpy())
    return used.with_columns(pl.Series("part", shuffled).replace("test", "random_test"))


def check_labels(events: pl.DataFrame) -> None:
    """Refuse a split whose training part has one class, or whose validation part has no death.

    Parameters
    ----------
    events
        ``part`` and ``is_fatal`` for each event.

    Raises
    ------
    SplitError
        Names the part, what it holds and what to set.
    """
    for part in ("train", "validation", "test"):
        rows = events.filter(pl.col("part") == part)
        deaths = int(rows["is_fatal"].sum())
        if not 0 < deaths < rows.height:
            raise SplitError(
                f"the {part} part has {rows.height} events, {deaths} of them fatal: expected both "
                f"classes; set train.train_until, train.validation_until, train.test_until or "
                "train.maturity_days in params.yaml so that it has"
            )


def table(events: pl.DataFrame) -> pl.DataFrame:
    """Return rows, first and last day and fatal share of each part, in the order of `PARTS`.

    Parameters
    ----------
    events
        ``part``, ``ev_date`` and ``is_fatal`` for each event.
    """
    order = pl.DataFrame({"part": PARTS}).with_row_index("order")
    counted = events.group_by("part").agg(
        pl.len().alias("events"),
        pl.col("ev_date").min().alias("first"),
        pl.col("ev_date").max().alias("last"),
        pl.col("is_fatal").mean().alias("fatal_share"),
    )
    joined = order.join(counted, on="part", how="left", validate="1:1").sort("order")
    return joined.drop("order").with_columns(pl.col("events").fill_null(0).cast(pl.Int64))


def described(events: pl.DataFrame, split: Split) -> dict[str, Any]:
    """Return the split as JSON: its days, and the rows each part has."""
    counts = dict(table(events).select("part", "events").iter_rows())
    return split.as_json() | {"rows": counts}
