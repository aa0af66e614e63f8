"""Which files are records: known by what is in them, never replaced by invented ones unsaid."""

import logging
import zipfile

import pytest

from hindcast.sources import access, discover, locate, location
from hindcast.sources.base import SourceError

JET4 = b"\x00\x01\x00\x00Standard Jet DB\x00\x01" + bytes(4096 - 21)
FLAT = "Event.Id,Investigation.Type,Accident.Number,Event.Date,Injury.Severity\n"


@pytest.fixture(autouse=True)
def tables_in_access(monkeypatch):
    """Every Access file of these tests has an events table, unless its name says otherwise."""

    def names(path):
        return ["Orders"] if "shop" in path.name else ["events", "aircraft"]

    monkeypatch.setattr(access, "table_names", names)


def kinds(raw):
    return [(source.kind, source.release) for source in discover(raw)]


def test_an_empty_folder_and_one_with_a_note_give_the_simulated_source(tmp_path):
    assert kinds(tmp_path) == [("simulated", "simulated")]
    (tmp_path / ".gitkeep").touch()
    (tmp_path / "README.md").write_text("put avall.zip here")
    assert kinds(tmp_path) == [("simulated", "simulated")]


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="no folder"):
        discover(tmp_path / "elsewhere")


def test_the_default_folder_may_be_missing_in_a_fresh_clone(tmp_path, monkeypatch):
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    assert kinds(tmp_path / "data" / "raw") == [("simulated", "simulated")]


def test_records_that_cannot_be_read_are_not_replaced_by_simulated_ones(tmp_path):
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match=r"can be read as NTSB records: found mine\.csv"):
        discover(tmp_path)


def test_every_kind_is_found_here_and_one_folder_down(tmp_path):
    (tmp_path / "avall.mdb").write_bytes(JET4)
    with zipfile.ZipFile(tmp_path / "up01JAN.zip", "w") as archive:
        archive.writestr("up01JAN.mdb", JET4)
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "events.csv").write_text("ev_id\n")
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "AviationData.csv").write_text(FLAT)
    assert kinds(tmp_path) == [
        ("access", "avall"),
        ("access", "up01JAN"),
        ("aviationdata", "AviationData"),
        ("eadms_csv", "release"),
    ]


def test_an_access_file_is_known_by_its_first_bytes(tmp_path):
    (tmp_path / "avall.backup").write_bytes(JET4)
    assert kinds(tmp_path) == [("access", "avall")]


def test_two_levels_down_is_not_looked_at(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "events.csv").write_text("ev_id\n")
    assert kinds(tmp_path) == [("simulated", "simulated")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.txt", b"hello", "not a file of NTSB records"),
        ("other.csv", b"a,b\n1,2\n", "no header of NTSB records"),
        ("odd.csv", "a,b\n1,2\n".encode("utf-16"), "no header of NTSB records"),
        ("empty.csv", b"", "no header of NTSB records"),
        ("shop.mdb", JET4, "no events table"),
    ],
)
def test_what_is_no_record_is_left_alone_and_said(tmp_path, caplog, name, content, said):
    (tmp_path / "events.csv").write_text("ev_id\n")
    (tmp_path / name).write_bytes(content)
    with caplog.at_level(logging.INFO):
        found = discover(tmp_path)
    assert [source.kind for source in found] == ["eadms_csv"]
    assert name in caplog.text
    assert said in caplog.text


def test_a_damaged_release_is_an_error_not_ignored(tmp_path):
    (tmp_path / "events.csv").write_text("ev_id\n")
    (tmp_path / "avall.mdb").write_bytes(JET4[:100])
    with pytest.raises(SourceError, match="cut off"):
        discover(tmp_path)


def test_several_databases_in_one_zip_are_several_releases(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("avall.mdb", JET4)
        archive.writestr("Pre2008.mdb", JET4)
    assert kinds(tmp_path) == [("access", "Pre2008"), ("access", "avall")]


def test_releases_of_one_name_are_told_apart(tmp_path):
    (tmp_path / "avall.mdb").write_bytes(JET4)
    with zipfile.ZipFile(tmp_path / "avall.zip", "w") as archive:
        archive.writestr("avall.mdb", JET4)
    names = [release for _, release in kinds(tmp_path)]
    assert names == ["avall (avall.mdb)", "avall (avall.zip)"]


def test_locate_notes_content_and_place_apart(tmp_path, monkeypatch):
    """DVC hashes the content; moving the records must not make anything run again."""
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    out = tmp_path / "data" / "interim" / "source.json"
    places = tmp_path / "here" / "r", tmp_path / "there" / "r"
    noted = []
    for raw in places:
        raw.mkdir(parents=True)
        (raw / "events.csv").write_text("ev_id\n1\n")
        locate(raw, out)
        noted.append(out.read_bytes())
        assert location() == raw
        assert str(tmp_path) not in out.read_text()
    assert noted[0] == noted[1]
    (places[1] / "events.csv").write_text("ev_id\n2\n")
    locate(places[1], out)
    assert out.read_bytes() != noted[0]


def test_before_any_run_the_location_is_the_default_one(tmp_path, monkeypatch):
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    monkeypatch.delenv("HINDCAST_RAW", raising=False)
    assert location() == tmp_path / "data" / "raw"


def test_locate_says_simulated_and_nothing_else(tmp_path):
    facts = locate(tmp_path, tmp_path / "x" / "source.json")
    assert facts == {"kind": "simulated", "simulated": True, "files": []}
