"""How much each key is used, counted here and added to the store some seconds later."""

import asyncio
from datetime import UTC, datetime

import structlog

from hindcast.serve import clock
from hindcast.serve.store.errors import StoreError
from hindcast.serve.store.rows import UsageRow
from hindcast.serve.store.service import Store

EVERY_SECONDS = 5.0
NOBODY = "anonymous"
"""Under which those without a key are counted together."""

log = structlog.get_logger(__name__)


class Usage:
    """Counts requests by key; a kill loses the last seconds of this count, and nothing else."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts: dict[str, list[float]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def note(self, key_id: str | None, is_refused: bool) -> None:
        """Count one request, let in or refused by a limit."""
        count = self._counts.get(key_id or NOBODY)
        if count is None:
            count = self._counts[key_id or NOBODY] = [0, 0, 0.0]
            self._plan()
        count[is_refused] += 1
        count[2] = clock.seconds()

    def _plan(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(EVERY_SECONDS, self._begin)

    def _begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self.flush())

    async def flush(self) -> None:
        """Add what was counted to the store; keep it where the store cannot be written."""
        counts, self._counts, self._timer = self._counts, {}, None
        if not counts:
            return
        try:
            await self._store.used(
                [_row(key_id, *count) for key_id, count in sorted(counts.items())]
            )
        except StoreError as error:
            log.warning("use of keys could not be kept", error=error.detail)
            self._put_back(counts)

    def _put_back(self, counts: dict[str, list[float]]) -> None:
        for key_id, (let_in, refused, at) in counts.items():
            now = self._counts.setdefault(key_id, [0, 0, 0.0])
            now[:] = now[0] + let_in, now[1] + refused, max(now[2], at)
        self._plan()

    async def close(self) -> None:
        """Add what was counted."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await self._task
        await self.flush()
        if self._timer is not None:
            self._timer.cancel()


def _row(key_id: str, let_in: float, refused: float, at: float) -> UsageRow:
    last = clock.stamp(datetime.fromtimestamp(at, UTC))
    return UsageRow(key_id, last[:10], int(let_in + refused), int(refused), last)
