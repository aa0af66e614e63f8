"""A load that fails or is stopped leaves what stood, and says what to do."""

import subprocess
import sys
import textwrap

import duckdb
import polars as pl
import pytest

from hindcast import paths, warehouse
from hindcast.warehouse import WarehouseError

CHILD = """
import sys, time
from pathlib import Path
from hindcast.warehouse import load, sql

run = sql.run
def stopping(connection, name, **names):
    run(connection, name, **names)
    if (name, names.get("table")) == {step!r}:
        print("there", flush=True)
        {then}
sql.run = stopping
load(Path(sys.argv[1]), Path(sys.argv[2]))
"""
STEPS = [("merge/take_out", "events"), ("star/assertions", None)]


def start(step, then: str, core, database) -> subprocess.Popen:
    code = textwrap.dedent(CHILD).format(step=step, then=then)
    arguments = [sys.executable, "-c", code, str(core), str(database)]
    return subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=paths.root()
    )


def state(database) -> dict:
    names = ["meta_load", "meta_change", "core.events", "fact_accidents", "dim_aircraft"]
    return {n: warehouse.query(f"FROM {n} ORDER BY ALL", database).to_csv() for n in names}


def moved(records):
    elsewhere = pl.lit("Elsewhere").alias("ev_city")
    return records.change("events", lambda e: e.with_columns(elsewhere)).write()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[0].replace("/", "-"))
def test_a_killed_load_leaves_the_previous_state_and_a_running_one_is_named(records, loaded, step):
    before = state(loaded)
    core = moved(records)
    child = start(step, "time.sleep(60)", core, loaded)
    assert child.stdout.readline() == "there\n", child.communicate()
    try:
        with pytest.raises(WarehouseError, match=f"open in another process.*PID {child.pid}"):
            warehouse.load(core, loaded)
        with pytest.raises(WarehouseError, match="open in another process"):
            warehouse.query("FROM meta_load", loaded)
    finally:
        child.kill()
        child.communicate()
    assert state(loaded) == before
    assert warehouse.load(core, loaded).rows["events"] == {"changed": 4}


def test_the_very_first_load_killed_can_be_run_again(records, database):
    core = records.write()
    child = start(("merge/log", None), "time.sleep(60)", core, database)
    assert child.stdout.readline() == "there\n", child.communicate()
    child.kill()
    child.communicate()
    assert warehouse.load(core, database).load_id == 1


def test_a_full_disk_is_named_and_leaves_the_previous_state(records, loaded):
    """The child may not let a file grow past a limit, as a full disk would not."""
    before = state(loaded)
    words = [pl.col("n").hash(seed).cast(pl.String) for seed in range(20)]
    records.frames["narratives"] = pl.DataFrame({"n": range(10_000)}).select(
        ev_id=pl.format("20200401X{}", "n"), Aircraft_Key=1, narr_cause=pl.concat_str(words)
    )
    limit = loaded.stat().st_size + 100_000
    stop = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
    child = start(("merge/compared", None), stop, records.write(), loaded)
    _, said = child.communicate(timeout=120)
    assert child.returncode == 1
    assert "WarehouseError" in said and "disk is full" in said
    assert state(loaded) == before


@pytest.mark.parametrize("content", [b"no database at all " * 500, b"x"])
def test_a_damaged_file_is_named_and_left_alone(records, database, content):
    database.parent.mkdir(parents=True)
    database.write_bytes(content)
    with pytest.raises(WarehouseError, match="damaged or no DuckDB file: move it away"):
        warehouse.load(records.write(), database)
    assert database.read_bytes() == content


def test_a_truncated_file_is_no_warehouse(records, loaded):
    core = records.write()
    loaded.write_bytes(loaded.read_bytes()[: 3 * 4096 + 100])
    with pytest.raises(WarehouseError):
        warehouse.load(core, loaded)


def test_a_newer_schema_is_refused(records, loaded):
    core = records.write()
    with duckdb.connect(str(loaded)) as connection:
        connection.execute("UPDATE meta_schema SET version = 99")
    with pytest.raises(
        WarehouseError, match=r"newer hindcast \(schema 99; this one knows up to 1\)"
    ):
        warehouse.load(core, loaded)


def test_another_programs_database_is_refused(records, database):
    database.parent.mkdir(parents=True)
    duckdb.connect(str(database)).execute("CREATE TABLE t (a INTEGER)").close()
    with pytest.raises(WarehouseError, match="no hindcast warehouse"):
        warehouse.load(records.write(), database)


def test_no_warehouse_yet_says_what_to_run(database):
    with pytest.raises(WarehouseError, match="hindcast stage warehouse"):
        warehouse.query("SELECT 1", database)


def test_a_query_cannot_write(loaded):
    with pytest.raises(WarehouseError, match="may not be written"):
        warehouse.query("DELETE FROM core.events", loaded)


def test_no_checked_tables_says_what_to_run(tmp_path, database):
    with pytest.raises(WarehouseError, match="hindcast stage validate"):
        warehouse.load(tmp_path, database)


def test_a_table_without_its_key_is_refused(records, database):
    records.change("aircraft", lambda a: a.drop("Aircraft_Key"))
    with pytest.raises(WarehouseError, match=r"aircraft\.parquet lacks Aircraft_Key"):
        warehouse.load(records.write(), database)


def test_a_repeated_key_is_refused_and_nothing_loaded(records, loaded):
    records.change("aircraft", lambda a: pl.concat([a, a.head(2)]))
    with pytest.raises(WarehouseError, match="aircraft: 2 of 7 rows repeat a key"):
        warehouse.load(records.write(), loaded)
    assert len(warehouse.query("FROM meta_load", loaded)) == 1
    assert len(warehouse.query("FROM fact_accidents", loaded)) == 4
