"""Real servers, started on loopback with a folder of their own, and stores in them."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from hindcast.serve.settings import Settings

POSTGRES = Path("/usr/lib/postgresql")


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def wait_until(asked, seconds=20.0):
    """Wait until ``asked()`` does not raise."""
    until = time.monotonic() + seconds
    while True:
        try:
            return asked()
        except (OSError, redis.RedisError, psycopg.Error):
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


class Redis:
    """A redis-server that can be ended and started again on the same port."""

    def __init__(self) -> None:
        if not shutil.which("redis-server"):
            pytest.skip("no redis-server here: install Debian's package redis-server")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        told = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(["redis-server", *told], stdout=subprocess.DEVNULL)
        wait_until(lambda: redis.Redis.from_url(self.url).ping())

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    server = Redis()
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _postgres_bin() -> Path:
    found = sorted(POSTGRES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.skip("no PostgreSQL here: install Debian's package postgresql")
    return found[-1].parent


def _as_user() -> list[str]:
    """PostgreSQL does not run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a server of its own; a test makes what it needs in a schema of its own."""
    programs, port = _postgres_bin(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="hindcast-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    data = folder / "data"
    make = [programs / "initdb", "-D", data, "-U", "hindcast", "-A", "trust", "-N", "-E", "UTF8"]
    subprocess.run([*_as_user(), *map(str, make)], check=True, **quiet)
    told = ["-D", data, "-p", port, "-h", "127.0.0.1", "-k", folder, "-F"]
    run = [*_as_user(), str(programs / "postgres"), *map(str, told)]
    process = subprocess.Popen(run, **quiet)
    url = f"postgresql://hindcast@127.0.0.1:{port}/postgres"
    try:
        wait_until(lambda: psycopg.connect(url).close())
        yield url
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder)


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Settings]:
    """Settings of an empty store in PostgreSQL."""
    name = f"store_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield Settings(database_url=postgres_url.replace("/postgres", f"/{name}"))


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Settings:
    """Settings of an empty store in SQLite."""
    return Settings(store=tmp_path / "store.sqlite")


@pytest.fixture(params=["sqlite", "postgres"])
def stored(request: pytest.FixtureRequest) -> Settings:
    """Settings of an empty store, in each database."""
    return request.getfixturevalue(f"{request.param}_store")
