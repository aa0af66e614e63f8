"""What is counted and logged of every request: its route, never its path, query or client."""

from collections.abc import Callable
from functools import cache
from typing import Any

from starlette.types import Scope

from hindcast.serve import metrics

GONE = 499
"""The status of a request whose client hung up before it was answered, as nginx has it."""

NO_ROUTE = "none"
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"))


@cache
def _counted(route: str, method: str, status: int) -> tuple[Callable[..., None], ...]:
    """Return what counts and what times; both are looked up once."""
    told = metrics.REQUESTS.labels(route, method, str(status))
    return told.inc, metrics.LATENCY.labels(route).observe


def end(log: Any, scope: Scope, method: str, status: int, seconds: float) -> None:
    """Count, time and log a request that was answered."""
    route = route_of(scope)
    method = method if method in _METHODS else "OTHER"
    count, observe = _counted(route, method, status)
    count()
    observe(seconds)
    state = scope["state"]
    caller = state.get("caller")
    log.info(
        "request",
        request_id=state["request_id"],
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 2),
        key=caller and caller.key_id,
    )


def route_of(scope: Scope) -> str:
    """Return the template of the route that answered, as ``/api/v1/events/{ev_id}``."""
    route: Any = scope.get("route")
    return route.path if route is not None else NO_ROUTE
