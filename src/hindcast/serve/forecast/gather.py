"""Requests of the same moment, computed together: a booster takes many rows for the price of few.

Rows are computed when a turn of the event loop brought no new one, or when enough wait. One client
alone waits for one empty turn, some microseconds; under load rows pile up while others are read.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable

import numpy as np

Compute = Callable[[np.ndarray], np.ndarray]
Waiting = list[tuple[np.ndarray, "asyncio.Future[np.ndarray]"]]

ENOUGH = 64
"""Rows that are not kept waiting for more: XGBoost takes blocks of 64."""


class Gatherer:
    """Calls a function of many rows once for all rows that came in neighbouring turns."""

    def __init__(self) -> None:
        self._waiting: dict[Compute, Waiting] = defaultdict(list)
        self._n_waiting = self._n_before = 0

    def ask(self, compute: Compute, row: np.ndarray) -> "asyncio.Future[np.ndarray]":
        """Return what ``compute`` will say of ``row``, shape (1, features)."""
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        self._waiting[compute].append((row, answer))
        self._n_waiting += 1
        if self._n_waiting == 1:
            loop.call_soon(self._look, loop)
        return answer

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
            _answer(compute, asked)


def _answer(compute: Compute, asked: Waiting) -> None:
    alive = [(row, answer) for row, answer in asked if not answer.cancelled()]
    if not alive:
        return
    try:
        found = compute(np.concatenate([row for row, _ in alive]))
    except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for these rows
        for _, answer in alive:
            answer.set_exception(error)
        return
    for (_, answer), one in zip(alive, found, strict=True):
        answer.set_result(one)
