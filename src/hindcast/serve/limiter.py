"""The limits as a worker holds them: in Redis where it is, here where it is not."""

import asyncio
import secrets
from math import ceil
from typing import TYPE_CHECKING

import structlog
from fastapi import Request

from hindcast.serve import limits, metrics
from hindcast.serve.limits import Local, Verdict
from hindcast.serve.problems import Problem
from hindcast.serve.settings import Settings
from hindcast.serve.store.service import Store

if TYPE_CHECKING:
    from hindcast.serve.shared import Shared

RETURN_SECONDS = 1.0
"""How often Redis is tried again while it is gone."""

ROWS_PER_UNIT = 100
"""A batch counts as one request, and one more for each of these many rows."""

log = structlog.get_logger(__name__)


class Limiter:
    """Counts requests in Redis; while that is out of reach, its share of them in this process.

    It says when that begins and ends: in the log, in the gauge ``hindcast_limits_are_local`` and
    at ``/health/ready``. Requests of the time without Redis are not counted there afterwards.
    """

    def __init__(self, local: Local, shared: "Shared | None" = None, salt: str = "") -> None:
        self._local, self._shared, self._salt = local, shared, salt
        self._returning: asyncio.Task[None] | None = None
        self._refusals = {name: metrics.LIMITED.labels(name) for name in ("minute", "second")}

    @classmethod
    async def open(cls, settings: Settings, store: Store) -> "Limiter":
        """Open the limits that the settings name; a Redis that is away is waited for."""
        salt = await store.fact("address_salt", secrets.token_hex(16))
        local = Local(limits.shares(settings))
        if settings.redis_url is None:
            return cls(local, salt=salt)
        from hindcast.serve.shared import Shared

        limiter = cls(local, Shared(settings.redis_url, limits.tiers(settings)), salt)
        await limiter.look()
        return limiter

    @property
    def is_local(self) -> bool:
        """Whether Redis should count and cannot be reached."""
        return self._returning is not None

    def degraded(self) -> str | None:
        """Return what is not as it should be, or None."""
        return "Redis is out of reach: each worker counts its share" if self.is_local else None

    def of_address(self, address: str) -> str:
        """Return the name under which an address is counted."""
        return "address-" + limits.hashed(address, self._salt)

    async def take(self, who: str, tier: str, cost: int = 1, *, has_burst: bool = True) -> Verdict:
        """Let a request in and count it, or refuse it and count nothing."""
        if self._shared is None or self._returning is not None:
            verdict = self._local.take(who, tier, cost, has_burst=has_burst)
        else:
            verdict = await self._counted_there(who, tier, cost, has_burst)
        if verdict.refused_by:
            self._refusals[verdict.refused_by].inc()
        return verdict

    async def more(self, request: Request, units: int) -> None:
        """Count further units of a request that was let in, as a batch's rows; no burst.

        Raises
        ------
        Problem
            429: the minute holds no more.
        """
        if units <= 0:
            return
        state = request.state
        verdict = await self.take(state.counted_as, state.caller.tier, units, has_burst=False)
        state.verdict = verdict
        if verdict.refused_by:
            raise refusal(verdict)

    async def look(self) -> None:
        """Find out whether Redis is there."""
        try:
            await self._shared.ping()
        except (*self._shared.errors, OSError) as error:
            self._lose(error)

    async def close(self) -> None:
        """Stop waiting for Redis and close the connections."""
        if self._returning is not None:
            self._returning.cancel()
        if self._shared is not None:
            await self._shared.close()

    async def _counted_there(self, who: str, tier: str, cost: int, has_burst: bool) -> Verdict:
        try:
            return await self._shared.take(who, tier, cost, has_burst=has_burst)
        except (*self._shared.errors, OSError) as error:
            self._lose(error)
            return self._local.take(who, tier, cost, has_burst=has_burst)

    def _lose(self, error: Exception) -> None:
        if self._returning is None:
            metrics.LIMITS_ARE_LOCAL.set(1)
            log.error("limits are local: Redis is out of reach", error=type(error).__name__)
            self._returning = asyncio.get_running_loop().create_task(self._return())

    async def _return(self) -> None:
        """Try until Redis is there again."""
        while True:
            await asyncio.sleep(RETURN_SECONDS)
            try:
                await self._shared.ping()
            except (*self._shared.errors, OSError):
                continue
            metrics.LIMITS_ARE_LOCAL.set(0)
            log.info("limits are shared again: Redis is back")
            self._returning = None
            return


def refusal(verdict: Verdict) -> Problem:
    """Return the problem of a request that a limit refused."""
    is_minute = verdict.refused_by == "minute"
    most = verdict.limit.per_minute if is_minute else verdict.limit.per_second
    told = f"more than {most} requests a {verdict.refused_by}: wait {ceil(verdict.wait)} s"
    return Problem(429, told, headers={"Retry-After": str(max(1, ceil(verdict.wait)))})
