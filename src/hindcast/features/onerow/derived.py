"""The inputs that no eADMS column holds, for one row: type, field, clock, sun, past."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from hindcast.features import (
    airframe_facts,
    airports,
    clock,
    geography,
    solar,
    terrain,
    time_zones,
)
from hindcast.features.catalog import ERA
from hindcast.features.onerow.past import RowHistory, date_of
from hindcast.features.onerow.translate import translate
from hindcast.features.state import HistoryState

_CLOCK_INPUTS = (
    "ev_date", "ev_time", "ev_tmzn", "ev_state", "dec_longitude", "nearest_airport_sm",
    "nearest_airport_time_zone",
)  # fmt: skip
_EPOCH = datetime(1970, 1, 1)  # naive UTC, as all times here


class RowInputs:
    """From the raw inputs of one row to all inputs, as :func:`hindcast.features.derive.enrich`.

    Parameters
    ----------
    state
        The past up to a date (a bundle's history).
    """

    def __init__(self, state: HistoryState) -> None:
        zones = [time_zones.recorded_zone(), time_zones.place_zone()]
        self._clock = translate(_CLOCK_INPUTS, [], [clock.given_time(), *zones])
        self._era_of = translate(["ev_date"], [], [ERA])
        self._past = RowHistory(state)
        terrain.of_fields()

    def __call__(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the row with what is derived from it; None for null."""
        field = nearest(row.get("dec_latitude"), row.get("dec_longitude"))
        land = terrain.of_row(field.pop("nearest_airport_row"), field["nearest_airport_sm"])
        placed = {**row, **self._era(row), **field, **land}
        return {**placed, **_airframe(row), **self._times(placed), **self._past(placed)}

    def _era(self, row: Mapping[str, Any]) -> dict[str, Any]:
        is_lacking = "era" not in row and "ev_date" in row
        return {"era": self._era_of([row["ev_date"]])[0]} if is_lacking else {}

    def _times(self, row: Mapping[str, Any]) -> dict[str, Any]:
        given = [date_of(row.get("ev_date")), *map(row.get, _CLOCK_INPUTS[1:])]
        local, recorded_zone, place_zone = self._clock(given)
        zone = recorded_zone or place_zone
        utc = to_utc(local, zone)
        if zone == clock.UTC:
            local = from_utc(utc, place_zone)
        return {
            "local_date": local and local.date(),
            "local_hour": local and local.hour + local.minute * (1 / 60),
            "sun_elevation_deg": sun_elevation(
                utc, row.get("dec_latitude"), row.get("dec_longitude")
            ),
        }


def _airframe(row: Mapping[str, Any]) -> dict[str, Any]:
    is_told = "acft_make" in row or "acft_model" in row
    return airframe_facts.of_row(row) if is_told else {}


def nearest(latitude: float | None, longitude: float | None) -> dict[str, Any]:
    """Return the nearest landing field's facts, see :func:`hindcast.features.airports.nearest`."""
    if latitude is None or longitude is None:
        return dict.fromkeys(airports.COLUMNS)
    known = airports.fields()
    length, index = known.tree.query(geography.unit_vectors(latitude, longitude))
    found = (
        float(geography.chord_to_km(length)) / geography.KM_PER_SM,
        float(known.elevation_ft[index]),
        str(known.time_zone[index]),
        str(known.identifier[index]),
        int(index),
    )
    return dict(zip(airports.COLUMNS, found, strict=True))


def sun_elevation(
    utc: datetime | None, latitude: float | None, longitude: float | None
) -> float | None:
    """Return the sun's elevation in degrees; null where time or position is unknown."""
    if utc is None or latitude is None or longitude is None:
        return None
    seconds = (utc - _EPOCH).total_seconds()
    return float(solar.elevation_deg(seconds, latitude, longitude))


def to_utc(local: datetime | None, zone: str | None) -> datetime | None:
    """Return a local time as naive UTC; null for a time that the spring change skips."""
    if local is None or zone is None:
        return None
    there = local.replace(tzinfo=_zone(zone)).astimezone(UTC)
    exists = there.astimezone(_zone(zone)).replace(tzinfo=None) == local
    return there.replace(tzinfo=None) if exists else None


def from_utc(utc: datetime | None, zone: str | None) -> datetime | None:
    """Return naive UTC as the local time of a zone."""
    if utc is None or zone is None:
        return None
    return utc.replace(tzinfo=UTC).astimezone(_zone(zone)).replace(tzinfo=None)


@lru_cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
