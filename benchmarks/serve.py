"""The served model under load, beside `mlflow models serve` of the same registered model.

Run after `make run`: python benchmarks/serve.py [seconds]. Needs wrk (Debian's package). Prints
JSON: requests a second and latencies by case, the ratio to MLflow's server, time to be ready and
memory of a worker. Both servers get two workers, and the same accidents in turn; hindcast's
validates, limits, keeps its log and computes the features of each, MLflow's gets features that
are computed already and does none of this.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import polars as pl

from hindcast import paths
from hindcast.features import inputs, population
from hindcast.features.state import HistoryState
from hindcast.model import bundle
from hindcast.serve.forecast import fields

SECONDS = 10
WORKERS = 2
CONNECTIONS = 50
BODIES = 2000
HORIZON = "event"
EVERYONE = "1000000000"
FILTER = {"from": "2009-02-03"}
"""A question nobody has asked before: statistics of all records are kept ready."""
GOALS = {
    "single_50": {"rate": 3600, "p95_ms": 30},
    "single_1": {"p95_ms": 5},
    "explained_50": {"rate": 600},
    "batch_1000": {"p50_ms": 60},
    "record": {"p95_ms": 15},
    "statistics_cold": {"worst_ms": 50},
    "ratio_to_mlflow": 10,
    "ready_s": 2,
    "resident_mb": 300,
}

LUA = """
local lines = {}
for line in io.open("%(bodies)s"):lines() do lines[#lines + 1] = line end
local at = math.random(#lines)
local headers = {["Content-Type"] = "application/json", ["X-API-Key"] = "%(key)s"}
request = function()
  at = at %% #lines + 1
  if "%(method)s" == "GET" then return wrk.format("GET", lines[at], headers) end
  return wrk.format("POST", "%(path)s", headers, lines[at])
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\\nRESULT {"requests": %%d, "seconds": %%f, "p50_ms": %%f, "p95_ms": %%f, "p99_ms": %%f, ' ..
    '"refused": %%d, "broken": %%d}\\n', summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
"""


def accidents(n: int) -> pl.DataFrame:
    """Return raw inputs of the latest accidents, dated anew to follow the bundles' history."""
    raw, _ = population.select(inputs.build(paths.interim("core")))
    known = fields.known_at()
    raw = raw.tail(n).select(
        name for name in raw.columns if name != "era" and known.get(name, 9) <= 1
    )
    until = HistoryState.model_validate_json(
        bundle.load(paths.models("fatal", HORIZON)).history_text
    ).until
    day = datetime(until.year, until.month, until.day) + timedelta(days=3)
    return raw.with_columns(ev_date=pl.lit(day))


def request_bodies(n: int) -> list[dict[str, Any]]:
    """Return the accidents as a client writes them: what is not known is left out.

    Accidents without a state are no requests: the server asks for it.
    """
    placed = accidents(n + 100).filter(pl.col("ev_state").is_not_null()).tail(n)
    return [
        {name: _plain(value) for name, value in row.items() if value is not None}
        for row in placed.to_dicts()
    ]


def _plain(value: Any) -> Any:
    return value.date().isoformat() if isinstance(value, datetime) else value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(command: Sequence[str], env: dict[str, str], url: str) -> Iterator[dict[str, float]]:
    """Run a server; yield its process id and the seconds until it answered."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, env=os.environ | env, stdout=log, stderr=log)
        try:
            wait_for(url, server, log)
            yield {"pid": server.pid, "ready_s": round(time.perf_counter() - start, 2)}
        finally:
            server.terminate()
            server.wait(30)


def wait_for(url: str, server: subprocess.Popen, log: Any, seconds: float = 90) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.02)
        if server.poll() is not None:
            break
    log.seek(0)
    raise SystemExit(f"the server did not answer at {url}:\n{log.read().decode()[-3000:]}")


def load(
    url: str, lines: Sequence[str], connections: int, seconds: int, key: str = "", **where: str
) -> dict[str, float]:
    """Return what wrk measured."""
    with tempfile.TemporaryDirectory() as scratch:
        bodies, script = Path(scratch, "bodies"), Path(scratch, "load.lua")
        bodies.write_text("\n".join(lines))
        script.write_text(
            LUA % ({"method": "POST", "path": "", "bodies": bodies, "key": key} | where)
        )
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), url]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = json.loads(told.split("RESULT ")[1])
    rate = round(found["requests"] / found.pop("seconds"), 1)
    return {"rate": rate} | {name: round(value, 2) for name, value in found.items()}


def quantiles(taken: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.quantile(1000 * np.array(taken), [0.5, 0.95])
    return {"p50_ms": round(float(p50), 2), "p95_ms": round(float(p95), 2)}


def timed(client: httpx.Client, times: int, *args: Any, **kwargs: Any) -> dict[str, float]:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        client.request(*args, **kwargs).raise_for_status()
        taken.append(time.perf_counter() - start)
    return quantiles(taken)


def resident_mb(pid: int) -> float:
    """Return the largest resident memory of a process and those it started."""
    told = subprocess.run(["ps", "-o", "rss=", "--pid", str(pid), "--ppid", str(pid)],
                          capture_output=True, text=True, check=True).stdout  # fmt: skip
    return round(max(int(line) for line in told.split()) / 1024, 1)


def hindcast(seconds: int, scratch: Path) -> dict[str, Any]:
    """Return what hindcast's own server does."""
    port = free_port()
    env = {
        "HINDCAST_PORT": str(port),
        "HINDCAST_STORE": str(scratch / "store.sqlite"),
        "HINDCAST_WORKERS": str(WORKERS),
        "HINDCAST_PREMIUM_PER_MINUTE": EVERYONE,
        "HINDCAST_PREMIUM_PER_SECOND": EVERYONE,
    }
    key = make_key(env)
    rows = request_bodies(BODIES)
    lines = [json.dumps(row) for row in rows]
    url, route = f"http://127.0.0.1:{port}", "/api/v1/predictions/severity"
    health = f"{url}/api/v1/health/ready"
    with running(["hindcast", "serve"], env, health) as server:
        told: dict[str, Any] = {"ready_s": server["ready_s"]}
        told["statistics_cold"] = statistics(url, key)
        load(url, lines, CONNECTIONS, 3, key, path=f"{route}?horizon={HORIZON}")  # to warm up
        for connections in (1, CONNECTIONS):
            told[f"single_{connections}"] = load(
                url, lines, connections, seconds, key, path=f"{route}?horizon={HORIZON}"
            )
        told[f"explained_{CONNECTIONS}"] = load(
            url, lines, CONNECTIONS, seconds, key, path=f"{route}?horizon={HORIZON}&explain=5"
        )
        with httpx.Client(base_url=url, headers={"X-API-Key": key}, timeout=30) as client:
            body = json.dumps({"rows": rows[:1000]}).encode()
            kind = {"Content-Type": "application/json"}
            path = f"{route}/batch?horizon={HORIZON}"
            told["batch_1000"] = timed(client, 20, "POST", path, content=body, headers=kind)
            found = client.get("/api/v1/events?limit=100").raise_for_status().json()
        ids = [f"/api/v1/events/{event['ev_id']}" for event in found["items"]]
        told["record"] = load(url, ids, 10, seconds, key, method="GET")
        told["resident_mb"] = resident_mb(server["pid"])
    return told


def statistics(url: str, key: str) -> dict[str, float]:
    """Return how long each statistic takes when it is asked for the first time."""
    taken = {}
    with httpx.Client(base_url=url, headers={"X-API-Key": key}) as client:
        client.get("/api/v1/health")  # the connection
        for name in ("summary", "yearly", "by-state", "by-aircraft", "by-phase"):
            start = time.perf_counter()
            client.get(f"/api/v1/stats/{name}", params=FILTER).raise_for_status()
            taken[name] = round(1000 * (time.perf_counter() - start), 2)
    return taken | {"worst_ms": max(taken.values())}


def make_key(env: dict[str, str]) -> str:
    command = ["hindcast", "keys", "create", "benchmark", "--scope", "predict", "--scope", "read",
               "--tier", "premium"]  # fmt: skip
    done = subprocess.run(command, env=os.environ | env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def mlflow(seconds: int) -> dict[str, Any]:
    """Return what MLflow's server does with the registered model."""
    port = free_port()
    model = f"models:/hindcast-fatal-{HORIZON}@champion"
    where = ["-h", "127.0.0.1", "-p", str(port), "-w", str(WORKERS)]
    command = ["mlflow", "models", "serve", "-m", model, "--env-manager", "local", *where]
    env = {"MLFLOW_TRACKING_URI": f"sqlite:///{paths.root() / 'mlflow.db'}"}
    url = f"http://127.0.0.1:{port}"
    lines = [json.dumps({"dataframe_split": row}) for row in feature_rows(BODIES)]
    with running(command, env, f"{url}/ping") as server:
        load(url, lines, CONNECTIONS, 3, path="/invocations")  # to warm up
        told = load(url, lines, CONNECTIONS, seconds, path="/invocations")
    return told | {"ready_s": server["ready_s"]}


def feature_rows(n: int) -> list[dict[str, Any]]:
    """Return computed features of single accidents, as MLflow takes them."""
    names = bundle.load(paths.models("fatal", HORIZON)).names
    features = pl.read_parquet(paths.processed("features.parquet")).tail(n).select(names)
    return [{"columns": names, "data": [list(row)]} for row in features.rows()]


def main() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("no wrk here: apt-get install wrk")
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with tempfile.TemporaryDirectory() as scratch:
        ours = hindcast(seconds, Path(scratch))
    theirs = mlflow(seconds)
    ratio = round(ours[f"single_{CONNECTIONS}"]["rate"] / theirs["rate"], 1)
    print(
        json.dumps({"hindcast": ours, "mlflow": theirs, "ratio_to_mlflow": ratio, "goals": GOALS})
    )


if __name__ == "__main__":
    main()
