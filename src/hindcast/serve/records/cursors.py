"""Where a page ended, as text that the client hands back and cannot bend to anything else."""

import base64
import binascii
import hashlib
from typing import Any

import orjson

from hindcast.serve.problems import Problem

_DIGEST = 9


def encode(place: list[Any], asked: Any) -> str:
    """Return a cursor for ``place`` in the answer to ``asked``.

    Examples
    --------
    >>> decode(encode(["2020-01-01", "x"], {"state": "AK"}), {"state": "AK"})
    ['2020-01-01', 'x']
    """
    told = orjson.dumps(place)
    return base64.urlsafe_b64encode(_digest(told, asked) + told).decode().rstrip("=")


def decode(cursor: str, asked: Any) -> list[Any]:
    """Return the place that ``cursor`` stands for.

    Raises
    ------
    Problem
        422: it was cut, changed, or belongs to other filters or another order.
    """
    try:
        whole = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        whole = b""
    if whole[:_DIGEST] != _digest(whole[_DIGEST:], asked):
        raise Problem(
            422,
            "this cursor does not belong to this question: give next_cursor of the page before, "
            "unchanged, with the same filters and the same order",
            errors=[{"where": "query.cursor", "what": "not a cursor of this question"}],
        )
    return orjson.loads(whole[_DIGEST:])


def _digest(told: bytes, asked: Any) -> bytes:
    bound = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(told + bound, digest_size=_DIGEST, person=b"hindcast-cursor").digest()
