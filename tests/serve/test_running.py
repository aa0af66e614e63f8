"""`hindcast serve` as it is run: what it says, its workers, and its end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import httpx
import pytest

COMMAND = [sys.executable, "-c", "from hindcast.cli import run; run()"]
READY_SECONDS = 60


class Server:
    """A server in a process of its own."""

    def __init__(self, variables, log):
        clean = {name: value for name, value in os.environ.items() if "HINDCAST_" not in name}
        clean.pop("PROMETHEUS_MULTIPROC_DIR", None)
        self.log, self.variables = log, clean | variables
        self.process = subprocess.Popen(
            [*COMMAND, "serve"],
            env=self.variables,
            stderr=log.open("wb"),
            stdout=subprocess.DEVNULL,
        )

    def lines(self, event=None):
        told = [json.loads(line) for line in self.log.read_bytes().split(b"\n")[:-1]]
        return [line for line in told if event in (None, line["event"])]

    def wait(self, enough):
        """Wait until ``enough()`` is true, while the server runs."""
        until = time.monotonic() + READY_SECONDS
        while not (found := enough()):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.02)
        return found

    @property
    def url(self):
        return self.lines("listening")[0]["url"]

    def key(self):
        """Make a key of every scope by the command line."""
        scopes = [word for scope in ("read", "predict", "admin") for word in ("--scope", scope)]
        made = subprocess.run(
            [*COMMAND, "keys", "create", "test", *scopes],
            env=self.variables, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return re.search(r"hc_[\w-]+", made.stdout).group()

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)


@contextmanager
def serving(folder: Path, models: Path, **more):
    warehouse = folder / "warehouse.duckdb"
    duckdb.connect(str(warehouse)).close()
    paths = {"MODELS": models, "WAREHOUSE": warehouse, "STORE": folder / "store.sqlite"}
    given = {"PORT": 0, "LOG_FORMAT": "json"} | paths | more
    variables = {f"HINDCAST_{name}": str(value) for name, value in given.items()}
    variables |= {"HINDCAST_HOME": str(Path.cwd()), "TMPDIR": str(folder)}
    server = Server(variables, folder / "log.jsonl")
    try:
        n_workers = int(given.get("WORKERS", 1))
        server.wait(lambda: len(server.lines("ready")) == n_workers)
        yield server
    finally:
        server.process.kill()
        server.process.wait()


def alive(server):
    with httpx.Client(base_url=server.url) as asking:
        return asking.get("/api/v1/health").status_code == 200


def says_where_it_listens_and_what_answers(server):
    listening, ready = server.lines("listening")[0], server.lines("ready")[0]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", listening["url"])
    assert listening["docs"] == listening["url"] + "/docs"
    assert set(ready["models"]) == {"dispatch", "event", "scene"}
    assert "hindcast keys create" in ready["keys"]


def tells_of_nobody(server):
    with httpx.Client(base_url=server.url) as asking:
        sent = {"X-API-Key": "hc_secret", "User-Agent": "mine/1", "X-Request-ID": "told-1"}
        asking.post("/api/v1/predictions/severity?who=me", json={"crew_age": 44}, headers=sent)
    server.wait(lambda: [line for line in server.lines() if line.get("request_id") == "told-1"])
    text = server.log.read_text()
    assert not any(word in text for word in ("hc_secret", "mine/1", "who=me", "crew_age"))


def test_it_says_what_it_does_and_ends_with_what_is_under_way(tmp_path, models_folder, accident):
    with serving(tmp_path, models_folder) as server:
        says_where_it_listens_and_what_answers(server)
        tells_of_nobody(server)
        key, port = server.key(), int(server.url.rpartition(":")[2])
        body = json.dumps(accident).encode()
        head = (
            f"POST /api/v1/predictions/severity HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
            line.sendall(head.encode() + body[:10])
            server.wait(lambda: alive(server))
            server.process.terminate()
            time.sleep(0.3)
            with pytest.raises(OSError, match="refused"):
                socket.create_connection(("127.0.0.1", port), timeout=5)
            line.sendall(body[10:])
            assert line.recv(65536).startswith(b"HTTP/1.1 200")
        assert server.process.wait(30) == 0
        events = [entry["event"] for entry in server.lines()]
        assert events.index("request") < events.index("stopping") < events.index("stopped")


def scraped(server, key):
    with httpx.Client(base_url=server.url, headers={"X-API-Key": key}) as asking:
        return asking.get("/metrics").text


def counted(text, name):
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.M))


def children(server):
    pids = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    return [pid for pid in pids.split() if _serves(pid)]


def _serves(pid):
    try:
        return b"multiprocessing.spawn" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no /proc to find workers in")
def test_workers_count_together_and_one_that_dies_is_replaced(tmp_path, models_folder):
    with serving(tmp_path, models_folder, WORKERS=2) as server:
        key = server.key()
        for _ in range(20):
            assert alive(server)
        text = scraped(server, key)
        asked = r'hindcast_requests_total{method="GET",route="/api/v1/health",status="200"} 20.0'
        assert asked in text
        assert counted(text, "hindcast_requests_in_flight") == 1
        (folder,) = tmp_path.glob("hindcast-metrics-*")

        os.kill(int(children(server)[0]), signal.SIGKILL)
        server.wait(lambda: len(server.lines("ready")) == 3)
        text = scraped(server, key)
        assert asked in text
        assert counted(text, "hindcast_requests_in_flight") == 1

        assert server.stop() == 0
        assert not folder.exists()


def test_a_port_that_is_taken_is_told(tmp_path, models_folder):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        warehouse = tmp_path / "warehouse.duckdb"
        warehouse.touch()
        log = tmp_path / "log"
        paths = {"HINDCAST_MODELS": models_folder, "HINDCAST_WAREHOUSE": warehouse}
        variables = {"HINDCAST_PORT": str(port)} | {name: str(at) for name, at in paths.items()}
        server = Server(variables, log)
        assert server.process.wait(READY_SECONDS) == 1
    assert log.read_text().startswith("error: cannot listen on 127.0.0.1")
    assert "Traceback" not in log.read_text()
