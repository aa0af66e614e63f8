"""Fifty clients for five minutes: does the server's memory grow? As JSON.

Run after `make run`: python benchmarks/soak.py [seconds]. Needs wrk. A worker's resident memory is
read every second; told are its median in the second minute and in the last, and their ratio: the
first minute fills caches.
"""

import json
import sys
import tempfile
import threading
from pathlib import Path
from statistics import median

from serve import CONNECTIONS, EVERYONE, free_port, load, make_key, request_bodies, running
from serve import resident_mb as largest

SECONDS = 300


def sampled(pid: int, stop: threading.Event, found: list[float]) -> None:
    while not stop.wait(1):
        found.append(largest(pid))


def soaked(seconds: int, scratch: Path) -> dict[str, object]:
    port = free_port()
    env = {
        "HINDCAST_PORT": str(port),
        "HINDCAST_STORE": str(scratch / "store.sqlite"),
        "HINDCAST_PREMIUM_PER_MINUTE": EVERYONE,
        "HINDCAST_PREMIUM_PER_SECOND": EVERYONE,
    }
    key, url = make_key(env), f"http://127.0.0.1:{port}"
    lines = [json.dumps(row) for row in request_bodies(2000)]
    stop, found = threading.Event(), []
    with running(["hindcast", "serve"], env, f"{url}/api/v1/health/ready") as server:
        watcher = threading.Thread(target=sampled, args=(server["pid"], stop, found))
        watcher.start()
        path = "/api/v1/predictions/severity"
        told = load(url, lines, CONNECTIONS, seconds, key, path=path)
        stop.set()
        watcher.join()
    part = len(found) // 5
    early, late = median(found[part : 2 * part]), median(found[-part:])
    grown = round(late / early, 3)
    return told | {"resident_mb_early": early, "resident_mb_late": late, "grown": grown}


if __name__ == "__main__":
    given = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(soaked(given, Path(name))))
