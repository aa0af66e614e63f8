"""Rows of the same moment in one transaction: an answer goes out when its row is committed.

While one transaction is under way, the rows of the next gather. One client alone waits for one
commit; fifty wait for two, not for fifty.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

Row = tuple[Any, ...]


class GroupCommit:
    """Writes rows through ``write``, which takes many and commits them, in a thread."""

    def __init__(self, write: Callable[[Sequence[Row]], None]) -> None:
        self._write = write
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, row: Row) -> "asyncio.Future[None]":
        """Return what is done when the row is committed; it carries the write's error."""
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._waiting.append((row, done))
        if self._task is None:
            self._task = loop.create_task(self._run())
        return done

    async def _run(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            error = await self._written([row for row, _ in waiting])
            for _, done in waiting:
                _settle(done, error)
        self._task = None

    async def _written(self, rows: list[Row]) -> Exception | None:
        try:
            await asyncio.to_thread(self._write, rows)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for these rows
            return error
        return None


def _settle(done: "asyncio.Future[None]", error: Exception | None) -> None:
    if done.cancelled():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
