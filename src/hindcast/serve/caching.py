"""Answers that need not be computed, or sent, twice: ETags, Cache-Control and a small memory."""

import functools
import hashlib
from collections.abc import Awaitable, Callable
from importlib import metadata
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import BaseModel

from hindcast.serve import metrics, services
from hindcast.serve.cache import Cache
from hindcast.serve.records import edition

_HIT, _MISS = metrics.CACHE.labels("hit"), metrics.CACHE.labels("miss")


def tag_of(fingerprint: str, path: str, asked: Any) -> str:
    """Return the ETag of an answer: the records, the way they are told, and the question."""
    told = orjson.dumps([_version(), fingerprint, path, asked], option=orjson.OPT_SORT_KEYS)
    return f'"{hashlib.sha256(told).hexdigest()[:32]}"'


@functools.cache
def _version() -> str:
    return f"{metadata.version('hindcast')} {edition.recipe()}"


def normalised(asked: BaseModel | None) -> Any:
    """Return a query without what is told by default, so that equal questions are the same."""
    if asked is None:
        return None
    return asked.model_dump(mode="json", by_alias=True, exclude_defaults=True)


async def answered(
    request: Request,
    asked: BaseModel | None,
    compute: Callable[[], Awaitable[Any]],
    *,
    media_type: str = "application/json",
    is_kept: bool = False,
    fingerprint: str | None = None,
) -> Response:
    """Return the answer to a question about the records, or 304 where the client has it.

    Parameters
    ----------
    request
        Where ``If-None-Match`` may stand.
    asked
        The parsed query.
    compute
        What gives the answer, to be written as JSON.
    media_type
        What the answer is.
    is_kept
        Whether the worker keeps the answer: for statistics, which many ask the same way.
    fingerprint
        Of the records answered from; those of the open edition where not given.
    """
    held = services.of(request)
    records = fingerprint or held.warehouse.current.fingerprint
    tag = tag_of(records, request.url.path, normalised(asked))
    headers = {"ETag": tag, "Cache-Control": cache_control(held.settings)}
    if _has(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    body = await (_remembered(held.cache, tag, compute) if is_kept else _written(compute))
    return Response(body, headers=headers, media_type=media_type)


def cache_control(settings: Any) -> str:
    """Return who may keep an answer: without keys everybody, else the asker alone."""
    who = "public" if settings.public_read else "private"
    return f"{who}, max-age={settings.cache_seconds}"


def written(answer: Any) -> Response:
    """Return an answer that is computed anew each time, as JSON."""
    return Response(orjson.dumps(answer), media_type="application/json")


def _has(if_none_match: str | None, tag: str) -> bool:
    told = [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]
    return tag in told or "*" in told


async def _remembered(cache: Cache, tag: str, compute: Callable[[], Awaitable[Any]]) -> bytes:
    found = await cache.get(tag)
    (_MISS if found is None else _HIT).inc()
    if found is None:
        found = await _written(compute)
        await cache.keep(tag, found)
    return found


async def _written(compute: Callable[[], Awaitable[Any]]) -> bytes:
    return orjson.dumps(await compute())
