"""API keys: made once, kept as a hash, believed for some seconds once looked up."""

import asyncio
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Literal, NamedTuple, get_args

import structlog

from hindcast.errors import HindcastError
from hindcast.serve import clock
from hindcast.serve.store.errors import StoreError
from hindcast.serve.store.rows import KeyRow
from hindcast.serve.store.service import Store

Scope = Literal["read", "predict", "admin"]
Tier = Literal["free", "premium"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
TIERS: tuple[Tier, ...] = get_args(Tier)

PREFIX = "hc_"
_ID_BYTES, _SECRET_BYTES = 6, 32
_ID = slice(len(PREFIX), len(PREFIX) + 2 * _ID_BYTES)
_LENGTH = _ID.stop + 1 + 43
"""Of a whole key: 32 bytes are 43 letters of URL-safe base 64."""

_MOST_KNOWN = 10_000

log = structlog.get_logger(__name__)


class KeyNotMadeError(HindcastError):
    """A key was asked for that cannot be."""


class NoKeyError(HindcastError):
    """There is no key of an id."""


class Caller(NamedTuple):
    """Who asks: a key, or with ``key_id`` None somebody without one where reading is public."""

    key_id: str | None
    name: str
    scopes: frozenset[str]
    tier: str


class _Known(NamedTuple):
    """A key as it was looked up; ``caller`` is None where it is revoked."""

    digest: bytes
    caller: Caller | None
    expires_at: float
    checked_at: float


def make(
    name: str, scopes: Collection[str], tier: str = "free", expires_at: datetime | None = None
) -> tuple[str, KeyRow]:
    """Return a new key and what is kept of it.

    Parameters
    ----------
    name
        For whom or what it is: one line of at most 100 letters.
    scopes
        What it may: some of :data:`SCOPES`.
    tier
        Whose limits it has: one of :data:`TIERS`.
    expires_at
        From when on it is refused, with a zone; None for never.

    Raises
    ------
    KeyNotMadeError
        One of these is not as it must be.

    Examples
    --------
    >>> key, kept = make("a notebook", ["predict", "read"])
    >>> key.startswith("hc_" + kept.key_id), kept.scopes, key in kept
    (True, 'predict read', False)
    """
    _check(name, scopes, tier, expires_at)
    key_id = secrets.token_hex(_ID_BYTES)
    key = f"{PREFIX}{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    expires = expires_at and clock.stamp(expires_at)
    kept = " ".join(sorted(set(scopes)))
    digest = sha256(key.encode()).hexdigest()
    return key, KeyRow(key_id, name, kept, tier, digest, clock.stamp(), expires, None)


def _check(name: str, scopes: Collection[str], tier: str, expires_at: datetime | None) -> None:
    if not (0 < len(name) <= 100 and name.isprintable()):
        raise KeyNotMadeError("a key's name is one line of 1 to 100 letters")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise KeyNotMadeError(f"scopes {', '.join(scopes) or '(none)'}: expected {SCOPES}")
    if tier not in TIERS:
        raise KeyNotMadeError(f"tier {tier}: expected one of {TIERS}")
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= clock.now()):
        raise KeyNotMadeError("a key expires in the future, at a time with its zone")


class KeyRing:
    """The keys that were asked with lately.

    A key is looked up in the store and then believed for ``seconds``; half-way it is looked up
    again beside the requests, so that none of them waits. A key that was revoked or changed
    elsewhere works for at most that long; where the store cannot be read, too.
    """

    def __init__(self, store: Store, seconds: float) -> None:
        self._store, self._seconds = store, seconds
        self._known: dict[str, _Known] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}

    def believed(self, key: str) -> Caller | None:
        """Return whose key it is where that is known for sure; None where it must be found."""
        known = self._known.get(key[_ID])
        if known is None:
            return None
        age = clock.monotonic() - known.checked_at
        if age > self._seconds:
            return None
        if age > self._seconds / 2:
            self._look(key[_ID])
        return _recognised(known, key)

    async def find(self, key: str) -> Caller | None:
        """Return whose key it is; None where it is nobody's, revoked or expired.

        Raises
        ------
        StoreError
            The store cannot be read.
        """
        if len(key) != _LENGTH or not key.startswith(PREFIX) or not key.isascii():
            return None
        if self._is_old(key[_ID]):
            await asyncio.shield(self._look(key[_ID]))
        known = self._known.get(key[_ID])
        return known and _recognised(known, key)

    def forget(self, key_id: str) -> None:
        """Look a key up again before it is believed: it was changed here."""
        self._known.pop(key_id, None)

    async def close(self) -> None:
        """Wait for what is being looked up."""
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    def _is_old(self, key_id: str) -> bool:
        known = self._known.get(key_id)
        return known is None or clock.monotonic() - known.checked_at > self._seconds

    def _look(self, key_id: str) -> "asyncio.Task[None]":
        if key_id not in self._looking:
            task = asyncio.get_running_loop().create_task(self._looked(key_id))
            self._looking[key_id] = task
            task.add_done_callback(_told)
        return self._looking[key_id]

    async def _looked(self, key_id: str) -> None:
        asked_at = clock.monotonic()
        try:
            row = await self._store.key(key_id)
        finally:
            del self._looking[key_id]
        if row is None:
            self._known.pop(key_id, None)
            return
        if len(self._known) >= _MOST_KNOWN:
            self._known.pop(next(iter(self._known)))
        self._known[key_id] = _known(row, asked_at)


def _told(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and isinstance(task.exception(), StoreError):
        log.warning("a key could not be looked up", error=str(task.exception()))


def _known(row: KeyRow, asked_at: float) -> _Known:
    caller = Caller(row.key_id, row.name, frozenset(row.scopes.split()), row.tier)
    expires = datetime.fromisoformat(row.expires_at).timestamp() if row.expires_at else 1e99
    return _Known(bytes.fromhex(row.sha256), None if row.revoked_at else caller, expires, asked_at)


def _recognised(known: _Known, key: str) -> Caller | None:
    """Return the caller where the whole key is right, compared in constant time."""
    is_right = hmac.compare_digest(known.digest, sha256(key.encode()).digest())
    return known.caller if is_right and clock.seconds() < known.expires_at else None
