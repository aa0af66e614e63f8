"""Pages of events in an order without ties, each beginning where the one before ended."""

from datetime import date
from typing import Any

from hindcast.serve.records import cursors
from hindcast.serve.records.filters import Condition, all_of

_ORDERS = {
    "date": "coalesce(ev_date, DATE '0001-01-01')",
    "deaths": "coalesce(n_deaths, -1)",
    "ev_id": "ev_id",
}

# The page's keys alone: its events are found by them.
_PAGE = """
SELECT ev_id, {place} AS place FROM {source} WHERE {where}
ORDER BY place {way}, ev_id {way} LIMIT ?
"""


async def page(
    warehouse: Any, conditions: list[Condition], asked: dict[str, Any], route: str
) -> dict[str, Any]:
    """Return one page of the events that meet ``conditions``.

    Parameters
    ----------
    warehouse
        Where to ask.
    conditions
        What an event must meet.
    asked
        The question by field, with ``population``, ``sort``, ``limit`` and ``cursor``.
    route
        The label of the query's time.
    """
    opened = warehouse.current
    where, values = all_of(conditions)
    counted = f"SELECT count(*) AS n FROM {_source(where)} WHERE {where}"
    (matching,) = await warehouse.ask(route, counted, values, opened)
    found, following = await _keys(warehouse, opened, conditions, asked, route)
    return {
        "population": asked["population"],
        "n_matching": matching["n"],
        "items": opened.finished.events(found),
        "next_cursor": following,
    }


async def _keys(
    warehouse: Any, opened: Any, conditions: list[Condition], asked: dict[str, Any], route: str
) -> tuple[list[str], str | None]:
    name = asked["sort"].removeprefix("-")
    bound = {name: told for name, told in asked.items() if name not in ("cursor", "limit")}
    where, values = all_of([*conditions, *_after(asked, bound)])
    way = "DESC" if asked["sort"].startswith("-") else "ASC"
    found = await warehouse.ask(
        route,
        _PAGE.format(place=_ORDERS[name], source=_source(where), where=where, way=way),
        [*values, asked["limit"] + 1],
        opened,
    )
    chosen = found[: asked["limit"]]
    ev_ids = [row["ev_id"] for row in chosen]
    if len(found) <= asked["limit"]:
        return ev_ids, None
    return ev_ids, cursors.encode([chosen[-1]["place"], ev_ids[-1]], bound)


def _after(asked: dict[str, Any], bound: dict[str, Any]) -> list[Condition]:
    if asked["cursor"] is None:
        return []
    place, ev_id = cursors.decode(asked["cursor"], bound)
    name = asked["sort"].removeprefix("-")
    sign = "<" if asked["sort"].startswith("-") else ">"
    value = date.fromisoformat(place) if name == "date" else place
    return [(f"({_ORDERS[name]}, ev_id) {sign} (?, ?)", [value, ev_id])]


def _source(where: str) -> str:
    """Return the tables that a condition reads."""
    return "event LEFT JOIN cause USING (ev_id)" if "probable_cause" in where else "event"
