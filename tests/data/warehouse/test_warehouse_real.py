"""The warehouse on real records, typed by the schema alone."""

from pathlib import Path

import polars as pl
import pytest

from hindcast import paths, warehouse

KINDS = {"integer": pl.Int64, "real": pl.Float64}
TABLES = ("events", "aircraft", "Findings", "Events_Sequence")


def typed(file: Path, table: str) -> pl.DataFrame:
    schema = pl.read_csv(paths.reference() / "eadms_schema.csv").filter(pl.col("table") == table)
    kinds = dict(schema.select("column", "dtype").iter_rows())
    frame = pl.read_csv(file, infer_schema=False).with_columns(pl.all().str.strip_chars())
    numbers = [
        pl.col(c).cast(pl.Float64).cast(KINDS[kinds[c]])
        for c in frame.columns
        if kinds.get(c) in KINDS
    ]
    dates = [
        pl.col(c).str.to_datetime(strict=False) for c in frame.columns if kinds.get(c) == "datetime"
    ]
    flags = [pl.col(c) == "1" for c in frame.columns if kinds.get(c) == "boolean"]
    return frame.with_columns(*numbers, *dates, *flags, release=pl.lit("avall_2008_2021"))


@pytest.mark.real
def test_real_records_keep_their_rows_and_decode_whole(real_records, tmp_path):
    core = tmp_path / "core"
    core.mkdir()
    frames = {
        t: typed(real_records / "ntsb" / "avall_2008_2021" / f"{t}.csv.gz", t) for t in TABLES
    }
    known = frames["events"].select("ev_id")
    for table, frame in frames.items():
        frame.join(known, on="ev_id", how="semi").write_parquet(core / f"{table}.parquet")
    database = tmp_path / "hindcast.duckdb"
    warehouse.load(core, database)
    facts = warehouse.export(database, tmp_path / "out")
    assert facts["star"]["fact_accidents"] == frames["events"].height
    assert facts["undecoded"] == {"phase_no": 0, "occurrence_code": 0}
    assert (
        warehouse.query("SELECT sum(events) AS n FROM mart_yearly", database).n[0] == known.height
    )
    assert warehouse.load(core, database).is_noop
