"""What turned out of an accident that was forecast, as a request tells it."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from hindcast.model.targets.chain import CLASSES, CODES
from hindcast.serve import clock
from hindcast.serve.problems import Problem

_ID = re.compile(r"[0-9a-f]{32}")
_FIRST = dt.date(1962, 1, 1)


class Outcome(NamedTuple):
    """The highest injury, as a class and as NTSB's code, and the day it was known by."""

    injury: str
    code: str
    as_of: str


def check_id(prediction_id: str) -> None:
    """Refuse what no prediction's id can be.

    Raises
    ------
    Problem
        404.
    """
    if not _ID.fullmatch(prediction_id):
        raise Problem(404, "a prediction_id has 32 hexadecimal digits, as the answer gave it")


def read(body: Mapping[str, Any]) -> Outcome:
    """Return the outcome that a body tells.

    Raises
    ------
    Problem
        422, with one entry for each fault.
    """
    faults = [_fault(name, "there is no such field") for name in body.keys() - _READERS.keys()]
    told = {}
    for name, reader in _READERS.items():
        try:
            told[name] = reader(body.get(name))
        except ValueError as error:
            faults.append(_fault(name, str(error)))
    if faults:
        raise Problem(422, f"{len(faults)} faults in the outcome", faults)
    code = told["ev_highest_injury"]
    return Outcome(CLASSES[CODES[code]], code, told["as_of"])


def _fault(name: str, what: str) -> dict[str, str]:
    return {"where": name[:64], "what": what}


def _injury(value: Any) -> str:
    if not isinstance(value, str) or value not in CODES:
        raise ValueError(f"expected one of {', '.join(CODES)}")
    return value


def _day(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("expected a date as 2024-06-15")
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        raise ValueError("expected a date as 2024-06-15") from None
    latest = clock.now().date() + dt.timedelta(days=1)
    if not _FIRST <= day <= latest:
        raise ValueError(f"expected a date from {_FIRST} to {latest}: it is known by then")
    return value


_READERS = {"ev_highest_injury": _injury, "as_of": _day}
