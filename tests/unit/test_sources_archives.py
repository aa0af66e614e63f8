"""What zip archives say of themselves is checked, before unpacking and while it goes on."""

import struct
import zipfile

import pytest

from hindcast.sources import archives
from hindcast.sources.base import SourceError


def zipped(tmp_path, members, method=zipfile.ZIP_DEFLATED):
    path = tmp_path / "avall.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_the_access_files_in_it_are_found_whatever_their_case(tmp_path):
    path = zipped(tmp_path, {"b/PRE1982.MDB": b"1", "avall.mdb": b"2", "readme.txt": b"3"})
    assert archives.databases(path) == ["avall.mdb", "b/PRE1982.MDB"]


def test_a_member_is_unpacked_under_its_bare_name(tmp_path):
    path = zipped(tmp_path, {"deep/down/avall.mdb": b"content"})
    target = archives.extracted(path, "deep/down/avall.mdb", tmp_path)
    assert target == tmp_path / "avall.mdb"
    assert target.read_bytes() == b"content"


def test_a_zip_without_an_access_file_says_what_it_holds(tmp_path):
    with pytest.raises(SourceError, match=r"avall\.zip holds no Access file.*found readme\.txt"):
        archives.databases(zipped(tmp_path, {"readme.txt": b""}))


@pytest.mark.parametrize("name", ["../avall.mdb", "/etc/avall.mdb", "a/../../b.mdb", "C:/x.mdb"])
def test_a_path_that_climbs_out_is_refused(tmp_path, name):
    path = zipped(tmp_path, {name: b"x"})
    with pytest.raises(SourceError, match="climbs out"):
        archives.databases(path)
    with pytest.raises(SourceError, match="climbs out"):
        archives.extracted(path, name, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["avall.zip"]


def test_a_bomb_is_refused_from_what_the_directory_says(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_CHUNK", 1000)
    path = zipped(tmp_path, {"avall.mdb": bytes(2_000_000)})
    with pytest.raises(SourceError, match=r"unpacks to 2,000,000 bytes"):
        archives.databases(path)


def test_more_than_an_access_file_can_hold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 99)
    with pytest.raises(SourceError, match="no release does"):
        archives.databases(zipped(tmp_path, {"avall.mdb": bytes(100)}))


def test_a_directory_that_lies_about_the_size_is_found_out(tmp_path):
    """The directory says 10 bytes; the data go on. What came is not taken for the file."""
    path = zipped(tmp_path, {"avall.mdb": bytes(5_000)})
    content = bytearray(path.read_bytes())
    entry = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, entry + 24, 10)
    path.write_bytes(content)
    with pytest.raises(SourceError, match="is damaged"):
        archives.extracted(path, "avall.mdb", tmp_path)


def test_the_limit_holds_while_unpacking_too(tmp_path, monkeypatch):
    path = zipped(tmp_path, {"avall.mdb": bytes(3_000)})
    monkeypatch.setattr(archives, "_check_member", lambda *_: None)
    monkeypatch.setattr(archives, "MAX_BYTES", 1_000)
    with pytest.raises(SourceError, match="unpacks to 3,000 bytes"):
        archives.extracted(path, "avall.mdb", tmp_path)


def test_a_cut_off_zip_is_refused(tmp_path):
    path = zipped(tmp_path, {"avall.mdb": bytes(5_000)})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SourceError, match="no zip archive or is cut off"):
        archives.databases(path)


def test_damaged_content_is_refused(tmp_path):
    path = zipped(tmp_path, {"avall.mdb": b"0123456789" * 50}, zipfile.ZIP_STORED)
    content = path.read_bytes().replace(b"0123456789", b"012345678X", 1)
    path.write_bytes(content)
    with pytest.raises(SourceError, match="is damaged"):
        archives.extracted(path, "avall.mdb", tmp_path)


def test_an_encrypted_member_is_refused(tmp_path):
    path = zipped(tmp_path, {"avall.mdb": b"x"})
    content = bytearray(path.read_bytes())
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(SourceError, match="protected by a password"):
        archives.databases(path)
