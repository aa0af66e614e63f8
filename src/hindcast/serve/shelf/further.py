"""Versions on the shelf that have no name: one of each horizon is held while it is asked for."""

import asyncio
from pathlib import Path

import structlog

from hindcast.serve.problems import Problem
from hindcast.serve.shelf import loading, moves
from hindcast.serve.shelf.choice import Choice

log = structlog.get_logger(__name__)

ROLE = "version"
SHARE_OF_TIME = 0.5
"""How much of the time for an answer a request waits for its version."""
RETRY = {"Retry-After": "1"}


class Further:
    """At most one engine of each horizon beside those with a name; another takes its place.

    They are loaded in a thread, one at a time, and what several ask for at once is loaded once.

    Parameters
    ----------
    shelf
        Folder of the versions.
    patience
        Seconds that a request waits; the loading goes on without it.
    """

    def __init__(self, shelf: Path, patience: float) -> None:
        self._shelf, self._patience = shelf, patience
        self._held: dict[str, Choice] = {}
        self._under_way: dict[tuple[str, str], asyncio.Task[Choice]] = {}
        self._turn = asyncio.Lock()

    @property
    def versions(self) -> dict[str, str]:
        """Return which version is held of each horizon."""
        return {horizon: choice.engine.version for horizon, choice in self._held.items()}

    def forget(self) -> None:
        """Hold none any more: the shelf has changed, and may lack them now."""
        self._held.clear()

    async def get(self, horizon: str, version: str) -> Choice | None:
        """Return a version of the shelf, loaded if need be; None where the shelf has none such.

        Raises
        ------
        hindcast.serve.problems.Problem
            503: it cannot be loaded, or not within the time that a request waits.
        """
        held = self._held.get(horizon)
        if held is not None and held.engine.version == version:
            return held
        if version not in await asyncio.to_thread(moves.versions, self._shelf, horizon):
            return None
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(self._task(horizon, version))
        except TimeoutError:
            told = f"version {version} of {horizon} is being loaded: try again"
            raise Problem(503, told, headers=RETRY) from None

    def _task(self, horizon: str, version: str) -> asyncio.Task[Choice]:
        asked = horizon, version
        if (found := self._under_way.get(asked)) is None:
            found = asyncio.get_running_loop().create_task(self._load(horizon, version))
            self._under_way[asked] = found
            found.add_done_callback(lambda task: self._end(asked, task))
        return found

    def _end(self, asked: tuple[str, str], task: asyncio.Task[Choice]) -> None:
        del self._under_way[asked]
        if not task.cancelled():
            task.exception()  # whoever waited has been told; nobody may have waited so long

    async def _load(self, horizon: str, version: str) -> Choice:
        async with self._turn:
            engine, fault = await asyncio.to_thread(loading.one, self._shelf, horizon, version)
        if engine is None:
            log.error("model refused", reason=fault)
            told = f"version {version} of {horizon} cannot be loaded: the server's log has why"
            raise Problem(503, told)
        log.info("version loaded", horizon=horizon, version=version)
        self._held[horizon] = Choice(engine, ROLE)
        return self._held[horizon]
