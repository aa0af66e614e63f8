"""What a make and model are: one row of ``airframe_families.csv`` for each way of writing them.

The records hold no cruise or stall speed and mostly no weight; what the type is says them roughly,
and a crash's energy goes with the square of the speed.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from hindcast import paths

ANY_MAKE = "*"
_SHORT_WORD = 4
_SHORT_NUMBER = 3
_WORDS_TRIED = 3
_SHORTEST_LATER = 3


@dataclass(frozen=True)
class Airframe:
    """A type as it is commonly known; speeds in kts, weight in lb, typical of the family.

    ``typical_stall_kts`` is None where a stall means nothing (rotors, balloons).
    """

    family: str
    engine: str
    engines: float
    wing: str
    gear: str
    typical_weight_lb: float
    typical_cruise_kts: float
    typical_stall_kts: float | None
    typical_seats: float
    built_for: str


FACTS: tuple[str, ...] = tuple(Airframe.__dataclass_fields__)
_NUMBERS = frozenset(name for name in FACTS if name.startswith("typical_") or name == "engines")
TYPES = {name: pl.Float64() if name in _NUMBERS else pl.String() for name in FACTS}


@lru_cache(maxsize=1)
def table() -> dict[tuple[str, str], Airframe]:
    """Return the crosswalk: make (or ``*``) and how the model begins, to the type.

    Raises
    ------
    ValueError
        A make and a beginning stand twice: one of the two would silently win.
    """
    path = paths.reference() / "airframe_families.csv"
    rows = pl.read_csv(path, schema_overrides=TYPES, columns=["make", "prefixes", *FACTS])
    types: dict[tuple[str, str], Airframe] = {}
    for make, prefixes, *facts in rows.iter_rows():
        for prefix in (prefixes or "").split() or [""]:
            if (make, prefix) in types:
                raise ValueError(f"{path.name}: {make} {prefix!r} stands twice; keep one")
            types[make, prefix] = Airframe(*facts)
    return types


@lru_cache(maxsize=1 << 14)
def find(make: str | None, model: str | None) -> Airframe | None:
    """Return the type of a make and model in capitals and single blanks; None where not known.

    The longest beginning in the table wins, that of the make before that of any make. Where the
    model opens with other words (its maker's name, "SMITH RV 7") the next words are tried, and at
    last the make by itself.

    Examples
    --------
    >>> find("CESSNA", "TU206G").family, find("AMATEUR BUILT", "SMITH RV 7A").family
    ('CESSNA 206', 'RV7')
    >>> find("PIPER", "PA 28R 200").gear, find("NOBODY", "XYZ") is None
    ('retractable', True)
    """
    words = (model or "").split()
    tails = (words[place:] for place in range(min(len(words), _WORDS_TRIED)))
    found = (_longest(make, tail, is_first=not place) for place, tail in enumerate(tails))
    return next((craft for craft in found if craft), None) or table().get((make or "", ""))


def _longest(make: str | None, words: list[str], *, is_first: bool) -> Airframe | None:
    types, text = table(), "".join(words)
    for length in range(len(text), 0, -1):
        start = text[:length]
        if make and (own := types.get((make, start))):
            return own
        is_long = is_first or length >= _SHORTEST_LATER
        any_make = types.get((ANY_MAKE, start)) if is_long else None
        if any_make and (start == words[0] or _is_whole(start, text)):
            return any_make
    return None


def _is_whole(start: str, text: str) -> bool:
    """Say whether a beginning stands by itself: STA is none of STANDARD, T2 none of T210."""
    following = text[len(start) : len(start) + 1]
    if start.isalpha() and len(start) <= _SHORT_WORD:
        return not following.isalpha()
    ends_in_number = re.search(r"\d$", start) is not None
    return not (ends_in_number and len(start) <= _SHORT_NUMBER and following.isdigit())
