"""Answers computed before: in Redis for all workers where it is given, and in each worker's memory.

Redis gone is no error here: the worker's own memory answers, and Redis is left alone for a second.
"""

from typing import Any

from hindcast.serve import clock
from hindcast.serve.records.memory import Memory

KEPT_SECONDS = 24 * 3600
_TIMEOUT, _LEFT_ALONE = 0.25, 1.0
_PREFIX = "hindcast:answer:"


class Cache:
    """Keeps answers by their ETag, which another edition of the records changes.

    Parameters
    ----------
    memory
        The worker's own.
    url
        Of Redis, or None.
    """

    def __init__(self, memory: Memory, url: str | None = None) -> None:
        self._memory = memory
        self._back_at = 0.0
        self._redis, self._errors = _connected(url) if url else (None, ())

    async def get(self, tag: str) -> bytes | None:
        """Return the answer with this tag, or None."""
        found = self._memory.get(tag)
        return found if found is not None else await self._there(tag)

    async def keep(self, tag: str, answer: bytes) -> None:
        """Keep an answer."""
        self._memory.keep(tag, answer)
        if self._asks_redis():
            try:
                await self._redis.set(_PREFIX + tag, answer, ex=KEPT_SECONDS)
            except self._errors:
                self._leave_alone()

    async def close(self) -> None:
        """Close the connection to Redis."""
        if self._redis is not None:
            await self._redis.aclose()

    async def _there(self, tag: str) -> bytes | None:
        if not self._asks_redis():
            return None
        try:
            found = await self._redis.get(_PREFIX + tag)
        except self._errors:
            self._leave_alone()
            return None
        if found is not None:
            self._memory.keep(tag, found)
        return found

    def _asks_redis(self) -> bool:
        return self._redis is not None and clock.monotonic() >= self._back_at

    def _leave_alone(self) -> None:
        self._back_at = clock.monotonic() + _LEFT_ALONE


def _connected(url: str) -> tuple[Any, tuple[type[Exception], ...]]:
    from redis import asyncio, exceptions

    redis = asyncio.Redis.from_url(url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
    return redis, (exceptions.RedisError, OSError)
