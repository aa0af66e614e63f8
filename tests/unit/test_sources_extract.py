"""Extraction as a whole: merging, the inventory, and what is left behind when it goes wrong."""

import resource
import signal

import polars as pl
import pytest

from hindcast import source, sources
from hindcast.sources import conflicts, extraction, merge, summary
from hindcast.sources.base import Source, SourceError, UnmappedError

SIMULATED = {"seed": 1, "simulated_events": 5, "simulated_first_year": 2008}
SIMULATED["simulated_last_year"] = 2008
FLAT = (
    "Event.Id,Investigation.Type,Accident.Number,Event.Date,Injury.Severity\n"
    "2010X2,Accident,B,2010-03-04,Fatal(1)\n2009X9,Accident,C,2009-03-04,Non-Fatal\n"
)


def put(raw, release, **tables):
    folder = raw / release
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)


def extract(raw, out):
    return sources.extract(raw, out, **SIMULATED)


def table(out, name):
    return pl.read_parquet(out / "raw" / f"{name}.parquet")


@pytest.fixture
def raw(tmp_path):
    """Two releases that share an event, the second one changed later."""
    folder = tmp_path / "raw"
    put(
        folder,
        "old",
        events="ev_id,ev_date,ev_city,wx_temp,lchg_date\n"
        "2010X1,2010-01-01 00:00:00,A,5,2011-01-01 00:00:00\n"
        "2010X2,2010-02-02 00:00:00,B,7,2011-01-01 00:00:00\n",
        aircraft="ev_id,Aircraft_Key,damage\n2010X1,1,SUBS\n2010X2,1,SUBS\n2010X2,2,SUBS\n",
        injury="ev_id,Aircraft_Key,inj_person_category,injury_level,inj_person_count\n"
        "2010X2,1,PILT,FATL,1\n",
    )
    put(
        folder,
        "new",
        events="ev_id,ev_date,ev_city,wx_temp,lchg_date\n"
        "2010X2,2010-02-02 00:00:00,B,7.0,2012-01-01 00:00:00\n"
        "2011X3,2011-02-02 00:00:00,C,9.0,2012-01-01 00:00:00\n",
        aircraft="ev_id,Aircraft_Key,damage\n2010X2,1,DEST\n2011X3,1,MINR\n",
    )
    return folder


def test_all_rows_of_an_event_come_from_the_release_that_wins(raw, tmp_path):
    found = extract(raw, tmp_path / "out")
    events = table(tmp_path / "out", "events").sort("ev_id")
    assert events.select("ev_id", "release").rows() == [
        ("2010X1", "old"), ("2010X2", "new"), ("2011X3", "new"),
    ]  # fmt: skip
    aircraft = table(tmp_path / "out", "aircraft").filter(pl.col("ev_id") == "2010X2")
    assert aircraft.select("Aircraft_Key", "damage").rows() == [("1", "DEST")]
    assert table(tmp_path / "out", "injury").height == 0
    assert found["superseded_rows"] == {"events": 1, "aircraft": 2, "injury": 1}


def test_conflicts_count_events_in_two_releases_with_different_contents(raw, tmp_path):
    found = extract(raw, tmp_path / "out")["conflicts"]
    assert found == {
        "events_in_several_releases": 1,
        "pairs": [{"kept": "new", "superseded": "old", "events": 1, "different": 1}],
    }


def test_ways_of_writing_a_number_are_no_conflict(tmp_path):
    for release, temperature, stamp in (("a", "7", "2011-01-01"), ("b", "7.0 ", "2012-01-01")):
        text = f"ev_id,ev_date,wx_temp,lchg_date\n2010X1,2010-01-01,{temperature},{stamp}\n"
        put(tmp_path / "raw", release, events=text)
    pairs = extract(tmp_path / "raw", tmp_path / "out")["conflicts"]["pairs"]
    assert [(pair["events"], pair["different"]) for pair in pairs] == [(1, 0)]


def test_a_flat_file_gives_only_what_the_tables_lack(raw, tmp_path):
    (raw / "AviationData.csv").write_text(FLAT)
    found = extract(raw, tmp_path / "out")
    assert found["kind"] == "aviationdata+eadms_csv"
    assert found["tables"]["events"]["releases"] == {"AviationData": 1, "new": 2, "old": 1}


def test_an_orphan_goes_with_the_first_release_that_has_it(raw, tmp_path):
    """Rows of no event are not lost here: the checks put them into quarantine."""
    put(raw, "old", engines="ev_id,Aircraft_Key,eng_no\nnowhere,1,1\n,1,1\n")
    put(raw, "new", engines="ev_id,Aircraft_Key,eng_no\nnowhere,1,2\n")
    extract(raw, tmp_path / "out")
    rows = table(tmp_path / "out", "engines").select("ev_id", "eng_no").rows()
    assert sorted(rows, key=str) == [("nowhere", "2"), (None, "1")]


def test_precedence_is_as_stated(tmp_path):
    names = {"avall": "access", "Pre2008": "access", "up01JAN": "access", "up25DEC": "access"}
    names |= {"f_old": "eadms_csv", "f_new": "eadms_csv", "flat": "aviationdata"}
    changed = {"up01JAN": "2022", "up25DEC": "2021", "f_new": "2020", "f_old": "2019"}
    extracted = []
    for name, kind in reversed(names.items()):
        folder = tmp_path / name
        folder.mkdir()
        frame = pl.DataFrame({"ev_id": ["1"], "lchg_date": [changed.get(name)]})
        frame.with_columns(pl.col("lchg_date").cast(pl.String)).write_parquet(
            folder / "events.parquet"
        )
        extracted.append(merge.Extracted(Source(kind, name, ()), folder))
    order = [one.source.release for one in merge.ranked(extracted)]
    assert order == ["up01JAN", "up25DEC", "avall", "Pre2008", "f_new", "f_old", "flat"]


def test_duplicate_keys_are_kept_for_the_checks(tmp_path):
    put(tmp_path / "raw", "a", events="ev_id,ev_date\n2010X1,2010-01-01\n2010X1,2010-01-01\n")
    put(tmp_path / "raw", "b", events="ev_id,ev_date\n2010X1,2010-01-01\n")
    found = extract(tmp_path / "raw", tmp_path / "out")
    assert (found["tables"]["events"]["rows"], found["events"]) == (2, 1)


def test_absent_and_empty_are_two_facts(tmp_path):
    put(tmp_path / "raw", "a", events="ev_id,ev_date,ev_city\n2010X1,2010-01-01,\n")
    facts = extract(tmp_path / "raw", tmp_path / "out")["tables"]["events"]
    assert facts["empty"] == ["ev_city"]
    assert "light_cond" in facts["absent"]
    assert "ev_city" not in facts["absent"]
    assert facts["columns"] == ["ev_id", "ev_date", "ev_city"]


def test_a_table_without_rows_has_no_empty_columns(tmp_path):
    put(
        tmp_path / "raw",
        "a",
        events="ev_id,ev_date\n1,2010-01-01\n",
        aircraft="ev_id,Aircraft_Key\n",
    )
    found = extract(tmp_path / "raw", tmp_path / "out")
    assert found["tables"]["aircraft"]["empty"] == []
    assert "engines" in found["tables_absent"]


def test_a_date_in_2150_does_not_stretch_the_span(tmp_path):
    days = ("2010-01-01 00:00:00", "2150-01-01 00:00:00", "0010-01-01 00:00:00", "03/04/12", "soon")
    rows = "".join(f"2012X{n},{day}\n" for n, day in enumerate(days))
    put(tmp_path / "raw", "a", events=f"ev_id,ev_date\n{rows}")
    found = extract(tmp_path / "raw", tmp_path / "out")
    assert (found["first"], found["last"]) == ("2010-01-01", "2012-03-04")
    assert (found["dates_impossible"], found["dates_unread"]) == (2, 1)
    assert table(tmp_path / "out", "events").height == len(days)


def test_equal_records_give_equal_bytes(raw, tmp_path):
    for name in ("one", "two"):
        extract(raw, tmp_path / name)
    one, two = (
        {p.relative_to(tmp_path / n): p.read_bytes() for p in (tmp_path / n).rglob("*.*")}
        for n in ("one", "two")
    )
    assert one == two
    text = (tmp_path / "one" / "inventory.json").read_text()
    assert str(tmp_path) not in text


def test_facts_and_label_tell_the_source(raw, tmp_path):
    extract(raw, tmp_path / "out")
    facts = source.load(tmp_path / "out" / "inventory.json")
    assert facts.label == "Source: NTSB eADMS new + old, 2010-2011"
    assert (facts.events, facts.simulated) == (3, False)


def test_no_inventory_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="hindcast stage extract"):
        source.load(tmp_path / "inventory.json")


def test_summaries_hold_what_the_page_shows(raw, tmp_path):
    found = extract(raw, tmp_path / "out")
    assert summary.releases(found)["events"].to_list() == [2, 1]
    assert summary.tables(found).filter(pl.col("table") == "aircraft")["rows"].item() == 3
    assert summary.columns(found, "absent")["table"].to_list() == ["events", "aircraft", "injury"]
    assert summary.conflicts(found).height == 1
    years = summary.events_by_year(tmp_path / "out" / "raw")
    assert years.rows() == [(2010, "new", 1), (2010, "old", 1), (2011, "new", 1)]


def test_where_there_are_no_records_the_simulated_set_is_made(tmp_path, monkeypatch):
    def make(folder, *, events, first_year, last_year, seed):
        put(folder.parent, folder.name, events=f"ev_id,ev_date\n{first_year}X1,{last_year}-01-01\n")

    from hindcast.sources import simulated

    monkeypatch.setattr(simulated, "make", make)
    (tmp_path / "raw").mkdir()
    found = extract(tmp_path / "raw", tmp_path / "out")
    assert (found["simulated"], found["kind"]) == (True, "simulated")
    assert table(tmp_path / "out", "events")["release"].to_list() == ["simulated"]
    label = source.load(tmp_path / "out" / "inventory.json").label
    assert label == "SIMULATED records, 2008"


def standing(out):
    return {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def broken_csv(raw, monkeypatch):
    put(raw, "old", narratives="ev_id,Aircraft_Key\n1,1,1\n")


def out_of_room(raw, monkeypatch):
    real = extraction.READERS["eadms_csv"]

    def read(given, folder):
        notes = real(given, folder)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
        try:
            (folder / "more").write_bytes(bytes(1000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        return notes

    monkeypatch.setitem(extraction.READERS, "eadms_csv", read)


def interrupted_while_reading(raw, monkeypatch):
    def read(given, folder):
        (folder / "events.parquet").write_bytes(b"half")
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setitem(extraction.READERS, "eadms_csv", read)


def interrupted_while_renaming(raw, monkeypatch):
    real = type(raw).replace

    def replace(path, target):
        if path.name == "inventory.json":
            raise KeyboardInterrupt
        return real(path, target)

    monkeypatch.setattr(type(raw), "replace", replace)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (broken_csv, SourceError),
        (out_of_room, SourceError),
        (interrupted_while_reading, KeyboardInterrupt),
        (interrupted_while_renaming, KeyboardInterrupt),
    ],
)
def test_whatever_goes_wrong_what_stood_there_stays(raw, tmp_path, monkeypatch, fault, error):
    out = tmp_path / "out"
    extract(raw, out)
    before = standing(out)
    put(raw, "new", events="ev_id,ev_date\n2011X3,2011-02-02\n")
    fault(raw, monkeypatch)
    with pytest.raises(error):
        extract(raw, out)
    assert standing(out) == before
    assert sorted(path.name for path in out.iterdir()) == ["inventory.json", "raw"]


def test_a_full_disk_is_named(raw, tmp_path, monkeypatch):
    out_of_room(raw, monkeypatch)
    with pytest.raises(SourceError, match=r"no room to write .* nothing was changed"):
        extract(raw, tmp_path / "out")


def test_a_schema_that_is_not_mapped_is_left_out_where_others_are_there(raw, tmp_path, monkeypatch):
    real = extraction.READERS["eadms_csv"]

    def read(given, folder):
        if given.release == "old":
            raise UnmappedError("old has the schema used before 1982")
        return real(given, folder)

    monkeypatch.setitem(extraction.READERS, "eadms_csv", read)
    found = extract(raw, tmp_path / "out")
    assert [one["release"] for one in found["releases"]] == ["new"]
    assert found["not_read"] == ["old has the schema used before 1982"]


def test_a_schema_that_is_not_mapped_alone_is_an_error(raw, tmp_path, monkeypatch):
    def read(given, folder):
        raise UnmappedError("the schema used before 1982")

    monkeypatch.setitem(extraction.READERS, "eadms_csv", read)
    with pytest.raises(SourceError, match="before 1982"):
        extract(raw, tmp_path / "out")


def test_comparing_needs_no_common_table(tmp_path):
    for name, columns in (("a", ("ev_id", "x")), ("b", ("ev_id", "y"))):
        (tmp_path / name).mkdir()
        frame = pl.DataFrame({column: ["1"] for column in columns})
        frame.write_parquet(tmp_path / name / "events.parquet")
    both = [merge.Extracted(Source("eadms_csv", n, ()), tmp_path / n) for n in ("a", "b")]
    assert conflicts.count(both)["pairs"][0]["different"] == 0
