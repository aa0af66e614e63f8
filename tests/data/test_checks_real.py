"""The gates on real records, where there are some: what is known of them must come out."""

import polars as pl
import pytest

from hindcast.checks import gates, validate
from hindcast.checks.gate3 import Limits
from hindcast.sources import schema

LIMITS = Limits(0.3, 5.0, 12.0, 0.25)


def raw_tables(folder):
    """Read a folder of TABLE.csv.gz as raw tables."""
    tables = {}
    for path in sorted(folder.glob("*.csv.gz")):
        name = schema.table_named(path.name.partition(".")[0])
        frame = pl.read_csv(path, infer_schema=False).with_columns(pl.all().replace("", None))
        frame.columns = schema.spelled(name, frame.columns)
        tables[name] = frame.with_columns(release=pl.lit(folder.name))
    return tables


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "unit", "uninjured"),
    [("avall_2008_2021", "degF", True), ("avall_full_columns", "degC", False)],
)
def test_a_real_release_passes_with_what_is_known_of_it(real_records, name, unit, uninjured):
    raw = raw_tables(real_records / "ntsb" / name)
    core, ledger, decided = gates.run(raw, LIMITS)
    assert decided.temperature[name]["unit"] == unit
    assert decided.injuries[name]["includes_uninjured"] is uninjured
    assert core["events"].height == raw["events"].height
    assert {table: counts["in"] for table, counts in ledger.counts.items()} == {
        table: frame.height for table, frame in raw.items()
    }
    rejecting = {
        one["id"]
        for one in ledger.outcomes.values()
        if one["rows_hit"] and one["severity"] == "reject"
    }
    assert all(rule.endswith((".orphan", ".parent_rejected")) for rule in rejecting)
    assert core["events"]["wx_temp"].median() == pytest.approx(18, abs=6)


@pytest.mark.real
def test_no_column_of_a_full_release_is_lost(real_records, tmp_path):
    raw = raw_tables(real_records / "ntsb" / "avall_full_columns")
    (tmp_path / "raw").mkdir()
    for table, frame in raw.items():
        frame.write_parquet(tmp_path / "raw" / f"{table}.parquet")
    validate(tmp_path / "raw", tmp_path)
    for table, frame in raw.items():
        kept = pl.read_parquet_schema(tmp_path / "core" / f"{table}.parquet")
        assert set(frame.columns) <= set(kept)
