"""Requests that are under way, and the end of those that take too long.

One timer looks after all of them: a timer for each costs every request more than it is worth.
"""

import asyncio
import time
from dataclasses import dataclass, field

LOOK_SECONDS = 0.05
"""The longest between two looks, and so how late an end may come."""


@dataclass(slots=True, eq=False)
class Run:
    """One request: when it began, the task that answers it, and whether its time is up."""

    task: "asyncio.Task[None]"
    begun: float = field(default_factory=time.perf_counter)
    is_late: bool = False


class Deadlines:
    """Cancels the tasks of runs that are older than a limit."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open: dict[Run, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._open)

    def begin(self) -> Run:
        """Look after the current task from now on."""
        task = asyncio.current_task()
        assert task is not None
        run = Run(task)
        self._open[run] = None
        if self._timer is None:
            self._wait()
        return run

    def end(self, run: Run) -> float:
        """Forget a run; return the seconds that it took."""
        self._open.pop(run, None)
        return time.perf_counter() - run.begun

    def _wait(self) -> None:
        wait = min(LOOK_SECONDS, self._seconds)
        self._timer = asyncio.get_running_loop().call_later(wait, self._look)

    def _look(self) -> None:
        """Cancel what is late; runs lie in the order of their beginning."""
        now = time.perf_counter()
        for run in self._open:
            if now - run.begun < self._seconds:
                break
            if not run.is_late:
                run.is_late = True
                run.task.cancel()
        self._timer = None
        if self._open:
            self._wait()
