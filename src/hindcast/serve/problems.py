"""Errors as RFC 9457 tells them: ``application/problem+json``."""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

MEDIA_TYPE = "application/problem+json"
UNFORESEEN = "the server failed: its log has more under the request id"

MOST_ERRORS = 50
LONGEST = 200
"""Characters of one text that a problem repeats: what came in may be long."""

WHEN: Mapping[int, str] = {
    400: "The request is not HTTP, shows a key in its address, or shows two different ones",
    401: "No key was given, or one that does not exist, has expired or is revoked",
    403: "The key has not the scope that this route needs",
    404: "There is no such thing",
    405: "The path takes other methods: see Allow",
    408: "The body did not arrive in time",
    409: "It contradicts what is there",
    413: "The body is longer than the server takes",
    415: "The body is not JSON",
    422: "The request is understood and cannot be answered: `errors` names each fault",
    429: "The key has used up its requests: see Retry-After",
    431: "The head of the request is longer than the server takes",
    500: "The server failed: its log has more under the request id",
    503: "The server is busy, or a part of it cannot be reached: see Retry-After",
    504: "No answer was found in time",
}
EVERYWHERE = (400, 408, 413, 431, 500, 503, 504)
"""What any request may meet, whatever its route."""
GUARDED = (401, 403, 429)
"""What a request may meet where a key is asked for."""
READ = (422,)
"""What a request may meet where parameters or a body are read."""


class ProblemBody(BaseModel):
    """What every error answers."""

    type: str = Field("about:blank", description="No more than the status says")
    title: str = Field(
        description="The kind of problem in words", examples=["Unprocessable Content"]
    )
    status: int = Field(description="The HTTP status", examples=[422])
    detail: str = Field(description="What was found, what was expected, what to do")
    instance: str = Field(description="The path that was asked for")
    request_id: str = Field(description="To find the request in the server's log")
    errors: list[dict[str, Any]] | None = Field(None, description="One entry for each fault")


class Problem(Exception):  # noqa: N818 - the RFC's word
    """An error that the client is told of.

    Parameters
    ----------
    status
        HTTP status.
    detail
        What was found, what was expected and what to do.
    errors
        One entry for each fault, where there are several.
    headers
        Further headers, as ``Retry-After``.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        errors: list[dict[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, errors, headers


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return errors of a route, for its ``responses``.

    :data:`EVERYWHERE`, :data:`GUARDED` and :data:`READ` need no mention: `hindcast.serve.openapi`
    adds them.
    """
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": WHEN[status], "content": content} for status in statuses}


def body(status: int, detail: str, path: str, request_id: str, errors: Any = None) -> bytes:
    """Return a problem as JSON."""
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": short(path),
        "request_id": request_id,
    }
    return orjson.dumps(told | ({"errors": errors} if errors else {}))


def short(text: str) -> str:
    """Return a text that may come from a client, cut to :data:`LONGEST` characters."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def answer(
    request: Request, status: int, detail: str, errors: Any = None, headers: Any = None
) -> Response:
    """Return the response to a request that met a problem."""
    request_id = getattr(request.state, "request_id", "")
    told = body(status, detail, request.url.path, request_id, errors)
    return Response(told, status, dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let the app answer as problems what routes raise; the edge answers what nobody foresaw."""
    app.add_exception_handler(Problem, _told)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


async def _told(request: Request, problem: Any) -> Response:
    return answer(request, problem.status, problem.detail, problem.errors, problem.headers)


async def _http(request: Request, error: Any) -> Response:
    if error.status_code == 404 and error.detail == HTTPStatus.NOT_FOUND.phrase:
        return answer(request, 404, "there is nothing at this path: /docs lists what there is")
    if error.status_code == 405:
        return _other_methods(request)
    return answer(request, error.status_code, str(error.detail), headers=error.headers)


def _other_methods(request: Request) -> Response:
    """Tell which methods a path takes: in answer to OPTIONS, or as the problem of another."""
    allowed = {"allow": ", ".join(sorted(methods(request)))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=allowed)
    told = f"this path does not take {short(request.method)}: it takes {allowed['allow']}"
    return answer(request, 405, told, headers=allowed)


def methods(request: Request) -> set[str]:
    """Return the methods that routes of the request's path take."""
    found = {"OPTIONS"}
    for route in request.app.router.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= set(route.methods or ())
    return found | ({"HEAD"} if "GET" in found else set())


async def _invalid(request: Request, error: Any) -> Response:
    faults = list(_faults(error.errors()))
    count = f"{len(faults)} faults" if len(faults) > 1 else "one fault"
    return answer(request, 422, f"{count} in the request: see errors", faults[:MOST_ERRORS])


def _faults(errors: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    for one in errors:
        where = ".".join(map(str, one["loc"]))
        yield {"where": short(where), "what": short(one["msg"])}
