"""A short way to routes that read their request themselves.

FastAPI resolves dependencies, parameters and bodies of every request, which costs a route that has
none of them more than it takes to forecast. Such a route stays FastAPI's in the document; its
function is called at once.
"""

import inspect
from collections.abc import Iterable, Iterator

from fastapi.routing import APIRoute
from starlette._utils import get_route_path
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send


class Direct:
    """Calls functions of ``(request) -> Response`` by method and path; hands on all else."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._found = {
            (method, route.path): route for route in _own(routes) for method in route.methods
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request the short way where there is one."""
        route = scope["type"] == "http" and self._found.get(
            (scope["method"], get_route_path(scope))
        )
        if not route:
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        answer = await route.endpoint(Request(scope, receive))
        await answer(scope, receive, send)


def _own(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute) and "{" not in route.path and _reads_itself(route):
            yield route


def _reads_itself(route: APIRoute) -> bool:
    """Return whether a route takes the request alone, and answers with a response."""
    told = inspect.signature(route.endpoint, eval_str=True)
    takes = [parameter.annotation for parameter in told.parameters.values()]
    is_async = inspect.iscoroutinefunction(route.endpoint)
    has_more = bool(route.dependant.dependencies)
    return is_async and takes == [Request] and told.return_annotation is Response and not has_more
