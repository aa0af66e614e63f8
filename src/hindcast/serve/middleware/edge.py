"""The one layer around the application: who gets in, for how long, and what is said of it."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import structlog
from starlette._utils import get_route_path
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hindcast.serve import metrics, problems
from hindcast.serve.middleware import body, head, headers, observe
from hindcast.serve.middleware.compress import Compressed
from hindcast.serve.middleware.deadlines import Deadlines, Run
from hindcast.serve.settings import Settings

RETRY = {"retry-after": "1"}
CLOSE = {"connection": "close"}
FULL = "the server answers as many requests as it can: try again"
SMALL = 2048
"""Bytes of an answer that is not worth compressing."""
LONG = 16_384
"""Bytes of a body posted that may have a long answer: more than one accident."""

ALWAYS_ADMITTED = "/api/v1/health"


class Exchange:
    """One request and its answer."""

    __slots__ = ("_send", "head", "method", "receive", "scope", "status")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.head = head.read(scope["headers"])
        self.method = scope["method"]
        # uvicorn looks at its own scope to leave out the body of an answer to HEAD
        self.scope = {**scope, "method": "GET"} if self.method == "HEAD" else scope
        self.scope.setdefault("state", {})["request_id"] = self.head.request_id
        self.receive, self._send, self.status = receive, send, 0

    async def send(self, message: Message) -> None:
        """Send on, with the headers that every answer carries."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            made = headers.complete(message["headers"], self.head.request_id, self.scope)
            message = {**message, "headers": made}
        elif self.method == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)


class Edge:
    """Admits requests to an application, within limits, and tells what became of them."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._settings = settings
        self._around = _cors(settings)
        self._plain = self._around(app)
        self._compressed = self._around(Compressed(app, SMALL))
        self._deadlines = Deadlines(settings.timeout_seconds)
        self._log = structlog.get_logger().bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand on what is not one."""
        if scope["type"] != "http":
            await self._plain(scope, receive, partial(_without_traceback, send))
            return
        exchange = Exchange(scope, receive, send)
        run = self._deadlines.begin()
        metrics.IN_FLIGHT.inc()
        try:
            await self._answer(exchange, run)
        finally:
            metrics.IN_FLIGHT.dec()
            status, seconds = exchange.status or observe.GONE, self._deadlines.end(run)
            observe.end(self._log, exchange.scope, exchange.method, status, seconds)

    async def _answer(self, exchange: Exchange, run: Run) -> None:
        try:
            await self._read_and_answer(exchange)
        except asyncio.CancelledError:
            if not run.is_late:
                raise
            run.task.uncancel()
            await self._too_late(exchange)
        except (body.GoneError, ClientDisconnect):
            exchange.status = observe.GONE
        except body.TooLargeError as error:
            most = self._settings.max_body_bytes
            told = f"the body is longer than {most} bytes: send fewer rows at a time"
            await self._refuse(exchange, 413, told, CLOSE if error.rest else {})
        except problems.Problem as error:
            await self._refuse(exchange, error.status, error.detail, error.headers, error.errors)
        except Exception as error:  # noqa: BLE001 - the last place to turn an error into an answer
            self._log.error("unforeseen", request_id=exchange.head.request_id, exc_info=error)
            await self._refuse(exchange, 500, problems.UNFORESEEN)

    def _is_full(self, scope: Scope) -> bool:
        if len(self._deadlines) <= self._settings.max_concurrency:
            return False
        return not get_route_path(scope).startswith(ALWAYS_ADMITTED)

    async def _read_and_answer(self, exchange: Exchange) -> None:
        if self._is_full(exchange.scope):
            raise problems.Problem(503, FULL, headers=RETRY)
        app = self._plain if exchange.method == "POST" else self._compressed
        if exchange.head.length != 0:
            read = await body.read(exchange.receive, exchange.head, self._settings.max_body_bytes)
            exchange.receive = body.Replay(read, exchange.receive)
            app = self._compressed if len(read) > LONG else app
        await app(exchange.scope, exchange.receive, exchange.send)

    async def _too_late(self, exchange: Exchange) -> None:
        limit = f"{self._settings.timeout_seconds:g} s"
        if isinstance(exchange.receive, body.Replay) or exchange.head.length == 0:
            await self._refuse(exchange, 504, f"no answer was found within {limit}", RETRY)
        else:
            await self._refuse(exchange, 408, f"the body did not arrive within {limit}", CLOSE)

    async def _refuse(
        self,
        exchange: Exchange,
        status: int,
        detail: str,
        more: Mapping[str, str] | None = None,
        errors: Any = None,
    ) -> None:
        """Answer with a problem, unless an answer has begun."""
        if exchange.status:
            return
        path, request_id = exchange.scope["path"], exchange.head.request_id
        told = problems.body(status, detail, path, request_id, errors)
        answer = Response(told, status, dict(more or {}), media_type=problems.MEDIA_TYPE)
        await self._around(answer)(exchange.scope, exchange.receive, exchange.send)


async def _without_traceback(send: Send, message: Message) -> None:
    """Send on what the application says of its start and end; why it failed is in the log."""
    await send({**message, "message": ""} if "message" in message else message)


def _cors(settings: Settings) -> Callable[[ASGIApp], Any]:
    """Return what lets pages of the settings' origins read answers, errors among them."""
    if not settings.cors_origins:
        return lambda app: app
    return lambda app: CORSMiddleware(
        app,
        allow_origins=settings.cors_origins,
        allow_methods=("GET", "POST", "DELETE"),
        allow_headers=("Authorization", "Content-Type", "X-API-Key", "X-Request-ID"),
        expose_headers=(
            "X-Request-ID",
            "ETag",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "Prediction-Logged",
        ),
        max_age=600,
    )
