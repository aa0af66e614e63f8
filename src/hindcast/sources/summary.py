"""Small tables about what was read, for the page of the extract stage."""

from pathlib import Path
from typing import Any

import polars as pl

from hindcast.sources import inventory as inventories


def releases(inventory: dict[str, Any]) -> pl.DataFrame:
    """Return one row per release: its kind, files, their size in MB, and events it gave."""
    events = inventory["tables"]["events"]["releases"]
    return pl.DataFrame(
        [
            {
                "release": one["release"],
                "kind": one["kind"],
                "files": len(one["files"]),
                "size_mb": round(sum(file["bytes"] for file in one["files"]) / 1e6, 2),
                "events": events.get(one["release"], 0),
            }
            for one in inventory["releases"]
        ]
    )


def tables(inventory: dict[str, Any]) -> pl.DataFrame:
    """Return one row per table: rows and columns that are there, absent and empty."""
    return pl.DataFrame(
        [
            {
                "table": name,
                "rows": facts["rows"],
                "columns": len(facts["columns"]),
                "absent": len(facts["absent"]),
                "empty": len(facts["empty"]),
            }
            for name, facts in inventory["tables"].items()
        ]
    )


def columns(inventory: dict[str, Any], state: str) -> pl.DataFrame:
    """Return one row per table with the names of its ``absent`` or ``empty`` columns."""
    return pl.DataFrame(
        [
            {"table": name, state: ", ".join(facts[state])}
            for name, facts in inventory["tables"].items()
            if facts[state]
        ],
        schema={"table": pl.String, state: pl.String},
    )


def conflicts(inventory: dict[str, Any]) -> pl.DataFrame:
    """Return one row per two releases with events in common: how many, how many differ."""
    kinds = {"kept": pl.String, "superseded": pl.String, "events": pl.Int64, "different": pl.Int64}
    return pl.DataFrame(inventory["conflicts"]["pairs"], schema=kinds)


def events_by_year(raw: Path) -> pl.DataFrame:
    """Return ``year``, ``release`` and ``events``, for events with a day that can be."""
    events = pl.scan_parquet(raw / "events.parquet")
    return (
        events.filter(inventories.is_possible_day())
        .group_by(inventories.day().dt.year().alias("year"), "release")
        .agg(events=pl.len())
        .sort("year", "release")
        .collect()
    )
