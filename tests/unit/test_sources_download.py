"""Fetching archives from a server of this machine that fails in every way servers fail."""

import io
import json
import re
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hindcast.sources import download as module
from hindcast.sources.download import DownloadError, download

WAITS = (0.0, 0.0)


def archive(size=200_000):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as made:
        made.writestr("avall.mdb", bytes(range(256)) * (size // 256))
    return content.getvalue()


class Server:
    """Answers each request in the next mood of a list, then whole."""

    def __init__(self, content):
        self.content, self.moods, self.ranges = content, [], []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked = self.headers.get("Range")
                outer.ranges.append(asked)
                getattr(outer, outer.moods.pop(0) if outer.moods else "whole")(self, asked)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def where(self, name):
        return f"{self.address}/{name}"

    def _head(self, handler, status, length):
        handler.send_response(status)
        handler.send_header("Content-Length", str(length))
        handler.end_headers()

    def whole(self, handler, asked):
        start = int(re.search(r"\d+", asked).group()) if asked else 0
        if start >= len(self.content):
            self._head(handler, 416, 0)
            return
        self._head(handler, 206 if asked else 200, len(self.content) - start)
        handler.wfile.write(self.content[start:])

    def stubborn(self, handler, asked):
        self._head(handler, 200, len(self.content))
        handler.wfile.write(self.content)

    def cut(self, handler, asked):
        start = int(re.search(r"\d+", asked).group()) if asked else 0
        self._head(handler, 206 if asked else 200, len(self.content) - start)
        handler.wfile.write(self.content[start : start + 50_000])

    def busy(self, handler, asked):
        handler.send_error(503)

    def missing(self, handler, asked):
        handler.send_error(404)

    def page(self, handler, asked):
        self._head(handler, 200, 21)
        handler.wfile.write(b"<html>Come back</html>"[:21])

    def drop(self, handler, asked):
        handler.connection.close()


@pytest.fixture
def server():
    made = Server(archive())
    yield made
    made.server.shutdown()
    made.server.server_close()


def fetch(server, to, *moods):
    server.moods = list(moods)
    return download(to, ("avall.zip",), where=server.where, waits=WAITS)


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_archive_is_there_with_size_and_digest(server, tmp_path):
    (path,) = fetch(server, tmp_path)
    assert path.read_bytes() == server.content
    noted = json.loads((tmp_path / "avall.zip.json").read_text())
    assert noted["bytes"] == len(server.content)
    assert noted["sha256"] == module._sha256(path)
    assert left(tmp_path) == ["avall.zip", "avall.zip.json"]


def test_what_is_there_and_whole_is_not_fetched_again(server, tmp_path):
    fetch(server, tmp_path)
    fetch(server, tmp_path)
    assert len(server.ranges) == 1
    (tmp_path / "avall.zip").write_bytes(b"damaged since")
    fetch(server, tmp_path)
    assert (tmp_path / "avall.zip").read_bytes() == server.content


def test_a_cut_connection_is_resumed_where_it_stopped(server, tmp_path):
    (path,) = fetch(server, tmp_path, "cut", "cut", "whole")
    assert server.ranges == [None, "bytes=50000-", "bytes=100000-"]
    assert path.read_bytes() == server.content


def test_a_server_that_cannot_resume_is_read_from_the_start(server, tmp_path):
    (path,) = fetch(server, tmp_path, "cut", "stubborn")
    assert path.read_bytes() == server.content


def test_three_tries_and_the_bytes_stay_for_the_next_run(server, tmp_path):
    with pytest.raises(DownloadError, match=r"connection ended after 150,000 of"):
        fetch(server, tmp_path, "cut", "cut", "cut")
    assert left(tmp_path) == ["avall.zip.part"]
    fetch(server, tmp_path, "whole")
    assert server.ranges[-1] == "bytes=150000-"
    assert left(tmp_path) == ["avall.zip", "avall.zip.json"]


def test_waits_grow_between_tries(server, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(module.time, "sleep", waited.append)
    server.moods = ["busy", "drop", "busy"]
    with pytest.raises(DownloadError):
        download(tmp_path, ("avall.zip",), where=server.where)
    assert waited == sorted(waited)
    assert len(waited) == 2
    assert waited[1] > waited[0] > 0


@pytest.mark.parametrize("moods", [("missing",), ("busy",) * 3, ("drop",) * 3])
def test_a_refusal_is_one_line_and_leaves_nothing(server, tmp_path, moods):
    with pytest.raises(DownloadError) as error:
        fetch(server, tmp_path, *moods)
    assert "\n" not in str(error.value)
    assert "avall.zip could not be fetched from http://127.0.0.1" in str(error.value)
    assert left(tmp_path) == []


def test_nobody_listening_is_a_refusal(tmp_path):
    with pytest.raises(DownloadError, match="could not be fetched"):
        download(tmp_path, ("a.zip",), where=lambda name: "http://127.0.0.1:9/a.zip", waits=WAITS)
    assert left(tmp_path) == []


def test_not_found_is_not_asked_for_again(server, tmp_path):
    with pytest.raises(DownloadError, match="Not Found"):
        fetch(server, tmp_path, "missing")
    assert len(server.ranges) == 1


def test_a_page_in_place_of_the_archive_is_thrown_away(server, tmp_path):
    with pytest.raises(DownloadError, match="no sound zip"):
        fetch(server, tmp_path, "page", "page", "page")
    assert left(tmp_path) == []


def test_a_part_of_another_version_does_not_get_into_the_archive(server, tmp_path):
    """NTSB replaces avall.zip every month: half of the old and half of the new is no archive."""
    (tmp_path / "avall.zip.part").write_bytes(b"\x00" * 60_000)
    (path,) = fetch(server, tmp_path)
    assert path.read_bytes() == server.content


def test_a_part_longer_than_the_file_is_started_anew(server, tmp_path):
    (tmp_path / "avall.zip.part").write_bytes(bytes(len(server.content) + 1))
    (path,) = fetch(server, tmp_path)
    assert path.read_bytes() == server.content


def test_the_addresses_are_ntsbs():
    for name in module.ARCHIVES:
        assert module.address(name) == (
            f"https://data.ntsb.gov/avdata/FileDirectory/DownloadFile?fileID=C%3A%5Cavdata%5C{name}"
        )
