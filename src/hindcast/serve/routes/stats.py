"""Counts and fatal shares, all together and by year, state, aircraft and phase."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from hindcast.serve import caching
from hindcast.serve.records import shares
from hindcast.serve.records.filters import RecordFilter
from hindcast.serve.routes.reading import reads
from hindcast.serve.schemas import statistics as schemas

router = APIRouter(prefix="/api/v1/stats", tags=["statistics"])
Filtered = Annotated[RecordFilter, Query()]


@reads(router, "/summary", answer=schemas.Summary, summary="All events counted together")
async def summary(request: Request, asked: Filtered) -> Response:
    """Return how many events the filters leave, by severity, and their fatal share."""
    return await caching.statistic(request, asked, shares.summary)


@reads(router, "/yearly", answer=schemas.Yearly, summary="Counts and fatal share by year")
async def yearly(request: Request, asked: Filtered) -> Response:
    """Return one row a year; choose years with `from` and `to`."""
    return await caching.statistic(request, asked, shares.yearly)


@reads(router, "/by-state", answer=schemas.ByState, summary="Counts and fatal share by state")
async def by_state(request: Request, asked: Filtered) -> Response:
    """Return one row a state; null is not told, or abroad with `population=all`."""
    return await caching.statistic(request, asked, shares.by_state)


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
    return await caching.statistic(request, asked, shares.by_aircraft)


@reads(
    router, "/by-phase", answer=schemas.ByPhase, summary="Counts and fatal share by phase of flight"
)
async def by_phase(request: Request, asked: Filtered) -> Response:
    """Return one row an era and group of phases: the same code means other things in the other."""
    return await caching.statistic(request, asked, shares.by_phase)
