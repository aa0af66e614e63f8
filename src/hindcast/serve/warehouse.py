"""The records as routes ask them: an open edition, a few threads, and an eye on the warehouse."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb
import structlog

from hindcast.serve import metrics, tasks
from hindcast.serve.problems import Problem
from hindcast.serve.records import child, edition
from hindcast.serve.records.finished import Finished
from hindcast.serve.records.finishing import rows
from hindcast.serve.settings import Settings

log = structlog.get_logger(__name__)

_HARDENED = {
    "threads": 1,
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "lock_configuration": True,
}
_QUEUE = 64
"""Queries that may wait for a thread; one more is refused, so that waiting stays short."""


@dataclass(frozen=True)
class Opened:
    """One edition, open; running queries keep it alive after another took its place."""

    stamp: str
    file: Path
    connection: duckdb.DuckDBPyConnection
    finished: Finished
    fingerprint: str
    about: dict[str, Any]


class Warehouse:
    """Answers questions about the records; notices when the pipeline replaced them.

    Attributes
    ----------
    opened
        The open edition, or None.
    news
        Set when another edition was opened; then another event stands here.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool = ThreadPoolExecutor(settings.query_threads, "query")
        self.opened: Opened | None = None
        self.news = asyncio.Event()
        self._n_waiting = 0
        self._is_absent = False
        self._why_not: str | None = "the records are being read; ask again in a moment"
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the edition that stands; where none does, it is made while the server runs."""
        warehouse = cls(settings)
        settings.records_folder.mkdir(parents=True, exist_ok=True)
        warehouse._open_standing()
        warehouse._task = asyncio.get_running_loop().create_task(warehouse._watch())
        return warehouse

    @property
    def current(self) -> Opened:
        """The open edition.

        Raises
        ------
        Problem
            503: there is no warehouse, or it is being read.
        """
        if self.opened is None:
            raise Problem(503, str(self._why_not), headers={"Retry-After": "2"})
        return self.opened

    def ready(self) -> str | None:
        """Return why records cannot be answered, or None where they can.

        None too where there is no warehouse: a server of models alone is as it should be.
        """
        return None if self.opened or self._is_absent else self._why_not

    def degraded(self) -> str | None:
        """Return why there are no records, or not the warehouse's."""
        return self._why_not

    async def close(self) -> None:
        """Stop watching; running queries are interrupted."""
        await tasks.ended(self._task)
        if self.opened:
            self.opened.connection.interrupt()
        self._pool.shutdown(cancel_futures=True)

    async def ask(
        self,
        route: str,
        statement: str,
        values: Sequence[Any] = (),
        opened: Opened | None = None,
    ) -> list[dict[str, Any]]:
        """Return the rows of one SELECT, each by column.

        Parameters
        ----------
        route
            What the query is for: the label of its time.
        statement
            SQL with question marks; no value of a request stands in it.
        values
            What the question marks stand for.
        opened
            The edition to ask, for questions that belong together; the current one if not given.

        Raises
        ------
        Problem
            503: no records, too many queries waiting, or this one took too long.
        """
        if self._n_waiting >= _QUEUE:
            raise Problem(503, "too many queries are waiting", headers={"Retry-After": "1"})
        self._n_waiting += 1
        try:
            return await self._asked(opened or self.current, route, statement, values)
        finally:
            self._n_waiting -= 1

    async def run(self, compute: Callable[..., Any], *given: Any) -> Any:
        """Return what a function gives, computed in one of the threads of queries."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, compute, *given)

    async def _asked(
        self, opened: Opened, route: str, statement: str, values: Sequence[Any]
    ) -> Any:
        loop = asyncio.get_running_loop()
        cursor = opened.connection.cursor()
        timer = loop.call_later(self._settings.query_seconds, cursor.interrupt)
        try:
            return await loop.run_in_executor(
                self._pool, _fetched, cursor, statement, values, metrics.QUERY_TIME.labels(route)
            )
        except asyncio.CancelledError:
            cursor.interrupt()
            raise
        except duckdb.InterruptException:
            raise Problem(
                503,
                f"the query took longer than {self._settings.query_seconds:g} s: ask for less",
                headers={"Retry-After": "5"},
            ) from None
        finally:
            timer.cancel()

    async def _watch(self) -> None:
        while True:
            wait = self._settings.warehouse_check_seconds
            if not await self._renewed():
                wait = max(wait, 30 if self._settings.warehouse_file.is_file() else wait)
            await asyncio.sleep(wait)

    async def _renewed(self) -> bool:
        """Take up a changed warehouse; return whether the open edition is the warehouse's."""
        file = self._settings.warehouse_file
        stamp = self._stamp()
        if stamp is None:
            return False
        if self.opened is None or self.opened.stamp != stamp:
            return await self._make(file, stamp)
        self._why_not = None
        return True

    def _stamp(self) -> str | None:
        file = self._settings.warehouse_file
        stamp = edition.stamp(file)
        self._is_absent = stamp is None
        if self._is_absent:
            self._why_not = f"there is no warehouse at {file.name} yet: run `make run` first"
        return stamp

    async def _make(self, file: Path, stamp: str) -> bool:
        try:
            why_not = await child.run(edition.__name__, str(file), str(self._file(stamp)))
            if why_not is None:
                self._open(stamp)
                return True
        except (OSError, duckdb.Error, sqlite3.Error) as error:
            why_not = str(error)
        self._why_not = "the warehouse cannot be read; the server's log says why"
        log.error("records_not_read", why=why_not)
        return False

    def _file(self, stamp: str) -> Path:
        return self._settings.records_folder / f"records-{stamp}.duckdb"

    def _open_standing(self) -> None:
        stamp = self._stamp()
        if stamp and self._file(stamp).is_file():
            # Another worker may remove it at this moment: then it is made again.
            with suppress(duckdb.IOException, sqlite3.Error):
                self._open(stamp)

    def _open(self, stamp: str) -> None:
        limit = {"memory_limit": f"{self._settings.query_memory_mb}MB"}
        file = self._file(stamp)
        connection = duckdb.connect(str(file), read_only=True, config=_HARDENED | limit)
        (about,) = rows(connection.execute("FROM about"))
        finished = Finished(edition.finished(file))
        self.opened = Opened(stamp, file, connection, finished, about["fingerprint"], about)
        edition.sweep(file.parent, "records-*.duckdb", keep=file)
        edition.sweep(file.parent, "records-*.sqlite", keep=edition.finished(file))
        self._why_not = None
        self.news.set()
        self.news = asyncio.Event()
        log.info("records_opened", fingerprint=about["fingerprint"], n_events=about["n_events"])


def _fetched(
    cursor: duckdb.DuckDBPyConnection, statement: str, values: Sequence[Any], timed: Any
) -> list[dict[str, Any]]:
    began = time.perf_counter()
    with cursor:
        found = rows(cursor.execute(statement, values))
    timed.observe(time.perf_counter() - began)
    return found
