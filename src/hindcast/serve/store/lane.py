"""One thread with one connection: a database is asked without holding the event loop up."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hindcast.serve.store.database import Database
from hindcast.serve.store.errors import StoreError


class Lane:
    """Runs functions of a connection, one after the other; reconnects after an error.

    Parameters
    ----------
    connect
        Opens a connection.
    name
        Of the thread, for whoever looks at the process.
    """

    def __init__(self, connect: Callable[[], Database], name: str) -> None:
        self._connect = connect
        self._database: Database | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    def run(self, what: Callable[..., Any], *values: Any) -> "asyncio.Future[Any]":
        """Return what ``what(database, *values)`` will give."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._thread, self._do, what, values)

    def _do(self, what: Callable[..., Any], values: tuple[Any, ...]) -> Any:
        if self._database is None:
            self._database = self._connect()
        try:
            return what(self._database, *values)
        except StoreError:
            self._leave()
            raise

    def _leave(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def close(self) -> None:
        """Finish what was asked for, then close the connection."""
        self._thread.submit(self._leave)
        self._thread.shutdown(wait=True)
