"""The webhook is told of a condition once when it begins and once when it ends."""

import json
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hindcast.monitor import alerts
from hindcast.monitor.alerts import Condition


class Receiver(BaseHTTPRequestHandler):
    """Answers with the statuses of its server, then 200; keeps what it got."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.server.got.append((self.path, status, json.loads(body)))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def hook(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(alerts, "FIRST_WAIT", 0.001)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.statuses = [], []
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def state(tmp_path):
    return tmp_path / "serve" / "alerts.sqlite"


def standing(state) -> list[dict]:
    """Return the conditions that are on, oldest first."""
    if not state.is_file():
        return []
    asked = "SELECT name, subject FROM conditions WHERE is_on ORDER BY since, id"
    with closing(sqlite3.connect(state)) as kept:
        return [dict(zip(("name", "subject"), row, strict=True)) for row in kept.execute(asked)]


def drift(is_on: bool, subject: str = "event") -> Condition:
    return Condition("input_drift", subject, is_on, "4 of 60 inputs drifted")


def told(hook) -> list[tuple[str, str]]:
    return [(one["status"], one["subject"]) for _, status, one in hook.got if status == 200]


def test_once_when_it_begins_and_once_when_it_ends(hook, state):
    sent = [
        alerts.tell(hook.url, state, [drift(on)]) for on in (False, True, True, True, False, False)
    ]
    assert sent == [0, 1, 0, 0, 1, 0]
    assert told(hook) == [("firing", "event"), ("resolved", "event")]
    first = hook.got[0][2]
    assert first["condition"] == "input_drift"
    assert first["summary"] == "4 of 60 inputs drifted"
    assert len({one["id"] for _, _, one in hook.got}) == 2


def test_conditions_do_not_mix(hook, state):
    alerts.tell(hook.url, state, [drift(True), drift(True, "scene")])
    alerts.tell(hook.url, state, [drift(False, "scene")])
    assert sorted(told(hook)[:2]) == [("firing", "event"), ("firing", "scene")]
    assert told(hook)[2:] == [("resolved", "scene")]
    assert [one["subject"] for one in standing(state)] == ["event"]


def test_of_many_workers_at_once_one_tells(hook, state):
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: alerts.tell(hook.url, state, [drift(True)]), range(24)))
    assert sum(sent) == len(hook.got) == 1


def test_of_several_processes_one_tells(hook, state):
    code = (
        "import sys; from pathlib import Path; from hindcast.monitor.alerts import *;"
        "tell(sys.argv[1], Path(sys.argv[2]), [Condition('c', '', True, 't')])"
    )
    command = [sys.executable, "-c", code, hook.url, str(state)]
    runs = [subprocess.Popen(command) for _ in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert len(hook.got) == 1


def test_what_was_not_delivered_is_due_under_the_same_id(hook, state):
    hook.statuses[:] = [500, 503, 500]
    assert alerts.tell(hook.url, state, [drift(True)]) == 0
    assert len(hook.got) == alerts.TRIES
    assert alerts.tell(hook.url, state, []) == 1
    assert len({one["id"] for _, _, one in hook.got}) == 1


def test_a_hiccup_is_tried_again_and_told_once(hook, state):
    hook.statuses[:] = [500]
    assert alerts.tell(hook.url, state, [drift(True)]) == 1
    assert told(hook) == [("firing", "event")]


def test_a_refusal_is_not_tried_again_at_once(hook, state):
    hook.statuses[:] = [400]
    assert alerts.tell(hook.url, state, [drift(True)]) == 0
    assert len(hook.got) == 1


def test_what_came_and_went_untold_is_no_news(hook, state):
    alerts.tell(None, state, [drift(True)])
    assert alerts.tell(hook.url, state, [drift(False)]) == 0
    assert hook.got == []


def test_an_end_that_was_not_told_and_is_undone_is_no_news(hook, state):
    alerts.tell(hook.url, state, [drift(True)])
    alerts.tell(None, state, [drift(False)])
    assert alerts.tell(hook.url, state, [drift(True)]) == 0
    assert told(hook) == [("firing", "event")]
    assert len(standing(state)) == 1


def test_a_redirect_is_not_followed(hook, state):
    hook.statuses[:] = [302]
    assert alerts.tell(hook.url, state, [drift(True)]) == 0
    assert [path for path, _, _ in hook.got] == ["/hook"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://host/x", "http://", "host/x", "http://me:secret@host/x"]
)
def test_only_plain_web_addresses_are_asked(url, state):
    with pytest.raises(alerts.WebhookError) as raised:
        alerts.tell(url, state, [drift(True)])
    assert "secret" not in str(raised.value)
    assert not state.exists()


def test_nobody_there_is_no_error(state, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(alerts, "FIRST_WAIT", 0.001)
    assert alerts.tell("http://127.0.0.1:9/", state, [drift(True)]) == 0
    assert [one["name"] for one in standing(state)] == ["input_drift"]
    assert standing(state.parent / "absent.sqlite") == []
