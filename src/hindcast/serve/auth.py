"""Who asks, and what they may."""

from typing import Any

from fastapi import Request, Security

from hindcast.serve.keys import Caller, Scope
from hindcast.serve.problems import Problem

__all__ = ["Caller", "Needs", "Scope", "needs", "refused_scope"]

SCHEMES: dict[str, Any] = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer", "description": "The same key"},
}
"""Both ways to send a key, for the OpenAPI document."""

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hindcast"'}


class Needs:
    """What a route needs; it refuses whoever the guard has not let in with that scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def __call__(self, request: Request) -> None:
        """Refuse a caller without the scope."""
        caller = getattr(request.state, "caller", None)
        if caller is None:
            raise Problem(401, "no key was checked before this route", headers=CHALLENGE)
        if self.scope not in caller.scopes:
            raise refused_scope(self.scope)


def needs(scope: Scope) -> Any:
    """Return the dependency of a route that only keys with ``scope`` may call."""
    return Security(Needs(scope))


def refused_scope(scope: Scope) -> Problem:
    """Return the problem of a key that may not do this."""
    return Problem(403, f"this key lacks the scope {scope}: ask for one that has it")
