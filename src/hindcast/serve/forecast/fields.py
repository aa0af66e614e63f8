"""The fields of a request: the raw inputs that the models read, and when each becomes known."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from hindcast.features.catalog import FEATURES
from hindcast.features.declare import Horizon
from hindcast.features.onerow.given import DERIVED, types

NEEDED = ("ev_date", "ev_state", "acft_category")
"""Without day, place and kind of aircraft there is no accident to speak of."""

DERIVED_FROM: Mapping[str, tuple[str, ...]] = {
    "clock": ("ev_date", "ev_time", "ev_tmzn", "ev_state", "dec_latitude", "dec_longitude"),
}


@cache
def known_at() -> dict[str, Horizon]:
    """Return the earliest horizon at which each raw input is read by a feature."""
    found: dict[str, Horizon] = {}
    for feature in FEATURES:
        for name in feature.inputs:
            if name not in DERIVED and name in types():
                found[name] = min(found.get(name, feature.known_at), feature.known_at)
    clock = dict.fromkeys(DERIVED_FROM["clock"], Horizon.DISPATCH)
    return found | clock


def most_informed(given: Iterable[str]) -> Horizon:
    """Return the horizon at which all of the given fields are known."""
    known = known_at()
    return max((known[name] for name in given if name in known), default=Horizon.DISPATCH)


def filled(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request with None for every field that it leaves out: known to be unknown."""
    return {**dict.fromkeys(types()), **request}
