"""What cannot be true together, or at that time and place: the checks of the records, for one row.

The checks of the records empty such values and count them; who asks is there to be told instead.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from hindcast.checks import reference
from hindcast.checks.place import TOLERANCE_DEG
from hindcast.serve import clock
from hindcast.serve.forecast import fields

NEEDED = frozenset(fields.NEEDED)
FIRST = dt.datetime(1962, 1, 1)
"""NTSB's records begin here."""
LONGEST_AHEAD = dt.timedelta(days=366)
"""How far ahead a flight may be planned."""
_A_DAY = dt.timedelta(days=1)  # where the accident was, it may be tomorrow already
_REVIEWS_BEGIN = dt.datetime(1974, 1, 1)
_ROUNDING_DEG_C = 0.6
_POSITION = ("dec_latitude", "dec_longitude")

Fault = dict[str, Any]
Told = Mapping[str, Any]

_AT_MOST = (
    ("hours_l24h_all", "hours_l30d_all", "the last 24 hours are part of the last 30 days"),
    ("hours_l30d_all", "hours_l90d_all", "the last 30 days are part of the last 90"),
    ("hours_l90d_all", "hours_totl_all", "the last 90 days are part of all hours"),
    ("hours_pic_all", "hours_totl_all", "the hours in command are part of all hours"),
    ("date_lst_med", "ev_date", "the last medical lies before the accident"),
    ("bfr_date", "ev_date", "the last flight review lies before the accident"),
    ("date_last_insp", "ev_date", "the last inspection lies before the accident"),
    ("wind_vel_kts", "gust_kts", "a gust is above the mean wind"),
)
"""What is at most as much as another, and why."""


def era(told: Told) -> str:
    """Return the scheme that the row's codes are in: as given, else by its date."""
    day = told.get("ev_date")
    by_date = "pre-2008" if day is not None and day.year < 2008 else "2008+"
    return told.get("era") or by_date


def is_broken(told: Told) -> bool:
    """Say whether any rule is broken, for a row that has the needed fields."""
    return next(broken(told), None) is not None


def are_kept(columns: Mapping[str, Sequence[Any]]) -> bool:
    """Say whether every row of columns, None for what is not known, keeps every rule.

    What is not certain is not: who asks finds out row by row.
    """
    return (
        all(None not in columns.get(name, (None,)) for name in NEEDED)
        and not any(_is_above(columns, less, more) for less, more, _ in _AT_MOST)
        and not _is_above(columns, "wx_dew_pt", "wx_temp", _ROUNDING_DEG_C)
        and _dates_are_usual(columns)
        and _places_are_kept(columns)
    )


def _is_above(
    columns: Mapping[str, Sequence[Any]], one: str, other: str, by: float | None = None
) -> bool:
    pairs = zip(columns.get(one, ()), columns.get(other, ()), strict=False)
    known = ((less, more) for less, more in pairs if less is not None and more is not None)
    if by is None:
        return any(less > more for less, more in known)
    return any(less > more + by for less, more in known)


def _dates_are_usual(columns: Mapping[str, Sequence[Any]]) -> bool:
    """Say whether all happened between the first day of the records and now."""
    days = columns["ev_date"]
    reviews = [day for day in columns.get("bfr_date", ()) if day is not None]
    latest = clock.now().replace(tzinfo=None) + _A_DAY
    if reviews and min(reviews) < _REVIEWS_BEGIN:
        return False
    return min(days) >= FIRST and max(days) <= latest


def _places_are_kept(columns: Mapping[str, Sequence[Any]]) -> bool:
    states = columns["ev_state"]
    nowhere = [None] * len(states)
    latitudes, longitudes = (columns.get(name, nowhere) for name in _POSITION)
    return not any(
        _place_is_at_fault(*place) for place in zip(latitudes, longitudes, states, strict=True)
    )


def _place_is_at_fault(latitude: float | None, longitude: float | None, state: str) -> bool:
    if latitude is None or longitude is None:
        return latitude is not longitude
    if latitude == longitude == 0:
        return True
    boxes = _boxes_of(state)
    return bool(boxes) and not any(_is_in(box, latitude, longitude) for box in boxes)


def broken(told: Told) -> Iterator[Fault]:
    """Return one fault for each rule that the row breaks."""
    for less, more, why in _AT_MOST:
        one = told.get(less)
        if one is not None:
            other = told.get(more)
            if other is not None and one > other:
                yield _fault((less, more), f"{less} is above {more}: {why}")
    yield from _dates(told)
    yield from _weather(told)
    yield from _place(told)


def _fault(names: tuple[str, ...], what: str) -> Fault:
    return {"where": names[0], "with": list(names[1:]), "what": what}


def _dates(told: Told) -> Iterator[Fault]:
    day = told.get("ev_date")
    if day is None:
        return
    if day < FIRST:
        yield _fault(("ev_date",), f"ev_date is {day:%Y-%m-%d}: the records begin in 1962")
    elif day > clock.now().replace(tzinfo=None) + _A_DAY:
        yield from _ahead(day, told)
    review = told.get("bfr_date")
    if review is not None and review < _REVIEWS_BEGIN:
        yield _fault(("bfr_date",), "bfr_date: flight reviews were introduced in 1974")


def _ahead(day: dt.datetime, told: Told) -> Iterator[Fault]:
    if day > clock.now().replace(tzinfo=None) + LONGEST_AHEAD:
        text = f"ev_date is {day:%Y-%m-%d}: a flight is planned a year ahead at most"
        yield _fault(("ev_date",), text)
    late = [name for name in told if fields.known_at()[name] > fields.Horizon.DISPATCH]
    if late:
        text = (
            f"ev_date is {day:%Y-%m-%d}, in the future, and {', '.join(late[:5])} would tell what "
            "happened then: leave them out for a planned flight"
        )
        yield _fault(("ev_date", *late[:5]), text)


def _weather(told: Told) -> Iterator[Fault]:
    dew, air = told.get("wx_dew_pt"), told.get("wx_temp")
    if dew is not None and air is not None and dew > air + _ROUNDING_DEG_C:
        text = f"wx_dew_pt is {dew:g} deg C above wx_temp {air:g}: air holds no more water"
        yield _fault(("wx_dew_pt", "wx_temp"), text)


def _place(told: Told) -> Iterator[Fault]:
    latitude, longitude = told.get("dec_latitude"), told.get("dec_longitude")
    if latitude is None and longitude is None:
        return
    names = _POSITION
    if latitude is None or longitude is None:
        yield _fault(names, "a latitude without a longitude is no place: give both or none")
    elif latitude == longitude == 0:
        yield _fault(names, "0, 0 lies in the Gulf of Guinea and stands for missing: leave it out")
    else:
        yield from _outside(latitude, longitude, told.get("ev_state"))


def _outside(latitude: float, longitude: float, state: str | None) -> Iterator[Fault]:
    boxes = _boxes_of(state)
    if boxes and not any(_is_in(box, latitude, longitude) for box in boxes):
        turned = any(_is_in(box, latitude, -longitude) for box in boxes)
        hint = "west is negative" if turned else "check sign and order, and the state"
        text = f"{latitude:g}, {longitude:g} lies outside {state} by more than {TOLERANCE_DEG} deg"
        yield _fault(("dec_longitude", "dec_latitude", "ev_state"), f"{text}: {hint}")


def _is_in(box: tuple[float, ...], latitude: float, longitude: float) -> bool:
    south, north, west, east = box
    return south <= latitude <= north and west <= longitude <= east


@lru_cache(maxsize=256)
def _boxes_of(state: str | None) -> list[tuple[float, ...]]:
    return _boxes().get((state or "").strip().upper(), [])


@cache
def _boxes() -> dict[str, list[tuple[float, ...]]]:
    found: dict[str, list[tuple[float, ...]]] = {}
    slack = TOLERANCE_DEG
    for state, south, north, west, east in reference.state_boxes().iter_rows():
        box = (south - slack, north + slack, west - slack, east + slack)
        found.setdefault(state, []).append(box)
    return found
