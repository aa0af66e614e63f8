"""What the edge must know of a request's headers."""

import os
import re
from collections.abc import Iterable
from typing import NamedTuple

_SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}").fullmatch


class Head(NamedTuple):
    """The id of a request and what its headers say of a body.

    ``length`` is in bytes, or None where the body comes in chunks; 0 where there is none.
    ``waits`` says whether the client sends its body only when told to go on.
    """

    request_id: str
    length: int | None
    waits: bool


def read(headers: Iterable[tuple[bytes, bytes]]) -> Head:
    """Return what the headers say; a request id that is missing or not sane is made.

    >>> read([(b"x-request-id", b"order-7"), (b"content-length", b"12")])
    Head(request_id='order-7', length=12, waits=False)
    >>> len(read([(b"x-request-id", b"order 7")]).request_id)
    32
    """
    given = dict(headers)
    asked = given.get(b"x-request-id", b"")
    length = None if b"transfer-encoding" in given else _length(given.get(b"content-length", b"0"))
    made = asked.decode() if _SANE(asked) else os.urandom(16).hex()
    return Head(made, length, b"expect" in given)


def _length(told: bytes) -> int | None:
    return int(told) if told.isdigit() else None
