"""When one accident happened: by the clock on the wall, in UTC, and where the sun stood."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from hindcast.features import clock, solar, time_zones
from hindcast.features.onerow.translate import translate

INPUTS = (
    "ev_date", "ev_time", "ev_tmzn", "ev_state", "dec_longitude", "nearest_airport_sm",
    "nearest_airport_time_zone",
)  # fmt: skip
OUTPUTS = ("local_date", "local_hour", "~utc")
_EPOCH = datetime(1970, 1, 1)  # naive UTC, as all times here


class RowTimes:
    """The times of :func:`hindcast.features.clock.times` for one row alone: its clock is local."""

    def __init__(self) -> None:
        zones = [time_zones.recorded_zone(), time_zones.place_zone()]
        self._clock = translate(INPUTS, [], [clock.given_time(), *zones])

    def __call__(self, ev_date: datetime | None, *others: Any) -> tuple[Any, ...]:
        """Return :data:`OUTPUTS` of :data:`INPUTS`, None for unknown."""
        local, recorded_zone, place_zone = self._clock((date_of(ev_date), *others))
        zone = recorded_zone or place_zone
        utc = to_utc(local, zone)
        if zone == clock.UTC:
            local = from_utc(utc, place_zone)
        if local is None:
            return None, None, utc
        return local.date(), local.hour + local.minute * (1 / 60), utc


def sun_elevation(
    utc: datetime | None, latitude: float | None, longitude: float | None
) -> tuple[float | None]:
    """Return the sun's elevation in degrees; null where time or position is unknown."""
    if utc is None or latitude is None or longitude is None:
        return (None,)
    return (solar.elevation_deg_of_one((utc - _EPOCH).total_seconds(), latitude, longitude),)


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


def date_of(when: Any) -> date | None:
    """Return the day of a date or of a date and time."""
    return when.date() if isinstance(when, datetime) else when


@lru_cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
