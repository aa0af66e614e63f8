"""At which horizon a request is forecast: as asked for, or as informed as its fields allow."""

from collections.abc import Iterable, KeysView, Mapping
from functools import cache
from typing import Any

from hindcast.model.encode import HORIZONS
from hindcast.serve.forecast import fields
from hindcast.serve.problems import Problem

_RANK = {name: rank for rank, name in enumerate(HORIZONS)}


def chosen(asked: str | None, given: Mapping[str, Any], there: Iterable[str]) -> tuple[str, str]:
    """Return the horizon, and how it was chosen.

    Parameters
    ----------
    asked
        What the query asks for; None leaves it to the fields.
    given
        The fields that are known.
    there
        The horizons that have a model.

    Raises
    ------
    Problem
        404: there is no model of the horizon that is asked for.

    Examples
    --------
    >>> chosen(None, {"ev_state": "CO", "damage": "DEST"}, ["dispatch", "event"])[0]
    'event'
    """
    there = list(there)
    if asked is not None:
        if asked not in there:
            told = ", ".join(there) or "none"
            raise Problem(404, f"there is no model at the horizon {asked!r}: there is {told}")
        return asked, "asked for"
    name, known = _latest(given.keys())
    ranked = sorted(there, key=_RANK.__getitem__)
    within = [horizon for horizon in ranked if _RANK[horizon] <= known]
    horizon = (within or ranked)[-1 if within else 0]
    return horizon, _why(name, known, horizon)


def _latest(given: KeysView[str]) -> tuple[str, int]:
    """Return the first of the fields that become known last, and when that is."""
    for rank, names in _later():
        if not given.isdisjoint(names):
            return next(name for name in given if name in names), rank
    return "", 0


@cache
def _later() -> list[tuple[int, frozenset[str]]]:
    """Return the fields by the horizon that they are known from, the latest horizon first."""
    known = fields.known_at()
    return [
        (rank, frozenset(name for name, horizon in known.items() if horizon == rank))
        for rank in range(len(HORIZONS) - 1, 0, -1)
    ]


@cache
def _why(name: str, rank: int, horizon: str) -> str:
    known = HORIZONS[rank]
    told = f"{name} is known from the {known} on" if name else "no field is known later"
    return told if known == horizon else f"{told}; there is no model at the horizon {known}"
