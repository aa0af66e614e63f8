"""The store as a worker holds it: awaited, written in groups, asked in threads."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from hindcast.serve import metrics
from hindcast.serve.settings import Settings
from hindcast.serve.store import opening
from hindcast.serve.store.database import Database
from hindcast.serve.store.errors import StoreError
from hindcast.serve.store.group import GroupCommit, Row
from hindcast.serve.store.lane import Lane
from hindcast.serve.store.rows import KeyRow, OutcomeRow, PredictionRow, UsageRow, UsedKeyRow

log = structlog.get_logger(__name__)


class Store:
    """Keys, prediction log and outcomes: a lane for writing, one for look-ups, one for the rest."""

    def __init__(self, connect: Callable[[], Database], *, log_required: bool = True) -> None:
        self._reader, self._writer = Lane(connect, "store-reader"), Lane(connect, "store-writer")
        self._aside = Lane(connect, "store-aside")
        self._group = GroupCommit(self._write)
        self._log_required = log_required
        self._last_error: StoreError | None = None

    @classmethod
    def open(cls, settings: Settings) -> "Store":
        """Open the store that the settings name, its tables brought up to date."""
        return cls(opening.connector(settings), log_required=settings.log_required)

    async def log(self, *rows: PredictionRow) -> bool:
        """Wait until predictions are committed, all or none of them; say whether they are.

        Raises
        ------
        StoreError
            They are not, and ``HINDCAST_LOG_REQUIRED`` is true: no answer without a record.
        """
        try:
            await self._group.add(rows)
        except StoreError as error:
            if self._log_required:
                raise
            metrics.UNLOGGED.inc(len(rows))
            log.error("answered without a record", predictions=len(rows), error=error.detail)
            return False
        return True

    async def _write(self, rows: Sequence[Row]) -> None:
        try:
            await self._writer.run(Database.log, rows)
        except StoreError as error:
            self._last_error = error
            raise
        self._last_error = None

    async def prediction(self, prediction_id: str) -> PredictionRow | None:
        """Return the prediction that was answered under an id; None where there is none."""
        return await self._reader.run(Database.prediction, prediction_id)

    async def outcome(
        self, prediction_id: str, injury: str, as_of: str, replace: bool = False
    ) -> OutcomeRow:
        """Record what turned out; OutcomeError is 404 without a prediction, 409 against another."""
        return await self._writer.run(Database.outcome, prediction_id, injury, as_of, replace)

    async def add_key(self, row: KeyRow) -> None:
        """Keep a new key."""
        await self._writer.run(Database.add_key, row)

    async def key(self, key_id: str) -> KeyRow | None:
        """Return the key of an id."""
        return await self._reader.run(Database.key, key_id)

    async def keys(self) -> list[UsedKeyRow]:
        """Return every key, oldest first, with its use."""
        return await self._reader.run(Database.keys)

    async def revoke(self, key_id: str) -> bool:
        """Revoke a key; say whether there is one of that id."""
        return await self._writer.run(Database.revoke, key_id)

    async def used(self, rows: list[UsageRow]) -> None:
        """Add use of keys to what is counted."""
        await self._writer.run(Database.used, rows)

    async def usage(self, since: str) -> list[UsageRow]:
        """Return the use of every key by day, from a day (``2026-01-31``) on."""
        return await self._reader.run(Database.usage, since)

    async def fact(self, name: str, value: str) -> str:
        """Keep a value under a name where none is kept; return the one that is kept."""
        return await self._writer.run(Database.fact, name, value)

    async def read(self, what: Callable[..., Any], *values: Any) -> Any:
        """Return what ``what(database, *values)`` gives; no key waits for it, however long."""
        return await self._aside.run(what, *values)

    async def ready(self) -> str | None:
        """Return why the store cannot be read, or could not be written the last time, or None."""
        try:
            await self._reader.run(Database.fetch, "SELECT 1")
        except StoreError as error:
            return error.detail
        return self._last_error.detail if self._last_error else None

    async def close(self) -> None:
        """Write what waits, then close the connections."""
        await self._group.finish()
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writer.close()
        self._reader.close()
        self._aside.close()
