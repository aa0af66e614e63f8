"""What a request for a forecast asks for in its query; read by hand, most requests have none."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

from hindcast.model.encode import HORIZONS
from hindcast.serve.problems import Problem

MOST_REASONS = 20
LONGEST_MODEL = 64
_YES_NO = {"true": True, "1": True, "false": False, "0": False}


class Asked(NamedTuple):
    """The query of a request.

    Attributes
    ----------
    horizon
        As asked for; None leaves it to the fields.
    model
        ``champion``, ``challenger`` or a version; None leaves it to the server.
    explain
        How many contributions to answer.
    is_full
        Whether every missing field is listed, not the weightiest alone.
    is_partial
        Whether a batch answers its good rows where others are bad.
    is_replacing
        Whether another outcome that was told before is replaced.
    """

    horizon: str | None = None
    model: str | None = None
    explain: int = 0
    is_full: bool = False
    is_partial: bool = False
    is_replacing: bool = False


NOTHING = Asked()


def asked(query: bytes, allowed: frozenset[str]) -> Asked:
    """Return what a query string asks for.

    Parameters
    ----------
    query
        As it came, without the question mark.
    allowed
        The route's parameters.

    Raises
    ------
    Problem
        422, with one entry for each parameter that is unknown, twice or out of its range.

    Examples
    --------
    >>> asked(b"horizon=event&explain=5", frozenset({"horizon", "explain"})).explain
    5
    """
    return _asked(query, allowed) if query else NOTHING


@lru_cache(maxsize=128)
def _asked(query: bytes, allowed: frozenset[str]) -> Asked:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    given = dict(pairs)
    faults = [fault for name in given if (fault := _fault_of(name, given[name], allowed))]
    if len(given) != len(pairs):
        faults.append(_fault("", "a parameter stands twice"))
    if faults:
        raise Problem(422, f"{len(faults)} faults in the query", faults)
    told = {_READ[name][0]: _read(name, value) for name, value in given.items()}
    return Asked(**told)


def _fault(name: str, what: str) -> dict[str, str]:
    return {"where": f"query.{name[:64]}", "what": what}


def _fault_of(name: str, value: str, allowed: frozenset[str]) -> dict[str, str] | None:
    if name not in allowed:
        return _fault(name, f"there is no parameter {name[:64]!r}: {', '.join(sorted(allowed))}")
    try:
        _read(name, value)
    except (KeyError, ValueError):
        return _fault(name, _READ[name][1])
    return None


def _read(name: str, value: str) -> str | int | bool:
    return _READERS[name](value)


def _horizon(value: str) -> str:
    return HORIZONS[HORIZONS.index(value)]


def _model(value: str) -> str:
    if not value.isalnum() or not value.isascii() or len(value) > LONGEST_MODEL:
        raise ValueError(value)
    return value


def _count(value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 2 or int(value) > MOST_REASONS:
        raise ValueError(value)
    return int(value)


def _detail(value: str) -> bool:
    return {"full": True, "short": False}[value]


_READERS = {
    "horizon": _horizon,
    "model": _model,
    "explain": _count,
    "detail": _detail,
    "partial": _YES_NO.__getitem__,
    "replace": _YES_NO.__getitem__,
}
_READ = {
    "horizon": ("horizon", f"expected one of {', '.join(HORIZONS)}"),
    "model": ("model", "expected champion, challenger or a version"),
    "explain": ("explain", f"expected a whole number from 0 to {MOST_REASONS}"),
    "detail": ("is_full", "expected short or full"),
    "partial": ("is_partial", "expected true or false"),
    "replace": ("is_replacing", "expected true or false"),
}
