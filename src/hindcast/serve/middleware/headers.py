"""Headers that every answer carries."""

from starlette.types import Scope

Raw = list[tuple[bytes, bytes]]

ALWAYS: Raw = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
CACHE = (b"cache-control", b"no-store")
CONTENT = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
ONLY_TLS = (b"strict-transport-security", b"max-age=31536000")


def complete(given: Raw, request_id: str, scope: Scope) -> Raw:
    """Return an answer's headers with the request id and those of safety.

    >>> named = dict(complete([(b"cache-control", b"max-age=9")], "abc", {"scheme": "http"}))
    >>> named[b"x-request-id"], named[b"cache-control"]
    (b'abc', b'max-age=9')
    """
    there = dict(given)
    made = [*given, *ALWAYS, (b"x-request-id", request_id.encode())]
    made += [header for header in (CACHE, CONTENT) if header[0] not in there]
    if scope["scheme"] == "https":
        made.append(ONLY_TLS)
    return made
