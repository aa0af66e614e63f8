"""Which models there are, and what is known of each."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from hindcast.serve import caching, services
from hindcast.serve.routes.reading import reads
from hindcast.serve.schemas import models as schemas

router = APIRouter(prefix="/api/v1/models", tags=["models"])


class Asked(BaseModel):
    """Which version is meant."""

    model_config = ConfigDict(extra="forbid")

    version: str | None = Field(
        None,
        pattern="^(champion|challenger|[0-9a-f]{12})$",
        description="champion, challenger or a version; the champion where none is given",
    )


@reads(router, "", answer=schemas.Models, summary="The models and their versions")
async def models(request: Request) -> Response:
    """Return every target and horizon: what answers by default, what challenges, what is kept."""
    shelf = services.of(request).shelf

    async def compute() -> Any:
        return {"items": await asyncio.to_thread(shelf.catalog().models)}

    return await caching.answered(request, None, compute, fingerprint=shelf.fingerprint)


@reads(
    router,
    "/{target}/{horizon}",
    answer=schemas.ModelDetail,
    summary="How good a model is, what it reads, where it comes from",
    errors=(404,),
)
async def model(
    request: Request,
    target: schemas.Target,
    horizon: schemas.Horizon,
    asked: Annotated[Asked, Query()],
) -> Response:
    """Return metrics with intervals, features with their meaning, lineage and card."""
    shelf = services.of(request).shelf

    async def compute() -> Any:
        detail = shelf.catalog().detail
        return await asyncio.to_thread(detail, target, horizon, asked.version)

    return await caching.answered(request, asked, compute, fingerprint=shelf.fingerprint)
