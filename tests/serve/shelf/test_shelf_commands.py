"""``hindcast shelve`` and ``hindcast shelf``, and the webhook that is told of returns."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typer.testing import CliRunner

from hindcast.cli import app
from hindcast.serve.settings import Settings
from hindcast.serve.shelf import aliases, moves
from hindcast.serve.shelf.telling import tell_returns


@pytest.fixture
def run(models, monkeypatch):
    """Run a command; returns what it printed."""
    monkeypatch.setenv("HINDCAST_MODELS", str(models))
    monkeypatch.setattr("hindcast.cli._registered", lambda *_: None)

    def invoke(*words: str) -> str:
        done = CliRunner().invoke(app, words, env={"COLUMNS": "200"}, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return invoke


def test_the_commands_in_their_usual_order(run, models, shelf, train_anew):
    run("shelve")
    champion = aliases.read(shelf).of("event").champion
    train_anew()
    run("shelve")
    challenger = aliases.read(shelf).of("event").challenger
    run("shelf", "challenge", "event", "--mode", "share=0.25", "--by", "request")
    listed = run("shelf", "list")
    assert champion in listed
    assert "challenger (share 0.25 by request)" in listed
    run("shelf", "promote", "event", "--reason", "it won")
    assert aliases.read(shelf).of("event").champion == challenger
    run("shelf", "rollback", "event")
    assert aliases.read(shelf).of("event").champion == champion
    told = run("shelf", "history")
    assert f"promoted {challenger}: it won" in told
    assert told.strip().splitlines()[-1].endswith(f"rolled back {champion}: asked for")


@pytest.fixture
def webhook():
    """A server that keeps what it is sent: its address and the messages."""
    got: list[dict] = []

    class Keeps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Keeps)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", got
    server.shutdown()
    thread.join()
    server.server_close()


async def _tell_twice(settings: Settings) -> None:
    await tell_returns(settings)
    await tell_returns(settings)


def test_the_webhook_is_told_once_of_a_return_and_once_of_its_end(
    two, models, shelf, tmp_path, webhook
):
    url, got = webhook
    settings = Settings(models=models, store=tmp_path / "store.sqlite", webhook_url=url)
    moves.challenge(shelf, "event", "share", 0.5)
    asyncio.run(_tell_twice(settings))
    assert got == []
    moves.take_out(shelf, "event", two[1], "errors: 4 of 4 requests failed")
    asyncio.run(_tell_twice(settings))
    assert len(got) == 1
    assert "errors: 4 of 4" in json.dumps(got)
    moves.challenge(shelf, "event", "shadow")
    asyncio.run(_tell_twice(settings))
    assert len(got) == 2
