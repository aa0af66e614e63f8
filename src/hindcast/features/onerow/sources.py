"""The inputs that no eADMS column holds, and what each is made from: field, clock, type, past."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hindcast.features import airframe_facts, airports, keys, path_odds, terrain
from hindcast.features.onerow import places, times
from hindcast.features.onerow.past import RowHistory, shares
from hindcast.features.state import WINDOWS_DAYS

_PLACE = ("dec_latitude", "dec_longitude")


@dataclass(frozen=True)
class Source:
    """Inputs that one function makes from others.

    Attributes
    ----------
    outputs
        What the function returns, in order; names that begin with ``~`` are only on the way.
    inputs
        What it takes, in order.
    function
        From ``inputs`` to a tuple of ``outputs``, None for null.
    few
        Outputs that take few values, so that what follows from them is worth keeping.
    is_kept
        Whether what it says is itself kept: it costs much and follows from codes alone.
    """

    outputs: tuple[str, ...]
    inputs: tuple[str, ...]
    function: Callable[..., Sequence[Any]]
    few: frozenset[str] = frozenset()
    is_kept: bool = False


def sources(past: RowHistory) -> list[Source]:
    """Return every source; :func:`hindcast.features.derive.enrich` does the same for frames."""
    places.prepare()
    return [
        Source(
            airports.COLUMNS,
            _PLACE,
            places.nearest,
            few=frozenset(("nearest_airport_time_zone", "nearest_airport_id")),
        ),
        Source((*terrain.COLUMNS,), ("nearest_airport_row", "nearest_airport_sm"), places.land),
        Source((*airframe_facts.COLUMNS,), airframe_facts.INPUTS, _airframe, is_kept=True),
        Source(times.OUTPUTS, times.INPUTS, times.RowTimes(), few=frozenset(("local_date",))),
        Source(("sun_elevation_deg",), ("~utc", *_PLACE), times.sun_elevation),
        *_of_past(past),
    ]


def _of_past(past: RowHistory) -> list[Source]:
    windows = [f"events_{days}d" for days in WINDOWS_DAYS]
    in_state, around = (tuple(f"{w}_{area}" for w in windows) for area in ("state", "100km"))
    found = [
        Source(("~moment",), ("ev_date",), past.moment),
        Source(("~in_state",), ("ev_state",), past.of_state, is_kept=True),
        Source(in_state, ("~moment", "~in_state"), past.in_state),
        Source(around, ("~moment", *_PLACE), past.around),
        Source((path_odds.NAME,), ("~moment", "finding_codes"), past.path_odds),
    ]
    for key in keys.KEYS:
        own, told = f"~own_{key.name}", f"fatal_share_{key.name}"
        outputs = (f"{told}_past", f"n_{key.name}_past", f"{told}_since_1982")
        found.append(Source((own,), key.inputs, partial(past.own, key), is_kept=True))
        found.append(Source(outputs, ("~moment", own), shares))
    return found


def _airframe(*texts: str | None) -> tuple[Any, ...]:
    told = airframe_facts.of_row(dict(zip(airframe_facts.INPUTS, texts, strict=True)))
    return tuple(told.values())
