"""Requests of the same moment, computed together: many rows cost little more than one.

Quick computations stay on the event loop: rows are computed when a turn of the loop brought no new
one, or when enough wait. One client alone waits for one empty turn, some microseconds; under load
rows pile up while others are read. Long ones go to a thread: rows wait while it is busy, and those
that wait are computed together once it is free.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np

Compute = Callable[[np.ndarray], np.ndarray]
Future = asyncio.Future[np.ndarray]
Waiting = list[tuple[np.ndarray, Future]]

ENOUGH = 64
"""Rows that are not kept waiting for more."""
ENOUGH_ASIDE = 16
"""Rows that a thread takes at a time: those who come later wait for no more than these."""


class Gatherer:
    """Calls a function of many rows once for all rows that came together.

    A function that fails for many rows is called again row by row, so that one row's error is
    nobody else's. Rows whose client has gone are left out.
    """

    def __init__(self) -> None:
        self._waiting: dict[Compute, Waiting] = defaultdict(list)
        self._n_waiting = self._n_before = 0
        self._aside: dict[Compute, Waiting] = {}
        self._threads = ThreadPoolExecutor(1, "gatherer")
        self._long = ThreadPoolExecutor(1, "batches")
        self._is_closed = False

    def ask(self, compute: Compute, row: np.ndarray) -> Future:
        """Return what ``compute`` will say of ``row``, shape (1, features); on the loop."""
        loop = asyncio.get_running_loop()
        answer: Future = loop.create_future()
        self._waiting[compute].append((row, answer))
        self._n_waiting += 1
        if self._n_waiting == 1:
            loop.call_soon(self._look, loop)
        return answer

    def ask_aside(self, compute: Compute, row: np.ndarray) -> Future:
        """Return what ``compute`` will say of ``row``, shape (1, features); in a thread."""
        loop = asyncio.get_running_loop()
        answer: Future = loop.create_future()
        if compute in self._aside:
            self._aside[compute].append((row, answer))
        else:
            self._aside[compute] = [(row, answer)]
            self._next_aside(compute, loop)
        return answer

    async def run(self, function: Callable[..., Any], *given: Any) -> Any:
        """Return what a long function gives, computed in a thread, one after the other."""
        return await asyncio.get_running_loop().run_in_executor(self._long, function, *given)

    def close(self) -> None:
        """Let go of the threads; what has begun is finished, what has not is cancelled."""
        self._is_closed = True
        for threads in (self._threads, self._long):
            threads.shutdown(wait=False, cancel_futures=True)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._n_before < self._n_waiting < ENOUGH:
            self._n_before = self._n_waiting
            loop.call_soon(self._look, loop)
        else:
            self._compute()

    def _compute(self) -> None:
        waiting, self._waiting = self._waiting, defaultdict(list)
        self._n_waiting = self._n_before = 0
        for compute, asked in waiting.items():
            alive = _alive(asked)
            _tell(alive, computed(compute, [row for row, _ in alive]))

    def _next_aside(self, compute: Compute, loop: asyncio.AbstractEventLoop) -> None:
        asked = _alive(self._aside[compute])
        now, self._aside[compute] = asked[:ENOUGH_ASIDE], asked[ENOUGH_ASIDE:]
        if self._is_closed or not now:
            del self._aside[compute]
            _tell(asked, [asyncio.CancelledError()] * len(asked))
            return
        rows = [row for row, _ in now]
        work = loop.run_in_executor(self._threads, computed, compute, rows)
        work.add_done_callback(partial(self._done_aside, compute, now, loop))

    def _done_aside(
        self,
        compute: Compute,
        asked: Waiting,
        loop: asyncio.AbstractEventLoop,
        work: asyncio.Future[list[Any]],
    ) -> None:
        if work.cancelled():
            _tell(asked, [asyncio.CancelledError()] * len(asked))
        else:
            _tell(asked, work.result())
        self._next_aside(compute, loop)


def computed(compute: Compute, rows: list[np.ndarray]) -> list[Any]:
    """Return for each row, shape (1, features), what ``compute`` says of it, or its error."""
    if not rows:
        return []
    try:
        found = list(compute(np.concatenate(rows)))
        if len(found) != len(rows):
            raise ValueError(f"{len(found)} answers to {len(rows)} rows")
    except Exception as error:  # noqa: BLE001 - it is handed to whoever waits for the row
        if len(rows) == 1:
            return [error]
        return [one for row in rows for one in computed(compute, [row])]
    return found


def _alive(asked: Waiting) -> Waiting:
    return [(row, answer) for row, answer in asked if not answer.done()]


def _tell(asked: Waiting, found: list[Any]) -> None:
    for (_, answer), one in zip(asked, found, strict=True):
        if answer.done():
            continue
        if isinstance(one, asyncio.CancelledError):
            answer.cancel()
        elif isinstance(one, Exception):
            answer.set_exception(one)
        else:
            answer.set_result(one)
