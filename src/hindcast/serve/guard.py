"""Asks every request for its key and counts it, before the application sees it.

A pure ASGI layer: with a key that is believed it awaits nothing and costs some microseconds.
"""

import re
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hindcast.serve import limits, problems
from hindcast.serve.access import Access
from hindcast.serve.auth import CHALLENGE, refused_scope
from hindcast.serve.keys import Caller
from hindcast.serve.limiter import refusal
from hindcast.serve.limits import Limit, Local
from hindcast.serve.problems import Problem

ANONYMOUS = Caller(None, "anonymous", frozenset({"read"}), "anonymous")
IN_QUERY = (
    "a key in the address is seen in logs and histories: send it as X-API-Key or "
    "Authorization: Bearer, and revoke this one"
)
_IN_QUERY = re.compile(
    rb"hc(?:_|%5f)[0-9a-f]{12}(?:_|%5f)|(?:^|&)(?:x-)?(?:api[-_]?key|access_token)=", re.IGNORECASE
).search


class Guard:
    """Lets a request through to an application with ``state.caller`` set, or answers a problem.

    Parameters
    ----------
    wrong_keys
        Refused keys of one address that are answered 401; those after them, 429.
    """

    def __init__(
        self, app: ASGIApp, access: Access, *, public_read: bool, wrong_keys: Limit
    ) -> None:
        self._app, self._access, self._is_public = app, access, public_read
        self._strangers = Local({"stranger": wrong_keys})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request and hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start" and "verdict" in state:
                added = limits.headers(state["verdict"])
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        try:
            await self._check(scope, state)
        except Problem as problem:
            answer = problems.answer(
                Request(scope), problem.status, problem.detail, problem.errors, problem.headers
            )
            await answer(scope, receive, said)
            return
        await self._app(scope, receive, said)

    async def _check(self, scope: Scope, state: dict[str, Any]) -> None:
        if scope["query_string"] and _IN_QUERY(scope["query_string"]):
            raise Problem(400, IN_QUERY)
        needed = self._access.needed(scope)
        if needed is None:
            return
        held = scope["app"].state.services
        caller = await self._caller(held, scope, needed)
        who = caller.key_id or held.limiter.of_address(_address(scope))
        verdict = await held.limiter.take(who, caller.tier)
        state["caller"], state["counted_as"], state["verdict"] = caller, who, verdict
        held.usage.note(caller.key_id, bool(verdict.refused_by))
        if verdict.refused_by:
            raise refusal(verdict)
        if needed not in caller.scopes:
            raise refused_scope(needed)

    async def _caller(self, held: Any, scope: Scope, needed: str) -> Caller:
        key = _presented(scope)
        if key is None:
            return self._anonymous(needed)
        return held.keys.believed(key) or await self._found(held, key, scope)

    def _anonymous(self, needed: str) -> Caller:
        if self._is_public and needed == "read":
            return ANONYMOUS
        told = "a key is needed: send it as X-API-Key or Authorization: Bearer"
        raise Problem(401, told, headers=CHALLENGE)

    async def _found(self, held: Any, key: str, scope: Scope) -> Caller:
        caller = await held.keys.find(key)
        if caller is not None:
            return caller
        verdict = self._strangers.take(held.limiter.of_address(_address(scope)), "stranger")
        if verdict.refused_by:
            raise refusal(verdict)
        told = "this key is not known here, or was revoked, or has expired"
        raise Problem(401, told, headers=CHALLENGE)


def _presented(scope: Scope) -> str | None:
    """Return the key that a request shows, None where there is none."""
    found = None
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            shown = value
        elif name == b"authorization" and value[:7].lower() == b"bearer ":
            shown = value[7:].strip()
        else:
            continue
        if found is not None and shown != found:
            raise Problem(400, "two different keys were sent: send one")
        found = shown
    return None if found is None else found.decode("latin-1")


def _address(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""
