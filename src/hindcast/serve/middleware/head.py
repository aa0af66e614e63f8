"""What the edge must know of a request's headers, read in one pass."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

Headers = Iterable[tuple[bytes, bytes]]

_SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}").fullmatch


@dataclass(slots=True)
class Head:
    """The id of a request and what its headers say of a body.

    ``length`` is in bytes, or None where the body comes in chunks; 0 where there is none.
    """

    request_id: str = ""
    length: int | None = 0
    waits: bool = False
    """Whether the client sends its body only when told to go on."""


def read(headers: Headers) -> Head:
    """Return what the headers say; a request id that is missing or not sane is made.

    >>> read([(b"x-request-id", b"order-7"), (b"content-length", b"12")])
    Head(request_id='order-7', length=12, waits=False)
    >>> len(read([(b"x-request-id", b"order 7")]).request_id)
    32
    """
    head = Head()
    for name, value in headers:
        if name == b"content-length":
            head.length = int(value)
        elif name == b"x-request-id" and _SANE(value):
            head.request_id = value.decode()
        elif name == b"transfer-encoding":
            head.length = None
        elif name == b"expect":
            head.waits = True
    head.request_id = head.request_id or os.urandom(16).hex()
    return head
