"""How the forecast does by year and for kinds of accident, with how many there are of each.

One number over all accidents hides whom it fits badly. A kind is what a feature of the catalog
says of the accident. Rare kinds are put together, because a figure made of twenty accidents says
more about the twenty than about the kind.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from hindcast.model import bootstrap, chance, metrics

NOT_RECORDED = "not recorded"
OTHERS = "all others"


def judged(weights: np.ndarray, is_fatal: np.ndarray, probability: np.ndarray) -> dict[str, Any]:
    """Return what a group is judged by: its level, the forecast's level, and two metrics."""
    total = weights.sum(axis=-1)
    return {
        "fatal_share": weights @ is_fatal / total,
        "mean_probability": weights @ probability / total,
        "roc_auc": metrics.roc_auc(is_fatal, probability, weights),
        "brier": metrics.brier(is_fatal, probability, weights),
    }


def by_year(rows: pl.DataFrame, *, smallest: int, rounds: int, seed: int) -> list[dict[str, Any]]:
    """Return the forecast's record for each year of ``ev_date``, with its calibration error.

    Parameters
    ----------
    rows
        ``ev_date``, ``is_fatal``, ``probability``, one row an event.
    smallest
        Below how many events a year gets no figures.
    rounds, seed
        Of the bootstrap.
    """
    years = rows.with_columns(pl.col("ev_date").dt.year().cast(pl.String).alias("group"))
    records = _records("year", years, smallest=smallest, rounds=rounds, seed=seed)
    return [record | _calibration(record, years, rounds=rounds, seed=seed) for record in records]


def _calibration(
    record: Mapping[str, Any], years: pl.DataFrame, *, rounds: int, seed: int
) -> dict[str, Any]:
    """Return a year's calibration error, which only means something beside that of chance."""
    if "undefined" in record and "all" in record["undefined"]:
        return {}
    part = years.filter(pl.col("group") == record["group"])
    fatal, probability = part["is_fatal"].to_numpy().astype(float), part["probability"].to_numpy()
    own = bootstrap.number(metrics.ece(fatal, probability))
    by_chance = chance.ece_expected_by_chance(fatal, probability, rounds=rounds, seed=seed)
    return {"ece": own} | by_chance


def by_group(
    rows: pl.DataFrame, kinds: pl.DataFrame, *, smallest: int, rounds: int, seed: int
) -> list[dict[str, Any]]:
    """Return the forecast's record for each value of each column of ``kinds``.

    Parameters
    ----------
    rows
        ``ev_id``, ``is_fatal``, ``probability``, one row an event.
    kinds
        ``ev_id`` and one String column for each way to group; null is told as "not recorded".
    smallest
        Kinds with fewer events are put together; if they still have fewer, they get no figures.
    rounds, seed
        Of the bootstrap.
    """
    joined = rows.join(kinds, on="ev_id", how="left", validate="1:1")
    found: list[dict[str, Any]] = []
    for by in (name for name in kinds.columns if name != "ev_id"):
        named = joined.with_columns(pl.col(by).fill_null(NOT_RECORDED).alias("group"))
        common = pl.len().over("group") >= smallest
        grouped = named.with_columns(
            pl.when(common).then("group").otherwise(pl.lit(OTHERS)).alias("group")
        )
        found += _records(by, grouped, smallest=smallest, rounds=rounds, seed=seed)
    return found


def _records(by: str, rows: pl.DataFrame, *, smallest: int, rounds: int, seed: int) -> Iterable:
    for (group,), part in rows.sort("group").group_by("group", maintain_order=True):
        head = {"by": by, "group": group, "n": part.height, "n_fatal": int(part["is_fatal"].sum())}
        if part.height < smallest:
            yield head | {"undefined": {"all": f"fewer than {smallest} events"}}
        else:
            yield head | _summary(part, rounds=rounds, seed=seed)


def _summary(part: pl.DataFrame, *, rounds: int, seed: int) -> dict[str, Any]:
    judge = partial(
        judged,
        is_fatal=part["is_fatal"].to_numpy().astype(float),
        probability=part["probability"].to_numpy(),
    )
    return bootstrap.summary(judge, part.height, rounds=rounds, seed=seed)


def kinds(features: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Return ``ev_id`` and those of ``columns`` that the features have, as text.

    Examples
    --------
    >>> kinds(pl.DataFrame({"ev_id": ["a"], "is_homebuilt": [True]}), ["is_homebuilt", "far_part"])[
    ...     "is_homebuilt"
    ... ].to_list()
    ['yes']
    """
    there = [name for name in columns if name in features.columns]
    return features.select("ev_id", *(_text(name, features.schema[name]) for name in there))


def _text(name: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.col(name).replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
    return pl.col(name).cast(pl.String)
