"""Bad challengers and champions, tried in a real server: each is taken out, and nothing else is."""

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from hindcast import paths
from hindcast.serve import keys
from hindcast.serve.settings import Settings
from hindcast.serve.shelf import aliases, moves
from hindcast.serve.store import opening

HERE = Path(__file__).parent
MOST = 1500
"""Requests after which a test gives up."""
ROUTE = "/api/v1/predictions/severity"


@dataclass(frozen=True)
class Running:
    """A server of a process of its own."""

    client: httpx.Client
    shelf: Path
    accident: dict[str, Any]

    def ask(self, horizon: str, **query: Any) -> httpx.Response:
        """Ask for one forecast."""
        return self.client.post(ROUTE, json=self.accident, params={"horizon": horizon, **query})

    def ask_until_returned(self, horizon: str, times: int = 1) -> list[httpx.Response]:
        """Ask from three threads until a version of the horizon was returned so many times."""
        found: list[httpx.Response] = []
        with ThreadPoolExecutor(3) as pool:
            while len(found) < MOST and len(self.returned(horizon)) < times:
                found += pool.map(self.ask, [horizon] * 15)
        return found

    def returned(self, horizon: str) -> list[aliases.Move]:
        """Return the moves of the horizon that the watch made."""
        history = aliases.read(self.shelf).history
        return [one for one in history if (one.horizon, one.what) == (horizon, "returned")]


@contextmanager
def serving(models: Path, accident: dict, workers: int = 1, **faults: str) -> Iterator[Running]:
    """Start a server whose challengers, those on the shelf now, are faulty."""
    shelf, home = models / "shelf", models.parent
    settings = Settings(models=models, store=home / "store.sqlite")
    key, kept = keys.make("tests", keys.SCOPES, "premium")
    with opening.connected(settings) as database:
        database.add_key(kept)
    sound = [one.champion for one in aliases.read(shelf).horizons.values()]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        os.set_inheritable(listening.fileno(), True)
        environment = {
            **{name: told for name, told in os.environ.items() if "HINDCAST" not in name},
            "HINDCAST_HOME": str(paths.root()),
            "HINDCAST_MODELS": str(models),
            "HINDCAST_STORE": str(settings.store_file),
            "HINDCAST_WAREHOUSE": str(home / "none.duckdb"),
            "HINDCAST_WORKERS": str(workers),
            "HINDCAST_RELOAD_SECONDS": "0.1",
            "HINDCAST_JUDGE_SECONDS": "0.3",
            "HINDCAST_CANARY_SLOW_SECONDS": "0.09",
            "HINDCAST_PREMIUM_PER_MINUTE": "1000000",
            "HINDCAST_PREMIUM_PER_SECOND": "1000000",
            "FAULTS": json.dumps(faults),
            "SOUND": " ".join(sound),
            "LISTENING": str(listening.fileno()),
        }
        program = [sys.executable, str(HERE / "faulty_server.py")]
        with (home / "server.log").open("w") as told:
            process = subprocess.Popen(
                program,
                env=environment,
                cwd=HERE,
                pass_fds=[listening.fileno()],
                stdout=told,
                stderr=told,
            )
        url = "http://{}:{}".format(*listening.getsockname())
    try:
        with httpx.Client(base_url=url, headers={"X-API-Key": key}, timeout=20) as client:
            _wait(lambda: client.get("/api/v1/health").status_code == 200, process)
            yield Running(client, shelf, accident)
    finally:
        process.terminate()
        process.wait(20)


def _wait(found: Callable[[], Any], process: subprocess.Popen, seconds: float = 30) -> Any:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        assert process.poll() is None, "the server has ended"
        try:
            if told := found():
                return told
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def test_bad_challengers_and_champions_are_taken_out(bad, accident, shelf):
    moves.challenge(shelf, "event", "share", 0.5, "request")
    moves.challenge(shelf, "scene", "share", 0.5, "request")
    moves.challenge(shelf, "dispatch", "shadow")
    with serving(bad, accident, event="raises", scene="slow") as server:
        failed = server.ask_until_returned("event")
        late = server.ask_until_returned("scene")
        shadowed = server.ask_until_returned("dispatch")
        for horizon, check in {
            "event": "errors",
            "scene": "latency",
            "dispatch": "forecasts",
        }.items():
            (move,) = server.returned(horizon)
            assert move.reason.startswith(f"{check}: "), move.reason
            assert aliases.read(shelf).of(horizon).mode == "off"
        time.sleep(0.5)
        after = [server.ask(horizon) for horizon in ("event", "scene", "dispatch") * 10]
        told = server.client.get("/metrics").text
        _a_bad_new_champion_gives_its_place_back(server)
    assert {one.status_code for one in failed} == {200, 500}
    assert len(failed) < 200
    assert {one.status_code for one in late + shadowed} == {200}
    assert {one.json()["role"] for one in shadowed} == {"champion"}
    assert {(one.status_code, one.json()["role"]) for one in after} == {(200, "champion")}
    for line in (
        'hindcast_returns_total{check="errors",horizon="event",role="challenger"} 1.0',
        'hindcast_returns_total{check="latency",horizon="scene",role="challenger"} 1.0',
        'hindcast_returns_total{check="forecasts",horizon="dispatch",role="challenger"} 1.0',
    ):
        assert line in told


def _a_bad_new_champion_gives_its_place_back(server: Running) -> None:
    before = aliases.read(server.shelf).of("event").champion
    bad_one = moves.promote(server.shelf, "event")
    found = server.ask_until_returned("event", times=2)
    _until_answered(server, "event", before)
    places = aliases.read(server.shelf).of("event")
    assert (places.champion, places.previous) == (before, None)
    assert bad_one != before
    assert Counter(one.status_code for one in found)[500] >= 3


def _until_answered(server: Running, horizon: str, version: str) -> None:
    ends = time.monotonic() + 10
    while server.ask(horizon).json().get("model_version") != version:
        assert time.monotonic() < ends, "the former champion does not answer"


def test_of_two_workers_one_acts_and_both_follow(bad, accident, shelf):
    moves.challenge(shelf, "event", "share", 0.5, "request")
    with serving(bad, accident, workers=2, event="raises") as server:
        server.ask_until_returned("event")
        time.sleep(0.5)
        roles = Counter(server.ask("event").json().get("role") for _ in range(40))
    assert roles == {"champion": 40}
    assert len(server.returned("event")) == 1
