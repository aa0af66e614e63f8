"""Rows of the same moment in one transaction: an answer goes out when its row is committed.

While one transaction is under way, the rows of the next gather. One client alone waits for one
commit; fifty wait for two, not for fifty.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from hindcast.serve.store.errors import StoreError

Row = tuple[Any, ...]
Waiting = list[tuple[Sequence[Row], "asyncio.Future[None]"]]


class GroupCommit:
    """Writes rows through ``write``, which takes many and commits them, all or none."""

    def __init__(self, write: Callable[[Sequence[Row]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: Waiting = []
        self._task: asyncio.Task[None] | None = None

    def add(self, rows: Sequence[Row]) -> "asyncio.Future[None]":
        """Return what is done when the rows are committed; it carries the write's error."""
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._waiting.append((rows, done))
        if self._task is None:
            self._task = loop.create_task(self._run())
        return done

    async def finish(self) -> None:
        """Wait until everything that was added is written."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            await self._settle(waiting)
        self._task = None

    async def _settle(self, waiting: Waiting) -> None:
        error = await self._written([row for rows, _ in waiting for row in rows])
        if error is None or isinstance(error, StoreError) or len(waiting) == 1:
            for _, done in waiting:
                _tell(done, error)
        else:
            await self._one_by_one(waiting)

    async def _one_by_one(self, waiting: Waiting) -> None:
        """Write what belongs together alone, so that one row at fault does not take the others."""
        for rows, done in waiting:
            _tell(done, await self._written(rows))

    async def _written(self, rows: Sequence[Row]) -> Exception | None:
        try:
            await self._write(rows)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for these rows
            return error
        return None


def _tell(done: "asyncio.Future[None]", error: Exception | None) -> None:
    if done.cancelled():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
