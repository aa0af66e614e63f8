"""What leaves the warehouse: the same bytes for the same records, and nobody's name."""

import json

import polars as pl
import pytest

from hindcast import warehouse

PERSONAL = {
    "regis_no", "oper_name", "oper_individual_name", "oper_dba", "owner_acft", "acft_serial_no",
    "crew_age", "age_band_years", "crew_city", "acft_make", "acft_model", "aircraft_key",
}  # fmt: skip


def files(folder) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_exports_do_not_depend_on_what_was_loaded_before(records, database, tmp_path):
    other = pl.col("ev_id").str.replace("20200101", "20200105")
    fresh = records.write()
    for name in records.frames:
        records.change(name, lambda frame: frame.with_columns(other))
    del records.frames["Findings"]
    for core in (records.write("carol_2020"), fresh):
        warehouse.load(core, database)
    warehouse.export(database, tmp_path / "second")
    warehouse.load(fresh, tmp_path / "clean.duckdb")
    warehouse.export(tmp_path / "clean.duckdb", tmp_path / "first")
    assert files(tmp_path / "first") == files(tmp_path / "second")


def test_accidents_lie_by_year_and_hold_every_event(records, database, tmp_path):
    undated = pl.when(pl.col("ev_id") != "20200303X00003").then("ev_date")
    records.change("events", lambda e: e.with_columns(ev_date=undated))
    warehouse.load(records.write(), database)
    warehouse.export(database, tmp_path)
    years = sorted(folder.name for folder in (tmp_path / "accidents").iterdir())
    assert years == ["year=2020", "year=__HIVE_DEFAULT_PARTITION__"]
    found = pl.concat(pl.read_parquet(file) for file in (tmp_path / "accidents").rglob("*.parquet"))
    assert found["ev_id"].is_unique().all() and found.height == 4


def test_exporting_again_replaces_years_that_are_gone(records, loaded, tmp_path):
    warehouse.export(loaded, tmp_path)
    later = records.change("events", lambda e: e.with_columns(pl.col("ev_date").dt.offset_by("1y")))
    warehouse.load(later.write(), loaded)
    warehouse.export(loaded, tmp_path)
    assert [folder.name for folder in (tmp_path / "accidents").iterdir()] == ["year=2021"]
    assert {folder.name for folder in tmp_path.iterdir()} >= {"accidents", "marts", "load.json"}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".accidents")]


def test_no_person_aircraft_or_operator_is_exported(records, database, tmp_path):
    out = tmp_path / "out"
    warehouse.load(records.write(), database)
    warehouse.export(database, out)
    for file in out.rglob("*.parquet"):
        frame = pl.read_parquet(file)
        assert not PERSONAL & set(frame.columns)
        text = frame.write_csv()
        assert not [word for word in ("N00TEST", "Invented", "SOMEBODY") if word in text]


def test_load_json_tells_rows_and_content(records, loaded, tmp_path):
    facts = warehouse.export(loaded, tmp_path)
    assert json.loads((tmp_path / "load.json").read_text()) == facts
    assert facts["tables"]["events"]["rows"] == 4
    assert facts["star"]["fact_accidents"] == 4
    changed = records.change("events", lambda e: e.with_columns(ev_city=pl.lit("Elsewhere")))
    warehouse.load(changed.write(), loaded)
    assert warehouse.export(loaded, tmp_path)["fingerprint"] != facts["fingerprint"]


@pytest.mark.parametrize("name", ["yearly", "state", "make", "make_model", "phase", "cause"])
def test_every_mart_is_exported(records, loaded, tmp_path, name):
    warehouse.export(loaded, tmp_path)
    mart = pl.read_parquet(tmp_path / "marts" / f"{name}.parquet")
    known = mart.filter(pl.col("fatal_share").is_not_null())
    low, share, high = (known[c] for c in ("fatal_share_low", "fatal_share", "fatal_share_high"))
    assert (low <= share).all() and (share <= high).all() and known.height
