"""The other version scores the same requests, after they are answered and only when there is time.

One thread works through what waits and rests twice as long as it worked, so that it takes at most a
third of a core from those who wait for an answer. What does not fit into the queue is left out and
counted.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import orjson
import structlog

from hindcast.serve import metrics
from hindcast.serve.shelf.choice import Choice
from hindcast.serve.shelf.watch import Watch
from hindcast.serve.store.errors import StoreError
from hindcast.serve.store.rows import PredictionRow

log = structlog.get_logger(__name__)

AT_A_TIME = 16
REST = 2
ROLE = "shadow"


class Task(NamedTuple):
    """A request that was answered, and is to be scored by the other version."""

    choice: Choice
    inputs: Mapping[str, Any]
    row: PredictionRow


class Scored(NamedTuple):
    """What the shadow said: probabilities of the four classes, or None where it failed."""

    task: Task
    classes: Sequence[float] | None
    seconds: float


class Shadow:
    """Scores requests that were answered already.

    Parameters
    ----------
    watch
        Is told what came of it.
    write
        Keeps a row of the prediction log.
    most
        How many requests may wait.
    """

    def __init__(
        self, watch: Watch, write: Callable[[PredictionRow], Awaitable[Any]], most: int
    ) -> None:
        self._watch, self._write, self._most = watch, write, most
        self._waiting: deque[Task] = deque()
        self._thread = ThreadPoolExecutor(1, "shadow")
        self._task: asyncio.Task[None] | None = None

    def add(self, choice: Choice, inputs: Mapping[str, Any], row: PredictionRow) -> None:
        """Score this request later, if there is room for it."""
        if len(self._waiting) >= self._most:
            metrics.SHADOW.labels(row.horizon, "left out").inc()
            return
        self._waiting.append(Task(choice, inputs, row))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            now = [self._waiting.popleft() for _ in range(min(AT_A_TIME, len(self._waiting)))]
            started = time.perf_counter()
            found = await loop.run_in_executor(self._thread, _score_all, now)
            for one in found:
                self._tell(one)
            await self._keep([_row(one) for one in found if one.classes is not None])
            await asyncio.sleep(REST * (time.perf_counter() - started))

    def _tell(self, one: Scored) -> None:
        task, shadow = one.task, one.task.choice.shadow
        failed = one.classes is None
        metrics.SHADOW.labels(task.row.horizon, "failed" if failed else "scored").inc()
        if task.choice.role == "champion":
            self._watch.note(shadow, one.seconds, failed)
        if one.classes is not None and task.row.fatal is not None:
            self._watch.compare(task.choice.engine, task.row.fatal, shadow, one.classes[-1])

    async def _keep(self, rows: list[PredictionRow]) -> None:
        """Keep the rows; a log that fails has told so of the answers already."""
        kept = await asyncio.gather(*map(self._write, rows), return_exceptions=True)
        for error in kept:
            if isinstance(error, BaseException) and not isinstance(error, StoreError):
                raise error

    def close(self) -> None:
        """Leave what waits."""
        if self._task:
            self._task.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)


def _score_all(tasks: Sequence[Task]) -> list[Scored]:
    return [_score(task) for task in tasks]


def _score(task: Task) -> Scored:
    engine = task.choice.shadow
    started = time.perf_counter()
    try:
        given = {name: told for name, told in task.inputs.items() if told is not None}
        _values, matrix = engine.prepared.of_request(given)
        classes = engine.classes(matrix)[0].tolist()
    except Exception as error:  # noqa: BLE001 - whatever fails in a shadow is counted against it
        log.warning("shadow failed", version=engine.version, error=type(error).__name__)
        classes = None
    return Scored(task, classes, time.perf_counter() - started)


def _row(one: Scored) -> PredictionRow:
    shadow = one.task.choice.shadow
    return one.task.row._replace(
        version=shadow.version,
        role=ROLE,
        is_answered=False,
        fatal=one.classes[-1],
        classes=orjson.dumps(dict(zip(shadow.severity.outputs, one.classes, strict=True))).decode(),
        latency_ms=one.seconds * 1000,
    )
