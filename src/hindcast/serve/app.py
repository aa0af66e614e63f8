"""The application: services opened, middleware in place, routes included."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp

from hindcast.serve import environment, lifetime, openapi, problems, routes
from hindcast.serve.access import gathered
from hindcast.serve.guard import Guard
from hindcast.serve.limits import Limit
from hindcast.serve.middleware.direct import Direct
from hindcast.serve.middleware.edge import Edge
from hindcast.serve.routes import health
from hindcast.serve.settings import Settings


class App(FastAPI):
    """FastAPI with the edge in the place of its own outermost layers."""

    settings: Settings

    def build_middleware_stack(self) -> ASGIApp:
        """Return what answers, behind the edge."""
        app: ASGIApp = AsyncExitStackMiddleware(self.router)
        app = Direct(app, self.router.routes)
        app = ExceptionMiddleware(app, handlers=self.exception_handlers)
        for layer, args, kwargs in reversed(self.user_middleware):
            app = layer(app, *args, **kwargs)
        return Edge(app, self.settings)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with what holds for every route."""
        if not self.openapi_schema:
            openapi.complete(super().openapi())
        return super().openapi()


def create(settings: Settings | None = None) -> FastAPI:
    """Return the application; services open when it starts.

    Parameters
    ----------
    settings
        Those of the environment where not given.
    """
    settings = settings or environment.read()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with lifetime.running(settings) as app.state.services:
            yield

    app = App(
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        servers=[{"url": settings.root_path or "/"}],
        telemetry={"tracing": False, "metrics": False, "logs": False},
        **openapi.ABOUT,
    )
    app.settings = settings
    problems.install(app)
    access = gathered(routes.ROUTERS, public_read=settings.public_read)
    for path in health.METRICS if settings.public_metrics else ():
        access.open(path)
    wrong_keys = Limit(settings.wrong_keys_per_minute, settings.wrong_keys_per_second)
    app.add_middleware(
        Guard, access=access, public_read=settings.public_read, wrong_keys=wrong_keys
    )
    for router in routes.ROUTERS:
        # not include_router, which matches every route twice in every request
        app.router.routes.extend(router.routes)
    return app
