"""How long `hindcast serve` takes to be ready, and how much memory a worker then holds.

Run where bundles are trained: python benchmarks/start.py [starts] [workers] [another Python]. That
Python, of an environment with the extra `serve` alone, tells what an installed server takes. Prints
one line of JSON: for each start the seconds until `/api/v1/health/ready` answers 200, the
processor's seconds until then (which wait for no other process) and resident memory in MB, both of
the worker that has most. The first start reads the records into an edition; the others find it, as
every start does until the records change.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError

STARTS = 5
GOAL = {"ready_s": 2.0, "resident_mb": 300}
LONGEST_S = 120
TICKS = os.sysconf("SC_CLK_TCK")
SERVE = "import sys; from hindcast.cli import run; sys.argv = ['hindcast', 'serve']; run()"


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health/ready") as answer:
            return answer.status == 200
    except (URLError, HTTPException, ConnectionError):
        return False


def cpu_seconds(pid: int) -> float:
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / TICKS


def resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (kb,) = (int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return round(kb / 1024, 1)


def serving(pid: int) -> list[int]:
    """Return a server's processes: itself, and its workers where it has some."""
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def started(python: str, folder: Path, workers: int) -> dict[str, float]:
    """Start a server, wait until it is ready, look at it and end it."""
    port = free_port()
    told = {
        "HINDCAST_PORT": str(port),
        "HINDCAST_STORE": str(folder / "store.sqlite"),
        "HINDCAST_WORKERS": str(workers),
    }
    began = time.perf_counter()
    with subprocess.Popen(
        [python, "-c", SERVE], env=os.environ | told, stdout=subprocess.DEVNULL,
        stderr=(folder / "log").open("w"),
    ) as server:  # fmt: skip
        try:
            while not is_ready(port):
                if server.poll() is not None or time.perf_counter() - began > LONGEST_S:
                    raise SystemExit((folder / "log").read_text()[-2000:])
                time.sleep(0.01)
            return {
                "ready_s": round(time.perf_counter() - began, 2),
                "ready_cpu_s": round(max(map(cpu_seconds, serving(server.pid))), 2),
                "resident_mb": max(map(resident_mb, serving(server.pid))),
            }
        finally:
            server.terminate()
            server.wait()


def main(starts: str = str(STARTS), workers: str = "1", python: str = sys.executable) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first, *found = [
            started(python, Path(folder), int(workers)) for _ in range(1 + int(starts))
        ]
    least = {name: min(one[name] for one in found) for name in first}
    over = {name: round(least[name] / goal, 2) for name, goal in GOAL.items()}
    told = {"cores": os.cpu_count(), "load": os.getloadavg()[0], "workers": int(workers)}
    told |= {"first": first, "starts": found}
    print(json.dumps(told | {"least": least, "least_over_goal": over}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
