"""Tell the webhook when this worker lost Redis, and when it is back."""

import asyncio
import itertools
from typing import Protocol

import structlog

from hindcast.errors import HindcastError
from hindcast.monitor import alerts
from hindcast.serve import tasks
from hindcast.serve.settings import Settings

LOOK_SECONDS = 2.0
LOOKS_A_RETRY = 30
"""How many looks after which what could not be delivered is tried again."""

LOCAL = "limits_are_local"
WORDS = {
    True: "Redis is out of reach: each worker counts its share of the limits",
    False: "Redis is back: the workers count limits together",
}

log = structlog.get_logger(__name__)


class Counting(Protocol):
    """What says whether limits are counted by this worker alone."""

    is_local: bool


class Alarm:
    """Looks every few seconds, outside of requests; where no webhook is given, never.

    Each worker tells of its own changes; of several that notice the same, one is heard.
    """

    def __init__(self, settings: Settings, limiter: Counting) -> None:
        self._settings, self._limiter = settings, limiter
        self._task: asyncio.Task[None] | None = None

    def start(self) -> "Alarm":
        """Begin to look."""
        if self._settings.webhook_url and self._settings.redis_url:
            self._task = asyncio.get_running_loop().create_task(self._look_often())
        return self

    async def close(self) -> None:
        """Look no more."""
        await tasks.ended(self._task)

    async def _look_often(self) -> None:
        was = None
        for number in itertools.count():
            if (now := self._limiter.is_local) is not was:
                await self._tell([alerts.Condition(LOCAL, "", now, WORDS[now])])
                was = now
            elif number % LOOKS_A_RETRY == 0:
                await self._tell([])
            await asyncio.sleep(LOOK_SECONDS)

    async def _tell(self, conditions: list[alerts.Condition]) -> None:
        told = (self._settings.webhook_url, self._settings.alerts_file, conditions)
        try:
            await asyncio.to_thread(alerts.tell, *told)
        except (HindcastError, OSError) as error:
            log.error("webhook not told", error=str(error))
