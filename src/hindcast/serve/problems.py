"""Errors as RFC 9457 tells them: ``application/problem+json``."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class ProblemBody(BaseModel):
    """What every error answers."""

    type: str = Field("about:blank", description="What kind of problem this is")
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
    """Return the errors of a route, for its ``responses``."""
    content = {MEDIA_TYPE: {"schema": ProblemBody.model_json_schema()}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }


def body(status: int, detail: str, path: str, request_id: str, errors: Any = None) -> bytes:
    """Return a problem as JSON."""
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": path,
        "request_id": request_id,
    }
    return orjson.dumps(told | ({"errors": errors} if errors else {}))


def answer(
    request: Request, status: int, detail: str, errors: Any = None, headers: Any = None
) -> Response:
    """Return the response to a request that met a problem."""
    request_id = getattr(request.state, "request_id", "")
    told = body(status, detail, request.url.path, request_id, errors)
    return Response(told, status, dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let the app answer every error as a problem."""

    @app.exception_handler(Problem)
    async def told(request: Request, problem: Problem) -> Response:
        return answer(request, problem.status, problem.detail, problem.errors, problem.headers)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        return answer(request, error.status_code, str(error.detail), headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        faults = [
            {"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()
        ]
        return answer(request, 422, f"{len(faults)} faults in the request", faults)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        log.error("unforeseen", exc_info=error)
        return answer(request, 500, "the server failed; its log has more under the request id")
