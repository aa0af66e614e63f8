"""Counts of events and their fatal share, by one grouping or another."""

from typing import Any

from hindcast.serve.records.filters import Condition, RecordFilter, all_of
from hindcast.serve.schemas.statistics import ESTIMAND, AircraftQuery, SeriesQuery

SHARE = (
    "count(*) AS n_events, count(is_fatal) AS n_severity_known, "
    "count(*) FILTER (is_fatal) AS n_fatal, "
    "coalesce(sum(n_deaths), 0)::BIGINT AS n_deaths, "
    "share(n_fatal, n_severity_known) AS fatal_share, "
    "wilson_low(n_fatal, n_severity_known) AS fatal_share_low, "
    "wilson_high(n_fatal, n_severity_known) AS fatal_share_high"
)
"""Columns of an aggregate over ``event``."""

_PHASE = "coalesce(phase_group, if(phase_no IS NULL, 'Not recorded', 'Not decoded'))"
GROUPINGS = {
    "year": ("ev_year", "ev_year"),
    "state": ("ev_state, state, faa_region", "ev_state, state, faa_region"),
    "phase": (f"era, {_PHASE} AS phase_group", "era, phase_group"),
    "make": ("make", "n_events DESC, make"),
    "model": ("make, model", "n_events DESC, make, model"),
    "category": ("acft_category, acft_category_name", "n_events DESC, acft_category"),
}
"""By name: the columns that groups are told apart by, and the order of the groups."""

_SUMMARY = (
    f"SELECT {SHARE}, min(ev_date) AS first_date, max(ev_date) AS last_date, "
    "count(*) FILTER (ev_highest_injury = 'NONE') AS \"none\", "
    "count(*) FILTER (ev_highest_injury = 'MINR') AS minor, "
    "count(*) FILTER (ev_highest_injury = 'SERS') AS serious, "
    "count(*) FILTER (ev_highest_injury = 'FATL') AS fatal, "
    "count(*) FILTER (is_fatal IS NULL) AS unknown FROM event WHERE "
)
_SEVERITIES = ("none", "minor", "serious", "fatal", "unknown")

_SERIES = """
WITH counted AS (
    SELECT date_trunc(?, ev_date)::DATE AS period, {share} FROM event WHERE {where} GROUP BY 1
)
SELECT period, coalesce(n_events, 0) AS n_events, coalesce(n_severity_known, 0) AS n_severity_known,
       coalesce(n_fatal, 0) AS n_fatal, coalesce(n_deaths, 0) AS n_deaths,
       fatal_share, fatal_share_low, fatal_share_high
FROM (
    SELECT unnest(generate_series(
        date_trunc(?, greatest(first_date, coalesce(?::DATE, first_date))),
        date_trunc(?, least(last_date, coalesce(?::DATE, last_date))),
        CASE ? WHEN 'month' THEN INTERVAL 1 MONTH ELSE INTERVAL 1 YEAR END
    ))::DATE AS period FROM about
)
LEFT JOIN counted USING (period) ORDER BY period
"""


def told(asked: RecordFilter) -> dict[str, Any]:
    """Return what every statistic says of itself."""
    return {"estimand": ESTIMAND, "population": asked.population}


async def summary(warehouse: Any, asked: RecordFilter) -> dict[str, Any]:
    """Return all events that the filters leave, counted together."""
    where, values = all_of(asked.conditions())
    (found,) = await warehouse.ask("stats_summary", _SUMMARY + where, values)
    return {
        **told(asked),
        "n_by_severity": {name: found.pop(name) for name in _SEVERITIES},
        **found,
    }


async def grouped(
    warehouse: Any, asked: RecordFilter, by: str, limit: int | None = None
) -> list[dict[str, Any]]:
    """Return counts and shares by one of :data:`GROUPINGS`; ``n_groups`` stands in each row."""
    columns, order = GROUPINGS[by]
    where, values = all_of(asked.conditions())
    return await warehouse.ask(
        f"stats_by_{by}",
        f"SELECT {columns}, {SHARE}, count(*) OVER () AS n_groups FROM event WHERE {where} "
        f"GROUP BY ALL ORDER BY {order} LIMIT ?",
        [*values, limit],
    )


async def series(warehouse: Any, asked: RecordFilter, by: str) -> list[dict[str, Any]]:
    """Return counts and shares by month or year, without gaps, within the records' days."""
    where, values = all_of(asked.conditions())
    return await warehouse.ask(
        "time_series",
        _SERIES.format(share=SHARE, where=where),
        [by, *values, by, asked.from_, by, asked.to, by],
    )


async def time_series(warehouse: Any, asked: SeriesQuery) -> dict[str, Any]:
    """Return counts by month or year."""
    return {**told(asked), "by": asked.by, "items": await series(warehouse, asked, asked.by)}


async def yearly(warehouse: Any, asked: RecordFilter) -> dict[str, Any]:
    """Return counts by year."""
    return {**told(asked), "items": _plain(await grouped(warehouse, asked, "year"))}


async def by_state(warehouse: Any, asked: RecordFilter) -> dict[str, Any]:
    """Return counts by state."""
    return {**told(asked), "items": _plain(await grouped(warehouse, asked, "state"))}


async def by_phase(warehouse: Any, asked: RecordFilter) -> dict[str, Any]:
    """Return counts by era and group of phases."""
    return {**told(asked), "items": _plain(await grouped(warehouse, asked, "phase"))}


async def by_aircraft(warehouse: Any, asked: AircraftQuery) -> dict[str, Any]:
    """Return counts by make, model or category, and how many of these there are."""
    found = await grouped(warehouse, asked, asked.by, asked.limit)
    n_groups = found[0]["n_groups"] if found else 0
    return {**told(asked), "n_groups": n_groups, "items": _plain(found)}


def _plain(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "n_groups"} for row in found]


def placed(conditions: list[Condition]) -> Condition:
    """Return the condition that an event meets the others and has coordinates."""
    return all_of([*conditions, ("latitude_deg IS NOT NULL AND longitude_deg IS NOT NULL", [])])
