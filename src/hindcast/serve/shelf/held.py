"""The versions that a worker holds, which of them answers, and how new ones are taken up."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from hindcast.errors import HindcastError
from hindcast.serve import metrics
from hindcast.serve.forecast.engine import Engine
from hindcast.serve.problems import Problem
from hindcast.serve.settings import Settings
from hindcast.serve.shelf import aliases, loading, watch
from hindcast.serve.shelf.catalog import Catalog
from hindcast.serve.shelf.choice import Choice
from hindcast.serve.shelf.further import SHARE_OF_TIME, Further
from hindcast.serve.shelf.lane import Lane
from hindcast.serve.shelf.outcomes import judged
from hindcast.serve.shelf.shadow import Shadow
from hindcast.serve.shelf.telling import tell_returns
from hindcast.serve.shelf.watch import Verdict, Watch
from hindcast.serve.store.errors import StoreError
from hindcast.serve.store.rows import PredictionRow
from hindcast.serve.store.service import Store

log = structlog.get_logger(__name__)

Mark = tuple[int, int, int] | None


class Shelf:
    """The engines of a worker, by horizon and role.

    Where there is no shelf, what lies in the folder of models is champion, as it was at the start:
    a training that runs meanwhile is not taken up, as its horizons and targets come one by one.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self.folder, self.models = settings.shelf_folder, settings.models_folder
        self._settings, self._store = settings, store
        self._watch = Watch(settings)
        self._shadow = Shadow(self._watch, store.log, settings.shadow_queue)
        self._further = Further(self.folder, SHARE_OF_TIME * settings.timeout_seconds)
        self._seen: Mark = _mark(self.folder)
        self.lanes, self._faults = self._loaded({})
        self._watch.follow(self.lanes)
        self._tasks: list[asyncio.Task[None]] = []
        self._alert: asyncio.Task[None] | None = None

    @classmethod
    def open(cls, settings: Settings, store: Store) -> "Shelf":
        """Load what the shelf names, or what lies in the folder of models.

        Raises
        ------
        hindcast.errors.HindcastError
            There are no models, or they cannot be loaded.
        """
        return cls(settings, store)

    def start(self) -> "Shelf":
        """Look for changes, and after those that are watched, until it is closed."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._look_often()), loop.create_task(self._judge_often())]
        return self

    def choose(
        self,
        horizon: str,
        asked: str | None = None,
        caller_key: str | None = None,
        request_id: str = "",
    ) -> Choice:
        """Return what answers a request.

        Parameters
        ----------
        asked
            ``champion``, ``challenger`` or a version; whoever's turn it is where None.
        caller_key, request_id
            Decide whose turn it is: the same key always gets the same.

        Raises
        ------
        hindcast.serve.problems.Problem
            404: no such horizon, or no such version; see also :meth:`fetched`.
        """
        if (lane := self.lanes.get(horizon)) is None:
            raise Problem(404, f"no model of horizon {horizon!r}: there are {_told(self.lanes)}")
        if asked is None:
            return lane.usual(caller_key, request_id)
        if (found := lane.named(asked)) is None:
            raise Problem(
                404,
                f"{horizon} has no model {asked!r}: ask for {lane.told}, or a version that "
                "/api/v1/models lists",
            )
        return found

    async def fetched(self, horizon: str, asked: str) -> Choice | None:
        """Return a version without a name, loaded if need be; None where it is not on the shelf.

        Raises
        ------
        hindcast.serve.problems.Problem
            503: it cannot be loaded, or takes too long.
        """
        lane = self.lanes.get(horizon)
        if lane is None or lane.places is None or lane.named(asked) is not None:
            return None
        return await self._further.get(horizon, asked)

    def note(self, choice: Choice, seconds: float, failed: bool = False) -> None:
        """Take note of how long a request took its engine, and whether the engine failed."""
        self._watch.note(choice.engine, seconds, failed)

    def in_shadow(self, choice: Choice, inputs: Mapping[str, Any], row: PredictionRow) -> None:
        """Let the shadow of a choice score the same request later, when there is time."""
        if choice.shadow is not None:
            self._shadow.add(choice, inputs, row)

    @property
    def champions(self) -> dict[str, Engine]:
        """Return who answers by default."""
        return {horizon: lane.champion for horizon, lane in self.lanes.items()}

    @property
    def fingerprint(self) -> str:
        """Return what changes whenever other versions are there, or are called otherwise."""
        named = [lane.told for lane in self.lanes.values()]
        return f"{self._seen} {named} {self._further.versions}"

    def catalog(self) -> Catalog:
        """Return what can be told of the models."""
        return Catalog(self.lanes, self.folder, self.models, self._further.versions)

    def ready(self) -> str | None:
        """Return why no change of the shelf would be noticed any more, or None."""
        ended = [task for task in self._tasks if task.done()]
        return "the shelf of models is not looked at any more" if ended else None

    def degraded(self) -> str | None:
        """Return which versions should answer and cannot be loaded, or None."""
        return "; ".join(self._faults.values()) or None

    def close(self) -> None:
        """Look no longer."""
        for task in self._tasks:
            task.cancel()
        self._shadow.close()

    async def look(self) -> None:
        """Take up the shelf's changes, and take out what has crossed a bound."""
        if (mark := _mark(self.folder)) != self._seen:
            await self._reload(mark)
        for verdict in self._watch.verdicts():
            await self._act(verdict)

    async def judge(self) -> None:
        """Take out what the outcomes speak against."""
        for suspect in self._watch.suspects:
            who = suspect.identity
            outcomes = await self._store.read(judged, who.horizon, who.version, who.since)
            if reason := suspect.judge(outcomes):
                await self._act(Verdict(who, reason))

    async def _reload(self, mark: Mark) -> None:
        """Load what is new in a thread, then let it answer; requests under way keep theirs."""
        try:
            lanes, faults = await asyncio.to_thread(self._loaded, self.lanes)
        except (HindcastError, OSError) as error:
            lanes, faults = self.lanes, {"shelf": str(error)}
        self._seen = mark
        self.lanes, self._faults = lanes, faults
        self._further.forget()
        self._watch.follow(lanes)
        metrics.RELOADS.labels("refused" if faults else "taken").inc()
        for told in faults.values():
            log.error("model refused", reason=told)
        self._alert = asyncio.get_running_loop().create_task(tell_returns(self._settings))
        log.info("models taken up", models={horizon: lane.told for horizon, lane in lanes.items()})

    def _loaded(self, now: Mapping[str, Lane]) -> tuple[dict[str, Lane], dict[str, str]]:
        found = aliases.read(self.folder)
        if found is not None:
            return loading.from_shelf(self.folder, found, now)
        return dict(now) or loading.from_models(self.models), {}

    async def _act(self, verdict: Verdict) -> None:
        if await asyncio.to_thread(watch.act, self.folder, verdict):
            await self._reload(_mark(self.folder))

    async def _look_often(self) -> None:
        while True:
            await asyncio.sleep(self._settings.reload_seconds)
            try:
                await self.look()
            except (HindcastError, OSError) as error:
                log.error("shelf cannot be changed", error=str(error))

    async def _judge_often(self) -> None:
        while True:
            await asyncio.sleep(self._settings.judge_seconds)
            try:
                await self.judge()
            except (StoreError, HindcastError, OSError) as error:
                log.error("outcomes cannot be read", error=str(error))


def _mark(folder: Path) -> Mark:
    """Return what changes whenever the aliases are written."""
    try:
        found = (folder / aliases.FILE).stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _told(there: Mapping[str, Any]) -> str:
    return ", ".join(there) or "none"
