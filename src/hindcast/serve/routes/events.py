"""Records of accidents and incidents: many by filters, one by its key."""

from typing import Annotated, Any, NoReturn

from fastapi import APIRouter, Path, Query, Request, Response

from hindcast.serve import caching, metrics, services
from hindcast.serve.problems import Problem
from hindcast.serve.records import pages
from hindcast.serve.routes.reading import reads
from hindcast.serve.schemas import records as schemas

router = APIRouter(prefix="/api/v1/events", tags=["records"])

_LOOKED_UP = metrics.QUERY_TIME.labels("event")

EvId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=40,
        description="NTSB's key of the event",
        examples=["20200101X00001"],
    ),
]


@reads(router, "", answer=schemas.EventPage, summary="Events by filters, page by page")
async def events(request: Request, asked: Annotated[schemas.Paged, Query()]) -> Response:
    """Return events with their first aircraft, decoded, codes beside their meaning.

    The default population is accidents in the United States, the one that the models are trained
    and judged on; `population=all` adds incidents and events abroad. Give `next_cursor` of a page
    as `cursor` for the next: every event comes once, also where many share a day.
    """
    told = asked.model_dump(mode="json")

    async def compute() -> Any:
        warehouse = services.of(request).warehouse
        return await pages.page(warehouse, asked.conditions(), told, "events")

    return await caching.answered(request, asked, compute)


@reads(
    router,
    "/{ev_id}",
    answer=schemas.EventDetail,
    summary="One event with its probable cause",
    errors=(404,),
)
async def event(request: Request, ev_id: EvId) -> Response:
    """Return one event, of any population, with its probable cause.

    The city and the airport are left out: with the day they name a person to those who were there.
    """
    with _LOOKED_UP.time():
        told = services.of(request).warehouse.current.finished.event(ev_id)
    return caching.found(request, told or _unknown(ev_id))


@reads(
    router,
    "/{ev_id}/aircraft",
    answer=schemas.AircraftList,
    summary="The aircraft of an event",
    errors=(404,),
)
async def aircraft(request: Request, ev_id: EvId) -> Response:
    """Return every aircraft of an event, without registration, serial number, owner or operator."""
    return _parts(request, "aircraft", ev_id)


@reads(
    router,
    "/{ev_id}/crew",
    answer=schemas.CrewList,
    summary="The crew of an event",
    errors=(404,),
)
async def crew(request: Request, ev_id: EvId) -> Response:
    """Return the crew as roles, medical classes and bands of hours: no age, sex or residence."""
    return _parts(request, "crew", ev_id)


@reads(
    router,
    "/{ev_id}/findings",
    answer=schemas.FindingList,
    summary="The findings of an investigation",
    errors=(404,),
)
async def findings(request: Request, ev_id: EvId) -> Response:
    """Return what the investigation found, by the levels of NTSB's finding codes."""
    return _parts(request, "finding", ev_id)


def _parts(request: Request, table: str, ev_id: str) -> Response:
    with _LOOKED_UP.time():
        told = services.of(request).warehouse.current.finished.parts(ev_id, table)
    return caching.found(request, {"items": _unknown(ev_id) if told is None else told})


def _unknown(ev_id: str) -> NoReturn:
    raise Problem(404, f"no event {ev_id}: expected an ev_id, as GET /api/v1/events lists them")
