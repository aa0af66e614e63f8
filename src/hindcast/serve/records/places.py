"""Events on a map: each by itself, or counted over a grid of cells of about the same area."""

from typing import Any

from hindcast.serve.records.filters import RecordFilter, all_of
from hindcast.serve.records.shares import SHARE, placed, told
from hindcast.serve.schemas.statistics import ClusterQuery, MapQuery, Properties

GRID = (
    "Rows of {degrees} degrees of latitude from the south pole; each row is cut, from the "
    "antimeridian, into the whole number of columns that makes its cells nearly as wide as high. "
    "Latitudes and longitudes are those told, rounded to 0.001 degree."
)

_MATCHING = (
    "SELECT count(*) AS n_matching, "
    "count(*) FILTER (latitude_deg IS NULL OR longitude_deg IS NULL) AS n_without_place "
    "FROM event WHERE "
)
# The last row and column take what lies on the pole and on the antimeridian.
_CELLS = """
WITH placed AS (
    SELECT *, least(floor((latitude_deg + 90) / size), 180 / size - 1) AS row_no
    FROM (SELECT *, ?::DOUBLE AS size FROM event WHERE {where})
),
celled AS (
    SELECT *,
           greatest(1, round(360 / size * cos(radians((row_no + 0.5) * size - 90)))) AS n_columns,
           least(floor((longitude_deg + 180) / 360 * n_columns), n_columns - 1) AS column_no
    FROM placed
)
SELECT row_no * size - 90 AS south, (row_no + 1) * size - 90 AS north,
       column_no * 360 / n_columns - 180 AS west, (column_no + 1) * 360 / n_columns - 180 AS east,
       {share}
FROM celled GROUP BY row_no, column_no, n_columns, size
HAVING count(*) >= ? ORDER BY n_events DESC, south, west LIMIT ?
"""


async def clusters(warehouse: Any, asked: ClusterQuery) -> dict[str, Any]:
    """Return events counted over the grid, with the fatal share of each cell."""
    where, values = placed(asked.conditions())
    found = await warehouse.ask(
        "clusters",
        _CELLS.format(where=where, share=SHARE),
        [float(asked.degrees), *values, asked.min_events, asked.limit],
    )
    return {
        **told(asked),
        "grid": GRID.format(degrees=asked.degrees),
        "n_without_place": (await _matching(warehouse, asked))["n_without_place"],
        "items": [_cell(row) for row in found],
    }


def _cell(row: dict[str, Any]) -> dict[str, Any]:
    west, south, east, north = (round(row.pop(s), 6) for s in ("west", "south", "east", "north"))
    centre = round((west + east) / 2, 6), round((south + north) / 2, 6)
    return {"bbox": (west, south, east, north), "centre": centre, **row}


async def features(warehouse: Any, asked: MapQuery) -> dict[str, Any]:
    """Return events as GeoJSON (RFC 7946), the latest first."""
    where, values = placed(asked.conditions())
    columns = ", ".join(Properties.model_fields)
    found = await warehouse.ask(
        "geojson",
        f"SELECT ev_id, longitude_deg, latitude_deg, {columns} FROM event WHERE {where} "
        "ORDER BY ev_date DESC NULLS LAST, ev_id DESC LIMIT ?",
        [*values, asked.limit],
    )
    return {
        "type": "FeatureCollection",
        "features": [_feature(row) for row in found],
        "population": asked.population,
        **await _matching(warehouse, asked),
    }


def _feature(row: dict[str, Any]) -> dict[str, Any]:
    ev_id, *place = (row.pop(name) for name in ("ev_id", "longitude_deg", "latitude_deg"))
    geometry = {"type": "Point", "coordinates": place}
    return {"type": "Feature", "id": ev_id, "geometry": geometry, "properties": row}


async def _matching(warehouse: Any, asked: RecordFilter) -> dict[str, int]:
    where, values = all_of(asked.conditions())
    (found,) = await warehouse.ask("matching", _MATCHING + where, values)
    return found
