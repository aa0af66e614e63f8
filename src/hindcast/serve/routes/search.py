"""Search: words over probable causes, and events by a tree of filters."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from hindcast.serve import caching, problems, services
from hindcast.serve.auth import needs
from hindcast.serve.forecast import parsing
from hindcast.serve.records import pages, tree
from hindcast.serve.routes.reading import reads
from hindcast.serve.schemas.records import EventPage
from hindcast.serve.schemas.search import SearchPage, SearchQuery
from hindcast.serve.schemas.tree import AdvancedQuery

router = APIRouter(prefix="/api/v1/search", tags=["search"])


async def _is_json(request: Request) -> None:
    parsing.check_type(request.scope["headers"])


@reads(router, "", answer=SearchPage, summary="Full text over probable causes")
async def search(request: Request, asked: Annotated[SearchQuery, Query()]) -> Response:
    """Return events whose probable cause matches, best first, with what matched marked.

    Only events whose cause NTSB has determined have a text. While the index is being made, after
    the first start and after new records, the answer is 503 with Retry-After, or comes from the
    records before.
    """
    found = services.of(request).search

    async def compute() -> Any:
        return await found.page(asked)

    return await caching.answered(request, asked, compute, fingerprint=found.current.of.fingerprint)


@router.post(
    "/advanced",
    summary="Events by a tree of filters",
    dependencies=[needs("read"), Depends(_is_json)],
    responses={200: {"model": EventPage}, **problems.described(415)},
)
async def advanced(request: Request, asked: AdvancedQuery) -> Response:
    """Return events that meet conditions joined by and, or and not.

    A comparison with a field that is missing holds neither as it stands nor under `not`: ask for
    `is_null`. Texts are compared without regard to case.
    """
    conditions = [tree.condition(asked.where)]
    if asked.population == "us_accidents":
        conditions.append(("is_us_accident", []))
    told = asked.model_dump(mode="json", by_alias=True)
    warehouse = services.of(request).warehouse
    return caching.written(await pages.page(warehouse, conditions, told, "advanced"))
