"""Access releases through mdb-export, stood in for by a script that writes what it would write."""

import contextlib
import io
import logging
import stat

import polars as pl
import pytest

from hindcast.sources import access, tables
from hindcast.sources.base import Source, SourceError, UnmappedError

JET4 = b"\x00\x01\x00\x00Standard Jet DB\x00\x01" + bytes(4096 - 21)
EVENTS = 'ev_id,ev_date\n"2010X1","2010-05-01 00:00:00"\n'


@pytest.fixture
def mdbtools(tmp_path, monkeypatch):
    """Put mdb-tables and mdb-export on the PATH: scripts that answer from a folder of files."""
    tools, answers = tmp_path / "bin", tmp_path / "answers"
    tools.mkdir()
    answers.mkdir()
    scripts = {
        "mdb-tables": f'cat "{answers}/tables"; cat "{answers}/complaint" >&2 2>/dev/null; true',
        "mdb-export": f'for last; do :; done; echo "$@" >> "{tmp_path}/calls"; '
        f'cat "{answers}/$last.csv"; cat "{answers}/$last.complaint" >&2 2>/dev/null; true',
    }
    for name, body in scripts.items():
        script = tools / name
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    access._date_options.cache_clear()
    yield answers
    access._date_options.cache_clear()


def database(tmp_path, answers, name="avall.mdb", **exports):
    (answers / "tables").write_text("".join(f"{table}\n" for table in exports))
    (answers / "complaint").touch()
    for table, content in exports.items():
        (answers / f"{table}.csv").write_text(content)
        (answers / f"{table}.complaint").touch()
    path = tmp_path / name
    path.write_bytes(JET4)
    return Source("access", path.stem, (path,))


def read(tmp_path, source):
    out = tmp_path / "out"
    out.mkdir()
    return access.read(source, out), {p.stem: pl.read_parquet(p) for p in out.glob("*.parquet")}


def test_every_table_is_exported_and_others_are_named(tmp_path, mdbtools):
    source = database(tmp_path, mdbtools, events=EVENTS, ct_iaids="ct_name\nx\n")
    notes, made = read(tmp_path, source)
    assert made["events"].rows() == [("2010X1", "2010-05-01 00:00:00", "avall")]
    assert notes.unrecognised == ["ct_iaids"]


def test_dates_are_asked_for_in_iso_form(tmp_path, mdbtools):
    """mdb-export's own format has two-digit years, which no one can read without guessing."""
    read(tmp_path, database(tmp_path, mdbtools, events=EVENTS))
    assert f"-D {access.DATE_FORMAT}" in (tmp_path / "calls").read_text()


def test_what_mdb_export_complains_of_is_an_error_though_it_ends_well(tmp_path, mdbtools):
    source = database(tmp_path, mdbtools, events=EVENTS)
    (mdbtools / "events.complaint").write_text("offset 30003200 is beyond EOF\n")
    with pytest.raises(SourceError, match=r"cut off, damaged, or encrypted.*beyond EOF"):
        read(tmp_path, source)


def test_a_table_that_cannot_be_found_at_all_is_an_error(tmp_path, mdbtools):
    source = database(tmp_path, mdbtools, events="")
    with pytest.raises(SourceError, match="cannot be read to its end"):
        read(tmp_path, source)


def test_no_events_table_is_an_error_and_another_missing_is_not(tmp_path, mdbtools):
    source = database(tmp_path, mdbtools, aircraft="ev_id,Aircraft_Key\na,1\n")
    with pytest.raises(SourceError, match=r"avall\.mdb has no events table; found aircraft"):
        read(tmp_path, source)


def test_a_missing_key_column_is_named(tmp_path, mdbtools):
    source = database(tmp_path, mdbtools, events=EVENTS, aircraft="ev_id,damage\na,DEST\n")
    with pytest.raises(SourceError, match=r"avall\.mdb \(aircraft\).*no key column Aircraft_Key"):
        read(tmp_path, source)


def test_the_schema_before_1982_is_told_apart(tmp_path, mdbtools):
    source = database(tmp_path, mdbtools, "PRE1982.MDB", tblFirstHalf="RecNum\n1\n")
    with pytest.raises(UnmappedError, match="before 1982"):
        read(tmp_path, source)


def test_sequences_of_old_releases_keep_their_eras_codes(tmp_path, mdbtools):
    """550 is a descent before 2008 and a landing after: nothing is translated here."""
    rows = (
        "ev_id,Aircraft_Key,Occurrence_No,Occurrence_Code,Phase_of_Flight\n"
        '"a",1,1,250,550\n"a",1,2,310,553\n'
    )
    source = database(tmp_path, mdbtools, "Pre2008.mdb", events=EVENTS, Occurrences=rows)
    _, made = read(tmp_path, source)
    wanted = ("Occurrence_No", "Occurrence_Code", "phase_no", "Defining_ev")
    assert made["Events_Sequence"].select(wanted).rows() == [
        ("1", "250", "550", "1"),
        ("2", "310", "553", "0"),
    ]
    assert made["Occurrences"].height == 2


def test_a_sequence_that_is_there_is_not_doubled(tmp_path, mdbtools):
    given = "ev_id,Aircraft_Key,Occurrence_No,phase_no\na,1,1,400\n"
    old = "ev_id,Aircraft_Key,Occurrence_No,Occurrence_Code,Phase_of_Flight\na,1,1,250,550\n"
    source = database(tmp_path, mdbtools, events=EVENTS, Events_Sequence=given, Occurrences=old)
    _, made = read(tmp_path, source)
    assert made["Events_Sequence"]["phase_no"].to_list() == ["400"]


def test_an_interrupt_ends_the_exporter(tmp_path, mdbtools, monkeypatch):
    source = database(tmp_path, mdbtools, events=EVENTS)
    started = []
    access._date_options()
    run = access.subprocess.Popen

    def popen(*args, **kwargs):
        started.append(run(["sh", "-c", "echo ev_id; sleep 60"], **kwargs))
        return started[-1]

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(access.subprocess, "Popen", popen)
    monkeypatch.setattr(tables, "write", interrupted)
    target = tables.Target(tmp_path, "events", "x", "y")
    with pytest.raises(KeyboardInterrupt):
        access.export(source.files[0], "events", target)
    assert started[0].poll() is not None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"<html>Sorry</html>", "is not an Access database"),
        (JET4 + bytes(100), "cut off: 4,196 bytes are no whole number of 4096-byte pages"),
    ],
)
def test_what_is_plainly_no_access_file_is_refused_before_any_tool_runs(tmp_path, content, said):
    path = tmp_path / "avall.mdb"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=said):
        access.check_file(path)


def test_an_encrypted_file_is_said_to_be_one_perhaps(tmp_path, mdbtools):
    """An Access file with a password has a plain first page and noise after it."""
    source = database(tmp_path, mdbtools)
    (mdbtools / "complaint").write_text("mdb_read_table: failed\n")
    with pytest.raises(SourceError, match="encrypted with a password"):
        read(tmp_path, source)


def test_without_mdbtools_the_message_says_how_to_get_it(tmp_path, monkeypatch, caplog):
    class Fallback:
        def __init__(self, path):
            pass

        def tables(self):
            return ["events"]

        def export(self, name):
            return contextlib.nullcontext(io.BytesIO(EVENTS.encode()))

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(access.jet, "Database", Fallback)
    path = tmp_path / "avall.mdb"
    path.write_bytes(JET4)
    with caplog.at_level(logging.WARNING):
        _, made = read(tmp_path, Source("access", "avall", (path,)))
    assert made["events"].height == 1
    for way in ("apt-get install mdbtools", "conda-forge", "brew install"):
        assert way in caplog.text


def test_the_pure_python_reader_refuses_what_it_cannot_read(tmp_path):
    path = tmp_path / "avall.mdb"
    path.write_bytes(JET4 + bytes(4096 * 3))
    with pytest.raises(SourceError, match="cannot be read"):
        access.jet.Database(path)
