"""The one place where the server asks for the time.

Limits and the memory of keys count on the monotonic clock, which no change of the wall clock moves;
ids are random. The wall clock is for what people read and for the expiry of keys.
"""

from datetime import UTC, datetime
from time import monotonic
from time import time as seconds

__all__ = ["monotonic", "now", "seconds", "stamp"]


def now() -> datetime:
    """Return the time, with its zone, UTC."""
    return datetime.now(UTC)


def stamp(at: datetime | None = None) -> str:
    """Return a time, or now, as the store keeps it: ISO 8601, UTC, milliseconds.

    Examples
    --------
    >>> stamp(datetime(2026, 1, 31, 12, 30, tzinfo=UTC))
    '2026-01-31T12:30:00.000Z'
    """
    whole = (at or now()).astimezone(UTC).isoformat(timespec="milliseconds")
    return whole.removesuffix("+00:00") + "Z"
