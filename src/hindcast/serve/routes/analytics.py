"""Events over time and place, and how closely the fields go with death."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from hindcast.serve import caching, services
from hindcast.serve.records import association, places, shares
from hindcast.serve.records.filters import RecordFilter
from hindcast.serve.routes.reading import reads
from hindcast.serve.schemas import statistics as schemas

router = APIRouter(prefix="/api/v1", tags=["analytics"])


class GeoJSON(JSONResponse):
    """An answer as GeoJSON."""

    media_type = "application/geo+json"


@reads(
    router,
    "/events.geojson",
    answer=schemas.FeatureCollection,
    summary="Events on a map",
    response_class=GeoJSON,
)
async def geojson(request: Request, asked: Annotated[schemas.MapQuery, Query()]) -> Response:
    """Return events as GeoJSON (RFC 7946), the latest first.

    Coordinates are rounded to 0.001 degree, about 110 m: the records tell them to the second of
    arc at best, and many are those of the nearest town or field.
    """

    async def compute() -> Any:
        return await places.features(services.of(request).warehouse, asked)

    return await caching.answered(request, asked, compute, media_type=GeoJSON.media_type)


@reads(
    router,
    "/analytics/time-series",
    answer=schemas.TimeSeries,
    summary="Counts and fatal share over time",
)
async def time_series(request: Request, asked: Annotated[schemas.SeriesQuery, Query()]) -> Response:
    """Return one row a month or year from the first to the last day on record, without gaps.

    The first and the last period may be cut by `from`, `to` or the ends of the records.
    """
    return await caching.statistic(request, asked, shares.time_series)


@reads(
    router,
    "/analytics/clusters",
    answer=schemas.Clusters,
    summary="Counts and fatal share over a grid",
)
async def clusters(request: Request, asked: Annotated[schemas.ClusterQuery, Query()]) -> Response:
    """Return the cells of a fixed grid that hold events, most events first.

    Cells have about the same area everywhere; where there are more events there may just be more
    flying.
    """
    return await caching.statistic(request, asked, places.clusters)


@reads(
    router,
    "/analytics/correlations",
    answer=schemas.Correlations,
    summary="How closely each field goes with death",
)
async def correlations(request: Request, asked: Annotated[RecordFilter, Query()]) -> Response:
    """Return Cramér's V or the point-biserial correlation of each field with death.

    Each field by itself, with the n it stands on and when the field becomes known. What is known at
    the scene says little of use before.
    """
    return await caching.statistic(request, asked, association.correlations)
