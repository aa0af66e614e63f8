"""The application: services opened, middleware in place, routes included."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from hindcast.serve import problems, routes, services
from hindcast.serve.settings import Settings


def create(settings: Settings | None = None) -> FastAPI:
    """Return the application; uvicorn calls this in every worker."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with services.opened(settings) as app.state.services:
            yield

    app = FastAPI(title="hindcast", lifespan=lifespan)
    problems.install(app)
    for router in routes.ROUTERS:
        app.include_router(router)
    return app
