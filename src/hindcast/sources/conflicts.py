"""Count the events that several releases have, and those on which they do not agree."""

from itertools import combinations
from typing import Any

import polars as pl

from hindcast.sources import schema
from hindcast.sources.merge import Extracted

_NUMBERS = ("integer", "real", "boolean")


def count(ordered: list[Extracted]) -> dict[str, Any]:
    """Return how many events are in more than one release, and in how many contents differ.

    Contents are compared over the tables and columns that both releases have, release labels and
    filing dates aside, and values as values: ``10`` and ``10.0`` agree, ``040`` and ``40`` too
    where the column is a number.
    """
    pairs = [_pair(kept, other) for kept, other in combinations(ordered, 2)]
    return {
        "events_in_several_releases": _in_several(ordered),
        "pairs": [pair for pair in pairs if pair["events"]],
    }


def _in_several(ordered: list[Extracted]) -> int:
    ids = [_event_ids(one).unique() for one in ordered]
    return pl.concat(ids).group_by("ev_id").len().filter(pl.col("len") > 1).height


def _pair(kept: Extracted, other: Extracted) -> dict[str, Any]:
    shared = _event_ids(kept).unique().join(_event_ids(other).unique(), on="ev_id", validate="1:1")
    names = [name for name in kept.tables() if name in other.tables()]
    differing = [_differing(name, kept, other, shared) for name in names if shared.height]
    return {
        "kept": kept.source.release,
        "superseded": other.source.release,
        "events": shared.height,
        "different": pl.concat(differing).n_unique() if differing else 0,
    }


def _event_ids(one: Extracted) -> pl.DataFrame:
    return pl.scan_parquet(one.table("events")).select("ev_id").drop_nulls().collect()


def _differing(name: str, a: Extracted, b: Extracted, shared: pl.DataFrame) -> pl.Series:
    left, right = (_fingerprints(name, one, _shared_columns(name, a, b), shared) for one in (a, b))
    both = left.join(right, on="ev_id", how="full", coalesce=True, validate="1:1")
    return both.filter(pl.col("rows").ne_missing(pl.col("rows_right")))["ev_id"]


def _shared_columns(name: str, a: Extracted, b: Extracted) -> list[str]:
    has = [pl.read_parquet_schema(one.table(name)) for one in (a, b)]
    aside = {"ev_id", schema.RELEASE, "lchg_date", "lchg_userid"}
    return [column for column in has[0] if column in has[1] and column not in aside]


def _fingerprints(
    name: str, one: Extracted, columns: list[str], shared: pl.DataFrame
) -> pl.DataFrame:
    dtypes = schema.dtypes(name)
    values = [_comparable(column, dtypes.get(column, "text")) for column in columns]
    is_shared = pl.col("ev_id").is_in(shared["ev_id"].implode())
    rows = pl.scan_parquet(one.table(name)).filter(is_shared)
    text = pl.concat_str(values, separator="\x1f") if values else pl.lit("")
    return rows.select("ev_id", rows=text).group_by("ev_id").agg(pl.col("rows").sort()).collect()


def _comparable(column: str, dtype: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars()
    if dtype in _NUMBERS:
        number = text.cast(pl.Float64, strict=False).round_sig_figs(12).cast(pl.String)
        text = number.fill_null(text)
    return text.fill_null("")
