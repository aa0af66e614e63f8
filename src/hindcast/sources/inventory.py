"""Say what was read: releases, tables, rows, and which columns are absent and which are empty."""

import gzip
import hashlib
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from hindcast.sources import schema, textfile
from hindcast.sources.base import Notes, Source, SourceError

EARLIEST_YEAR = 1900


def take(raw: Path, sources: list[Source], notes: list[Notes], merged: dict[str, Any]) -> dict:
    """Return the inventory of the raw tables in ``raw``; ``merged`` is what the merge has to say.

    Absent and empty are two facts: a column that the release does not have at all, and one that it
    has and never fills. No path and no time of day is in it, so equal records give equal bytes.
    """
    releases = [_release(one, note) for one, note in zip(sources, notes, strict=True)]
    tables = {name: _table(raw / f"{name}.parquet", name) for name in _present(raw)}
    return {
        "kind": "+".join(sorted({source.kind for source in sources})),
        "simulated": any(source.kind == "simulated" for source in sources),
        "releases": releases,
        "tables": tables,
        "tables_absent": [name for name in schema.columns() if name not in tables],
        **_span(raw / "events.parquet"),
        "fingerprint": fingerprint(file["sha256"] for one in releases for file in one["files"]),
        **merged,
    }


def files(source: Source) -> list[dict[str, Any]]:
    """Return name, size and SHA-256 of each file of a source.

    Simulated files are described as unpacked, since gzip notes when it packed them.
    """
    return [{"name": path.name, **_content(path, source)} for path in sorted(source.files)]


def fingerprint(digests: Iterable[str]) -> str:
    """Return one SHA-256 over the files', in an order that does not depend on their names."""
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def write(path: Path, inventory: dict[str, Any]) -> None:
    """Write an inventory into a scratch folder that is renamed as a whole later."""
    path.write_text(json.dumps(inventory, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _content(path: Path, source: Source) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    is_made = source.kind == "simulated" and path.suffix == ".gz"
    with gzip.open(path) if is_made else path.open("rb") as stream:
        while chunk := stream.read(textfile.CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return {"bytes": size, "sha256": digest.hexdigest()}


def _release(source: Source, notes: Notes) -> dict[str, Any]:
    facts = {"release": source.release, "kind": source.kind, "files": files(source)}
    said = {
        "encodings": notes.encodings,
        "tables_unrecognised": notes.unrecognised,
        "words_without_code": notes.mapped,
    }
    return facts | {name: value for name, value in said.items() if value}


def _present(raw: Path) -> list[str]:
    return [name for name in schema.columns() if (raw / f"{name}.parquet").exists()]


def _table(path: Path, name: str) -> dict[str, Any]:
    table = pl.scan_parquet(path)
    columns = [c for c in pl.read_parquet_schema(path) if c != schema.RELEASE]
    counts = table.select(pl.len().alias("rows"), pl.col(columns).count().name.prefix("n_"))
    found = counts.collect().row(0, named=True)
    releases = table.group_by(schema.RELEASE).len().sort(schema.RELEASE).collect()
    return {
        "rows": found["rows"],
        "columns": columns,
        "absent": [c for c in schema.columns()[name] if c not in columns],
        "empty": [c for c in columns if found["rows"] and found[f"n_{c}"] == 0],
        "releases": dict(releases.iter_rows()),
    }


def is_possible_day() -> pl.Expr:
    """Return whether an event's day can be: from 1900 on and not after its reports were filed.

    The first four characters of ``ev_id`` are the year a report was filed in. A day beyond the
    newest such year (2150, say) is a slip of the pen that would stretch the whole release's span.
    """
    filed = pl.col("ev_id").str.slice(0, 4).cast(pl.Int64, strict=False)
    year = day().dt.year()
    return year.is_between(EARLIEST_YEAR, pl.coalesce(filed.max(), year.max()))


def day() -> pl.Expr:
    """Read ``ev_date`` as the two date formats of mdb-export write it: ISO, or month/day/year."""
    text = pl.col("ev_date").str.strip_chars()
    return pl.coalesce(
        text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False),
        text.str.slice(0, 8).str.to_date("%m/%d/%y", strict=False),
    )


def _span(events: Path) -> dict[str, Any]:
    """Return first and last event and their number; days that cannot be are counted, not used."""
    if "ev_date" not in pl.read_parquet_schema(events):
        raise SourceError("the events table has no ev_date: without days nothing can be split")
    facts = pl.scan_parquet(events).select(
        first=day().filter(is_possible_day()).min(),
        last=day().filter(is_possible_day()).max(),
        events=pl.col("ev_id").drop_nulls().n_unique(),
        impossible=(day().is_not_null() & ~is_possible_day()).sum(),
        undated=day().is_null().sum(),
    )
    row = facts.collect().row(0, named=True)
    return {
        "first": _iso(row["first"]),
        "last": _iso(row["last"]),
        "events": row["events"],
        "dates_impossible": row["impossible"],
        "dates_unread": row["undated"],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
