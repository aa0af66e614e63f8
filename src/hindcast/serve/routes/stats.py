"""Counts and fatal shares, all together and by year, state, aircraft and phase."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from hindcast.serve import caching, services
from hindcast.serve.records import shares
from hindcast.serve.records.filters import RecordFilter
from hindcast.serve.routes.reading import reads
from hindcast.serve.schemas import statistics as schemas

router = APIRouter(prefix="/api/v1/stats", tags=["statistics"])
Filtered = Annotated[RecordFilter, Query()]


@reads(router, "/summary", answer=schemas.Summary, summary="All events counted together")
async def summary(request: Request, asked: Filtered) -> Response:
    """Return how many events the filters leave, by severity, and their fatal share."""

    async def compute() -> Any:
        return await shares.summary(services.of(request).warehouse, asked)

    return await caching.answered(request, asked, compute, is_kept=True)


@reads(router, "/yearly", answer=schemas.Yearly, summary="Counts and fatal share by year")
async def yearly(request: Request, asked: Filtered) -> Response:
    """Return one row a year; choose years with `from` and `to`."""
    return await _grouped(request, asked, "year")


@reads(router, "/by-state", answer=schemas.ByState, summary="Counts and fatal share by state")
async def by_state(request: Request, asked: Filtered) -> Response:
    """Return one row a state; null is not told, or abroad with `population=all`."""
    return await _grouped(request, asked, "state")


@reads(
    router, "/by-aircraft", answer=schemas.ByAircraft, summary="Counts and fatal share by aircraft"
)
async def by_aircraft(
    request: Request, asked: Annotated[schemas.AircraftQuery, Query()]
) -> Response:
    """Return one row a make, model or category of the first aircraft, most events first.

    Makes and models told by few events are together in OTHER: an amateur builder's own name often
    stands as the make.
    """

    async def compute() -> Any:
        found = await shares.grouped(services.of(request).warehouse, asked, asked.by, asked.limit)
        n_groups = found[0]["n_groups"] if found else 0
        return {**shares.told(asked), "n_groups": n_groups, "items": _without_n_groups(found)}

    return await caching.answered(request, asked, compute, is_kept=True)


@reads(
    router, "/by-phase", answer=schemas.ByPhase, summary="Counts and fatal share by phase of flight"
)
async def by_phase(request: Request, asked: Filtered) -> Response:
    """Return one row an era and group of phases: the same code means other things in the other."""
    return await _grouped(request, asked, "phase")


async def _grouped(request: Request, asked: RecordFilter, by: str) -> Response:
    async def compute() -> Any:
        found = await shares.grouped(services.of(request).warehouse, asked, by)
        return {**shares.told(asked), "items": _without_n_groups(found)}

    return await caching.answered(request, asked, compute, is_kept=True)


def _without_n_groups(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: told for name, told in row.items() if name != "n_groups"} for row in found]
