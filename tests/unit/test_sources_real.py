"""The adapters on real records; only counts and agreements are asserted, no row is shown."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from hindcast import sources
from hindcast.sources import access, schema, tables, textfile

pytestmark = pytest.mark.real
needs_mdbtools = pytest.mark.skipif(not access.has_mdbtools(), reason="mdbtools is not installed")
SIMULATED = {"seed": 1, "simulated_events": 5, "simulated_first_year": 2008}
SIMULATED["simulated_last_year"] = 2008
EXACT_DIGITS = 15


@pytest.fixture(scope="module")
def from_csv(real_records, tmp_path_factory):
    out = tmp_path_factory.mktemp("csv")
    found = sources.extract(real_records / "ntsb" / "avall_2008_2021", out, **SIMULATED)
    return found, out / "raw"


def typed(table: str, column: str) -> pl.Expr:
    """Read a value as what it is; a double has 15 digits that two programs agree on."""
    text = pl.col(column)
    if schema.dtypes(table).get(column) in {"integer", "real", "boolean"}:
        return text.cast(pl.Float64, strict=False).round_sig_figs(EXACT_DIGITS)
    return text


@needs_mdbtools
def test_avall_zip_gives_the_tables_of_the_csv_folder_row_for_row(real_records, from_csv, tmp_path):
    raw = tmp_path / "zip"
    raw.mkdir()
    (raw / "avall.zip").symlink_to(real_records / "access" / "avall.zip")
    found = sources.extract(raw, tmp_path / "out", **SIMULATED)
    by_csv, folder = from_csv
    assert found["tables"].keys() == by_csv["tables"].keys()
    for table in found["tables"]:
        one = pl.read_parquet(tmp_path / "out" / "raw" / f"{table}.parquet").drop("release")
        other = pl.read_parquet(folder / f"{table}.parquet").drop("release")
        assert one.columns == other.columns
        unread = [c for c in one.columns if one[c].is_null().ne(other[c].is_null()).any()]
        assert unread == []
        exact = [typed(table, column) for column in one.columns]
        assert one.select(exact).equals(other.select(exact)), table


def test_the_inventory_of_the_csv_folder(from_csv):
    found, _ = from_csv
    rows = {name: facts["rows"] for name, facts in found["tables"].items()}
    assert rows == {
        "events": 23465, "aircraft": 23709, "Flight_Crew": 25641, "flight_time": 16195,
        "engines": 23138, "Findings": 58882, "Events_Sequence": 27374, "narratives": 19657,
        "NTSB_Admin": 23465,
    }  # fmt: skip
    assert (found["first"], found["last"]) == ("2008-01-01", "2021-12-31")
    assert found["tables_absent"] == ["Occurrences", "seq_of_events", "injury"]
    assert "afm_hrs" in found["tables"]["aircraft"]["absent"]
    assert found["tables"]["Findings"]["empty"] == ["Cause_Factor"]


def test_a_release_with_every_column_loses_none(real_records, tmp_path):
    folder = real_records / "ntsb" / "avall_full_columns"
    found = sources.extract(folder, tmp_path, **SIMULATED)
    for path in folder.glob("*.csv.gz"):
        table = path.name.partition(".")[0]
        header = textfile.header(textfile.checked(path))
        assert len(found["tables"][table]["columns"]) == len(header)
    assert "Aircraft_Key" in found["tables"]["Flight_Crew"]["columns"]
    assert found["tables"]["injury"]["rows"] == 25405


def test_the_flat_file_gives_the_same_tables_with_codes(real_records, tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    name = "aviationdata_1982_2007.csv.gz"
    (raw / name).symlink_to(real_records / "ntsb" / name)
    found = sources.extract(raw, tmp_path / "out", **SIMULATED)
    assert found["tables"]["aircraft"]["rows"] == 63911
    assert found["tables"]["events"]["rows"] == found["events"] == 62999
    assert not any("words_without_code" in one for one in found["releases"])
    events = pl.read_parquet(tmp_path / "out" / "raw" / "events.parquet")
    injuries = set(events["ev_highest_injury"].drop_nulls())
    assert injuries == {"FATL", "SERS", "MINR", "NONE"}
    said_fatal = (events["inj_tot_f"].cast(pl.Float64) > 0).fill_null(False)
    assert (events["ev_highest_injury"].filter(said_fatal) == "FATL").all()
    phases = pl.read_parquet(tmp_path / "out" / "raw" / "Events_Sequence.parquet")["phase_no"]
    assert phases.cast(pl.Int64).is_between(500, 610).all()


def test_a_folder_of_several_sources_is_merged(real_records, tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    names = ("avall_full_columns", "aviationdata_1982_2007.csv.gz", "carol_2008_2021.csv.gz")
    for name in names:
        (raw / name).symlink_to(real_records / "ntsb" / name)
    found = sources.extract(raw, tmp_path / "out", **SIMULATED)
    releases = [one["release"] for one in found["releases"]]
    assert releases == ["avall_full_columns", "carol_2008_2021", "aviationdata_1982_2007"]
    assert found["events"] == found["tables"]["events"]["rows"]
    pairs = {(one["kept"], one["superseded"]): one["events"] for one in found["conflicts"]["pairs"]}
    assert sum(pairs.values()) == found["conflicts"]["events_in_several_releases"] > 0
    assert pairs["avall_full_columns", "carol_2008_2021"] > 0
    assert found["superseded_rows"]["events"] == sum(pairs.values())


SMALL = {
    "nwind.mdb": ("Orders", 830),
    "DateTestDatabase.mdb": ("DateTest", 6),
    "ASampleDatabase.accdb": ("Asset Items", 65),
    "ntsb_tables.mdb": ("events", 1),
}


@needs_mdbtools
@pytest.mark.parametrize("name", SMALL)
def test_access_files_of_other_makes_are_read(real_records, tmp_path, monkeypatch, name):
    """JET3, JET4 and ACE12: any table of theirs, through the same stream as NTSB's."""
    table, rows = SMALL[name]
    path = real_records / "access" / name
    access.check_file(path)
    assert table in access.table_names(path)
    monkeypatch.setattr(tables, "checked_header", lambda header, target: header)
    assert access.export(path, table, tables.Target(tmp_path, "events", "x", name)) == rows


@pytest.mark.parametrize(
    ("name", "table"), [("nwind.mdb", "Customers"), ("ASampleDatabase.accdb", "Asset Items")]
)
def test_the_pure_python_reader_reads_what_mdb_export_reads(real_records, name, table):
    path = real_records / "access" / name
    with access.jet.Database(path).export(table) as stream:
        header = textfile.header_of(stream)
        rows = sum(batch.num_rows for batch in tables.batches(stream, header, "utf-8"))
    assert rows == {"Customers": 91, "Asset Items": 65}[table]


def test_the_pure_python_reader_agrees_on_a_table_of_avall(real_records, from_csv, tmp_path):
    path = access.archives.extracted(real_records / "access" / "avall.zip", "avall.mdb", tmp_path)
    with access.jet.Database(path).export("flight_time") as stream:
        target = tables.Target(tmp_path, "flight_time", "x", path.name)
        tables.write(stream, textfile.header_of(stream), target)
    one, other = (pl.read_parquet(f / "flight_time.parquet") for f in (tmp_path, from_csv[1]))
    exact = [typed("flight_time", column) for column in schema.columns()["flight_time"][:6]]
    assert one.select(exact).equals(other.select(exact))


@pytest.fixture
def avall_mdb(real_records, tmp_path) -> Path:
    source = real_records / "access" / "avall.zip"
    return access.archives.extracted(source, "avall.mdb", tmp_path)


@needs_mdbtools
def test_a_release_cut_between_pages_is_found_out(avall_mdb, tmp_path):
    """mdb-export itself ends with success here and gives fewer rows."""
    whole = avall_mdb.stat().st_size // 4096
    with avall_mdb.open("r+b") as file:
        file.truncate(whole * 3 // 4 * 4096)
    with pytest.raises(sources.SourceError, match="cut off"):
        sources.extract(tmp_path, tmp_path / "out", **SIMULATED)
    assert not (tmp_path / "out" / "raw").exists()


@needs_mdbtools
def test_a_file_whose_pages_are_noise_is_said_to_be_encrypted_or_damaged(real_records, tmp_path):
    path = tmp_path / "secret.mdb"
    shutil.copyfile(real_records / "access" / "DateTestDatabase.mdb", path)
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(byte ^ 0x5A for byte in content[4096:])
    path.write_bytes(content)
    with pytest.raises(sources.SourceError, match="encrypted with a password"):
        sources.discover(tmp_path)
