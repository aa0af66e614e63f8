"""Answers that need not be computed, or sent, twice: ETags, Cache-Control and what is kept."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import BaseModel
from starlette._utils import get_route_path

from hindcast.serve import metrics, services
from hindcast.serve.records import tags

_HIT, _MISS = metrics.CACHE.labels("hit"), metrics.CACHE.labels("miss")
_JSON = "application/json"


async def answered(
    request: Request,
    asked: BaseModel | None,
    compute: Callable[[], Awaitable[Any]],
    *,
    media_type: str = _JSON,
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
    fingerprint
        Of the records answered from; those of the open edition where not given.
    """
    records = fingerprint or services.of(request).warehouse.current.fingerprint
    tag = tags.of(records, get_route_path(request.scope), tags.normalised(asked))
    if _has(request, tag):
        return _unchanged(request, tag)
    return _tagged(request, tag, orjson.dumps(await compute()), media_type)


async def statistic(
    request: Request, asked: BaseModel, compute: Callable[[Any, Any], Awaitable[Any]]
) -> Response:
    """Return a statistic, or 304 where the client has it.

    Those of all records come with the edition; the others are kept, as many ask the same way.

    Parameters
    ----------
    request
        Where ``If-None-Match`` may stand.
    asked
        The parsed query.
    compute
        What gives the answer, from the warehouse and the query.
    """
    warehouse = services.of(request).warehouse
    fingerprint = warehouse.current.fingerprint
    tag = tags.of(fingerprint, get_route_path(request.scope), tags.normalised(asked))
    if _has(request, tag):
        return _unchanged(request, tag)
    body = await _kept(request, tag)
    (_MISS if body is None else _HIT).inc()
    if body is None:
        body = orjson.dumps(await compute(warehouse, asked))
        await services.of(request).cache.keep(tag, body)
    return _tagged(request, tag, body)


def found(request: Request, answer: Any) -> Response:
    """Return an answer that was found by its key, or 304 where the client has the same."""
    body = orjson.dumps(answer)
    tag = tags.of_content(body)
    return _unchanged(request, tag) if _has(request, tag) else _tagged(request, tag, body)


def written(answer: Any) -> Response:
    """Return an answer that is computed anew each time, as JSON."""
    return Response(orjson.dumps(answer), media_type=_JSON)


async def _kept(request: Request, tag: str) -> bytes | None:
    held = services.of(request)
    return held.warehouse.current.finished.statistic(tag) or await held.cache.get(tag)


def _tagged(request: Request, tag: str, body: bytes, media_type: str = _JSON) -> Response:
    return Response(body, headers=_headers(request, tag), media_type=media_type)


def _unchanged(request: Request, tag: str) -> Response:
    return Response(status_code=304, headers=_headers(request, tag))


def _headers(request: Request, tag: str) -> dict[str, str]:
    settings = services.of(request).settings
    # without keys anybody may keep an answer, else the asker alone
    who = "public" if settings.public_read else "private"
    return {"ETag": tag, "Cache-Control": f"{who}, max-age={settings.cache_seconds}"}


def _has(request: Request, tag: str) -> bool:
    if_none_match = request.headers.get("if-none-match")
    if not if_none_match:
        return False
    told = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return tag in told or "*" in told
