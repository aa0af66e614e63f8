"""The whole server as a process of its own, over tiny models and invented records."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hindcast.serve import keys
from hindcast.serve.settings import Settings
from hindcast.serve.store import opening

PATIENCE_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(url: str, server: subprocess.Popen) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"{url}/api/v1/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the server was not ready within {PATIENCE_S} s")


@pytest.fixture(scope="session")
def documented_server(
    models_folder: Path, loaded_records: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The variables that the documentation's examples read, of a running server."""
    folder = tmp_path_factory.mktemp("whole")
    env = {
        "HINDCAST_PORT": str(free_port()),
        "HINDCAST_MODELS": str(models_folder),
        "HINDCAST_WAREHOUSE": str(loaded_records),
        "HINDCAST_STORE": str(folder / "store.sqlite"),
        "HINDCAST_PREMIUM_PER_MINUTE": "1000000",
        "HINDCAST_PREMIUM_PER_SECOND": "100000",
        "HINDCAST_WRONG_KEYS_PER_MINUTE": "1000000",
        "HINDCAST_WRONG_KEYS_PER_SECOND": "100000",
    }
    key, kept = keys.make("documentation", keys.SCOPES, "premium")
    with opening.connected(Settings(store=folder / "store.sqlite")) as store:
        store.add_key(kept)
    url = f"http://127.0.0.1:{env['HINDCAST_PORT']}"
    command = [sys.executable, "-c", "from hindcast.cli import run; run()", "serve"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=os.environ | env, stderr=log)
        try:
            wait_until_ready(url, server)
            yield {"HINDCAST_URL": url, "HINDCAST_KEY": key}
        finally:
            server.terminate()
            server.wait(20)
