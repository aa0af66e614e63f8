"""What the routes that read records share: the headers and errors they may answer."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from hindcast.serve import problems
from hindcast.serve.auth import needs

_HEADERS = {
    "ETag": {
        "description": "Changes with the records; give it back in If-None-Match",
        "schema": {"type": "string"},
    },
    "Cache-Control": {"description": "How long to keep it", "schema": {"type": "string"}},
}


def reads(
    router: APIRouter,
    path: str,
    *,
    answer: Any,
    summary: str,
    errors: tuple[int, ...] = (),
    response_class: type[Response] = JSONResponse,
) -> Callable[[Any], Any]:
    """Return a decorator that lets a function answer GET of ``path``; HEAD is the platform's."""
    told: dict[int | str, Any] = {
        200: {"model": answer, "headers": _HEADERS},
        304: {"description": "The client has this answer (If-None-Match)", "headers": _HEADERS},
        **problems.described(*errors),
    }

    return router.get(
        path,
        summary=summary,
        responses=told,
        response_class=response_class,
        dependencies=[needs("read")],
    )
