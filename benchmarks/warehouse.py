"""Time a load of 30,000 events with change capture against a plain CREATE TABLE AS.

    python benchmarks/warehouse.py [CORE_DIR]

CORE_DIR holds checked tables (data/interim/core when not given); its events are resampled, with all
their child rows, under new ids. Prints JSON: seconds of a first load, of a load in which one event
in twenty changed, of the same records again, and of the plain copy.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

from hindcast import paths, warehouse
from hindcast.warehouse.database import make_if_missing

EVENTS = 30_000


def main() -> None:
    core = Path(sys.argv[1]) if len(sys.argv) > 1 else paths.interim("core")
    with tempfile.TemporaryDirectory() as scratch:
        print(json.dumps(timed(resampled(core, Path(scratch)), Path(scratch)), indent=2))


def timed(core: Path, scratch: Path) -> dict[str, float]:
    database = scratch / "warehouse.duckdb"
    rows = sum(pl.scan_parquet(file).select(pl.len()).collect().item() for file in core.iterdir())
    warehouse.query("SELECT 1", _empty(scratch))
    plain = seconds(lambda: copy(core, scratch / "plain.duckdb"))
    first = seconds(lambda: warehouse.load(core, database))
    again = seconds(lambda: warehouse.load(core, database))
    change_some(core)
    changed = seconds(lambda: warehouse.load(core, database))
    return {
        "events": EVENTS,
        "rows": rows,
        "plain_create_table_seconds": plain,
        "first_load_seconds": first,
        "same_records_seconds": again,
        "one_in_twenty_changed_seconds": changed,
        "first_load_to_plain": round(first / plain, 2),
    }


def seconds(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return round(time.perf_counter() - start, 3)


def copy(core: Path, file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        for table in sorted(core.iterdir()):
            connection.execute(f"CREATE TABLE {table.stem} AS FROM read_parquet('{table}')")


def change_some(core: Path) -> None:
    events = pl.read_parquet(core / "events.parquet")
    hit = pl.int_range(pl.len()) % 20 == 0
    grown = pl.when(hit).then(pl.col("inj_tot_f").fill_null(0) + 1).otherwise("inj_tot_f")
    events.with_columns(inj_tot_f=grown).write_parquet(core / "events.parquet")


def resampled(core: Path, scratch: Path, events: int = EVENTS) -> Path:
    ids = pl.read_parquet(core / "events.parquet", columns=["ev_id"]).sort("ev_id")
    drawn = ids.sample(events, with_replacement=True, seed=7).with_columns(
        new_id=pl.concat_str("ev_id", pl.lit("-"), pl.int_range(pl.len()).cast(pl.String))
    )
    out = scratch / "core"
    out.mkdir()
    for file in core.glob("*.parquet"):
        table = pl.read_parquet(file)
        joined = table.join(drawn, on="ev_id", how="inner", validate="m:m").drop("ev_id")
        joined.rename({"new_id": "ev_id"}).write_parquet(out / file.name)
    return out


def _empty(scratch: Path) -> Path:
    """Return an empty warehouse, so that imports are not part of the first timing."""
    file = scratch / "empty.duckdb"
    make_if_missing(file)
    return file


if __name__ == "__main__":
    main()
