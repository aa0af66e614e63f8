"""The statistics of all records, which most clients ask for, and nobody should wait for."""

from collections.abc import Awaitable, Callable, Iterator
from itertools import product
from typing import Any, get_args

from hindcast.serve.records import association, places, shares
from hindcast.serve.records.filters import Population, RecordFilter
from hindcast.serve.schemas.statistics import AircraftQuery, ClusterQuery, SeriesQuery

Compute = Callable[[Any, Any], Awaitable[Any]]
_BY_PATH: dict[str, tuple[type[RecordFilter], Compute, dict[str, list[Any]]]] = {
    "/api/v1/stats/summary": (RecordFilter, shares.summary, {}),
    "/api/v1/stats/yearly": (RecordFilter, shares.yearly, {}),
    "/api/v1/stats/by-state": (RecordFilter, shares.by_state, {}),
    "/api/v1/stats/by-phase": (RecordFilter, shares.by_phase, {}),
    "/api/v1/stats/by-aircraft": (
        AircraftQuery,
        shares.by_aircraft,
        {"by": ["make", "model", "category"]},
    ),
    "/api/v1/analytics/time-series": (
        SeriesQuery,
        shares.time_series,
        {"by": ["month", "year"]},
    ),
    "/api/v1/analytics/clusters": (ClusterQuery, places.clusters, {}),
    "/api/v1/analytics/correlations": (RecordFilter, association.correlations, {}),
}


def questions() -> Iterator[tuple[str, RecordFilter, Compute]]:
    """Give the path of each statistic, a question without filters, and what answers it."""
    for path, (query, compute, choices) in _BY_PATH.items():
        choices = {"population": list(get_args(Population)), **choices}
        for chosen in product(*choices.values()):
            yield path, query(**dict(zip(choices, chosen, strict=True))), compute
