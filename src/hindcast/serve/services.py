"""What a worker holds while it serves: opened once at the start, closed at the end.

A part is anything that :data:`PARTS` names a way to open. Where it has a method ``close()`` it is
called at the end, and where it has ``ready()`` the route ``/health/ready`` asks it; both may be
coroutines. ``ready()`` returns why the part cannot answer, or None where it can.
"""

import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from hindcast.serve.alarm import Alarm
from hindcast.serve.cache import Cache
from hindcast.serve.forecast.gather import Gatherer
from hindcast.serve.forecast.prepared import Prepared
from hindcast.serve.keys import KeyRing
from hindcast.serve.limiter import Limiter
from hindcast.serve.records.memory import Memory
from hindcast.serve.search import Search
from hindcast.serve.settings import Settings
from hindcast.serve.shelf.held import Shelf
from hindcast.serve.store.service import Store
from hindcast.serve.usage import Usage
from hindcast.serve.warehouse import Warehouse


@dataclass
class Services:
    """The parts that routes use; ``request.app.state.services``."""

    settings: Settings
    fields: Prepared = field(init=False)
    store: Store = field(init=False)
    keys: KeyRing = field(init=False)
    usage: Usage = field(init=False)
    limiter: Limiter = field(init=False)
    alarm: Alarm = field(init=False)
    shelf: Shelf = field(init=False)
    gatherer: Gatherer = field(init=False)
    warehouse: Warehouse = field(init=False)
    search: Search = field(init=False)
    cache: Cache = field(init=False)

    def parts(self) -> dict[str, Any]:
        """Return the parts that are open, by name, in the order of their opening."""
        return {name: vars(self)[name] for name in PARTS if name in vars(self)}


def _store(held: Services) -> Store:
    return Store.open(held.settings)


async def _keys(held: Services) -> KeyRing:
    return KeyRing(held.store, held.settings.key_cache_seconds)


def _usage(held: Services) -> Usage:
    return Usage(held.store)


async def _limiter(held: Services) -> Limiter:
    return await Limiter.open(held.settings, held.store)


async def _alarm(held: Services) -> Alarm:
    return Alarm(held.settings, held.limiter).start()


def _shelf(held: Services) -> Shelf:
    return Shelf.open(held.settings, held.store).start()


def _gatherer(_held: Services) -> Gatherer:
    return Gatherer()


async def _warehouse(held: Services) -> Warehouse:
    return Warehouse.open(held.settings)


async def _search(held: Services) -> Search:
    return Search.open(held.settings, held.warehouse)


def _cache(held: Services) -> Cache:
    return Cache(Memory(held.settings.cache_entries), held.settings.redis_url)


def _fields(held: Services) -> Prepared:
    return Prepared.open(held.settings.records_folder)


PARTS: Mapping[str, Callable[[Services], Any]] = {
    "fields": _fields,
    "store": _store,
    "keys": _keys,
    "usage": _usage,
    "limiter": _limiter,
    "alarm": _alarm,
    "shelf": _shelf,
    "gatherer": _gatherer,
    "warehouse": _warehouse,
    "search": _search,
    "cache": _cache,
}
"""How each part is opened, in this order; an opener sees those before it, and may be async."""


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Services]:
    """Open every part; close them last first, also where a later one does not open."""
    held = Services(settings)
    async with AsyncExitStack() as stack:
        for name, opener in PARTS.items():
            part = await awaited(opener(held))
            setattr(held, name, part)
            if hasattr(part, "close"):
                stack.push_async_callback(_close, part)
        yield held


async def _close(part: Any) -> None:
    await awaited(part.close())


async def awaited(found: Any) -> Any:
    """Return what a function gave, or what its coroutine gives."""
    return await found if inspect.isawaitable(found) else found


def of(request: Request) -> Any:
    """Return the worker's services."""
    return request.app.state.services
