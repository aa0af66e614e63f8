"""Whether the server lives, whether it can answer, and its metrics."""

import asyncio
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from hindcast.serve import monitored, scrape, services
from hindcast.serve.auth import needs

router = APIRouter(tags=["health"])

METRICS = ("/api/v1/metrics", "/metrics")

PART_SECONDS = 2
"""Time in which a part must say whether it is ready."""

NAMES = {"shelf": "models"}
"""Parts that are called by another name here."""


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Part(BaseModel):
    """One part of the server, as a model or a database."""

    ok: bool = Field(description="Whether the part can answer")
    why: str | None = Field(description="What is not as it should be", examples=[None])


class Ready(BaseModel):
    """What can answer and what cannot."""

    status: Literal["ready", "degraded", "not ready"] = Field(
        description="`degraded` answers, though not all is as it should be"
    )
    parts: dict[str, Part] = Field(description="By name: models, warehouse, store, limiter")


@router.get("/api/v1/health", summary="Is the server alive?")
async def health() -> Alive:
    """Say that the process answers; nothing else is looked at. No key is needed."""
    return Alive()


@router.get(
    "/api/v1/health/ready",
    summary="Can the server answer?",
    response_model=Ready,
    responses={503: {"model": Ready, "description": "A part cannot answer"}},
)
async def ready(request: Request) -> Response:
    """Ask models, warehouse, store and limiter whether they can answer. No key is needed."""
    asked = {
        NAMES.get(name, name): _state(part)
        for name, part in services.of(request).parts().items()
        if hasattr(part, "ready") or hasattr(part, "degraded")
    }
    parts = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
    can = all(part.ok for part in parts.values())
    status = "not ready" if not can else "degraded" if _whys(parts) else "ready"
    told = Ready(status=status, parts=parts).model_dump_json()
    return Response(told, 200 if can else 503, media_type="application/json")


def _whys(parts: dict[str, Part]) -> list[str]:
    return [part.why for part in parts.values() if part.why]


async def _state(part: Any) -> Part:
    """Return whether a part can answer; one that does not say in time cannot."""
    try:
        async with asyncio.timeout(PART_SECONDS):
            why_not = await _said(part, "ready")
            return Part(ok=not why_not, why=why_not or await _said(part, "degraded"))
    except TimeoutError:
        return Part(ok=False, why=f"no word within {PART_SECONDS} s")


async def _said(part: Any, method: str) -> str | None:
    return await services.awaited(getattr(part, method)()) if hasattr(part, method) else None


@router.get(
    METRICS[0],
    summary="The server's metrics, as Prometheus reads them",
    dependencies=[needs("admin")],
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
@router.get(METRICS[1], dependencies=[needs("admin")], include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Return requests, latency, predictions and more, of all workers.

    A key of scope `admin` is needed, unless the server runs with `HINDCAST_PUBLIC_METRICS=true`.
    """
    text = await asyncio.to_thread(scrape.text)
    text += await asyncio.to_thread(monitored.text, services.of(request))
    return Response(text, headers={"content-type": scrape.CONTENT_TYPE_LATEST})
