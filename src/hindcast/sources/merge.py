"""Join several releases into one set of raw tables: every event from one release only.

Precedence, highest first:

1. weekly change files ``up*.mdb``, the newest first (by the newest ``lchg_date`` in them);
2. ``avall`` and any other Access release;
3. ``Pre2008``;
4. folders of eADMS CSV tables, the newest ``lchg_date`` first;
5. exports of the CAROL query;
6. the flat AviationData file;
7. the simulated set.

All tables of one ``ev_id`` come from the release that wins its ``events`` row: mixing two states of
one report would make rows that no release ever had. An ``ev_id`` that is in no events table at all
goes with the first release that has it; the checks then quarantine it.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hindcast.sources import schema
from hindcast.sources.base import Source

PRECEDENCE = (
    "up*.mdb, newest first",
    "avall",
    "Pre2008",
    "eadms_csv",
    "carol",
    "aviationdata",
    "simulated",
)
_KINDS = {"access": 1, "eadms_csv": 3, "carol": 4, "aviationdata": 5, "simulated": 6}


@dataclass(frozen=True)
class Extracted:
    """One release's raw tables in a scratch folder."""

    source: Source
    folder: Path

    def table(self, name: str) -> Path:
        """Return where a table of this release is, or would be."""
        return self.folder / f"{name}.parquet"

    def tables(self) -> list[str]:
        """Return the tables this release has, in the schema's order."""
        return [name for name in schema.columns() if self.table(name).exists()]

    def absent(self) -> dict[str, list[str]]:
        """Return the columns of each table that this release does not have at all."""
        has = {name: pl.read_parquet_schema(self.table(name)) for name in self.tables()}
        lacks = {n: [c for c in schema.columns()[n] if c not in has[n]] for n in has}
        return {name: columns for name, columns in lacks.items() if columns}


def ranked(extracted: list[Extracted]) -> list[Extracted]:
    """Return releases in order of precedence; ties go by name, so the order is the same always."""
    by_name = sorted(extracted, key=lambda one: one.source.release)
    newest_first = sorted(by_name, key=newest_change, reverse=True)
    return sorted(newest_first, key=lambda one: rank(one.source))


def rank(source: Source) -> int:
    """Return a source's place in the stated precedence, 0 first.

    Examples
    --------
    >>> [rank(Source("access", name, ())) for name in ("up15MAY", "avall", "Pre2008")]
    [0, 1, 2]
    """
    name = source.release.lower()
    if source.kind == "access" and name.startswith("up"):
        return 0
    if source.kind == "access" and name.startswith("pre2008"):
        return 2
    return _KINDS[source.kind]


def newest_change(one: Extracted) -> str:
    """Return the newest ``lchg_date`` in any table of a release, as text, '' where it has none."""
    newest = [
        pl.scan_parquet(one.table(name)).select(pl.col("lchg_date").max()).collect().item()
        for name in one.tables()
        if "lchg_date" in pl.read_parquet_schema(one.table(name))
    ]
    return max((date for date in newest if date), default="")


def combine(ordered: list[Extracted], out: Path) -> dict[str, int]:
    """Write the merged tables to ``out``; return how many rows of each table gave way.

    ``ordered`` is in order of precedence. With one release nothing is merged: its files are moved.
    """
    out.mkdir(parents=True)
    if len(ordered) == 1:
        for name in ordered[0].tables():
            ordered[0].table(name).rename(out / f"{name}.parquet")
        return {}
    winner = winners(ordered)
    superseded = {}
    for name in schema.columns():
        having = [one for one in ordered if one.table(name).exists()]
        if having:
            superseded[name] = _combine_table(name, having, winner, out / f"{name}.parquet")
    return superseded


def winners(ordered: list[Extracted]) -> pl.DataFrame:
    """Return ``ev_id`` and the release that all of its rows come from."""
    first = [_ids(one, ["events"]) for one in ordered]
    orphans = [_ids(one, one.tables()) for one in ordered]
    return pl.concat(first + orphans).unique("ev_id", keep="first", maintain_order=True)


def _ids(one: Extracted, names: list[str]) -> pl.DataFrame:
    ids = [pl.scan_parquet(one.table(name)).select("ev_id") for name in names]
    found = pl.concat(ids).drop_nulls().unique(maintain_order=True).collect()
    return found.with_columns(winner=pl.lit(one.source.release))


def _combine_table(name: str, having: list[Extracted], winner: pl.DataFrame, target: Path) -> int:
    rows = pl.concat([pl.scan_parquet(one.table(name)) for one in having], how="diagonal")
    joined = rows.join(winner.lazy(), on="ev_id", how="left", validate="m:1", maintain_order="left")
    is_kept = pl.col("winner").is_null() | (pl.col("winner") == pl.col(schema.RELEASE))
    joined.filter(is_kept).drop("winner").sink_parquet(target, compression="zstd")
    before = sum(_height(one.table(name)) for one in having)
    return before - _height(target)


def _height(path: Path) -> int:
    return pl.scan_parquet(path).select(pl.len()).collect().item()
