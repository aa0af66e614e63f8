"""How often one caller may ask: a moving window of a minute, and a burst of a second.

No minute holds more than the tier's requests, whenever it begins, and no second more than its
burst. Windows are counted here, on the monotonic clock; where Redis is given they are counted
there for all workers (:mod:`hindcast.serve.shared`), and here only while it is out of reach.
Several workers without Redis have each their share, so that together they never allow more.
"""

from collections import deque
from hashlib import blake2b
from ipaddress import IPv6Address, IPv6Network
from math import ceil
from typing import NamedTuple

from hindcast.errors import HindcastError
from hindcast.serve import clock
from hindcast.serve.settings import Settings

MINUTE, SECOND = 60, 1
_SWEPT_EVERY = 60.0


class ShareError(HindcastError):
    """A limit is smaller than the number of workers that would share it."""


class Limit(NamedTuple):
    """What one tier may."""

    per_minute: int
    per_second: int


class Verdict(NamedTuple):
    """Whether a request is let in, and how the caller stands.

    ``refused_by`` is ``minute`` or ``second``, or empty; ``wait`` is in seconds until it would be
    let in, ``reset`` until the oldest request of the minute no longer counts.
    """

    limit: Limit
    remaining: int
    reset: float
    refused_by: str = ""
    wait: float = 0.0


class Window:
    """The times of what was let in within ``seconds``, oldest first."""

    __slots__ = ("_length", "_times", "most")

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self._length = most, seconds
        self._times: deque[float] = deque()

    def wait(self, now: float, cost: int) -> float:
        """Return the seconds until ``cost`` more fit, 0 where they do."""
        times, ended = self._times, now - self._length
        while times and times[0] <= ended:
            times.popleft()
        over = len(times) + cost - self.most
        if over <= 0:
            return 0.0
        return times[min(over, len(times)) - 1] - ended if times else self._length

    def take(self, now: float, cost: int) -> None:
        """Count ``cost`` more."""
        if cost == 1:
            self._times.append(now)
        else:
            self._times.extend([now] * cost)

    def remaining(self) -> int:
        """Return how many more fit, as of the last :meth:`wait`."""
        return self.most - len(self._times)

    def reset(self, now: float) -> float:
        """Return the seconds until the oldest no longer counts, 0 where there is none."""
        return self._times[0] + self._length - now if self._times else 0.0


class Local:
    """Windows in this process's memory.

    Parameters
    ----------
    limits
        What each tier may, in this process.
    """

    def __init__(self, limits: dict[str, Limit]) -> None:
        self._limits = limits
        self._windows: dict[str, tuple[Window, Window]] = {}
        self._swept_at = clock.monotonic()

    def take(self, who: str, tier: str, cost: int = 1, *, has_burst: bool = True) -> Verdict:
        """Let a request in and count it, or refuse it and count nothing."""
        now = clock.monotonic()
        minute, second = self._windows.get(who) or self._opened(who, tier, now)
        limit = self._limits[tier]
        if wait := minute.wait(now, cost):
            return Verdict(limit, minute.remaining(), minute.reset(now), "minute", wait)
        if has_burst:
            if wait := second.wait(now, 1):
                return Verdict(limit, minute.remaining(), minute.reset(now), "second", wait)
            second.take(now, 1)
        minute.take(now, cost)
        return Verdict(limit, minute.remaining(), minute.reset(now))

    def _opened(self, who: str, tier: str, now: float) -> tuple[Window, Window]:
        if now - self._swept_at > _SWEPT_EVERY:
            self._sweep(now)
        limit = self._limits[tier]
        made = Window(limit.per_minute, MINUTE), Window(limit.per_second, SECOND)
        self._windows[who] = made
        return made

    def _sweep(self, now: float) -> None:
        """Forget callers that have not asked for a minute."""
        self._swept_at = now
        for who, (minute, _) in list(self._windows.items()):
            minute.wait(now, 0)
            if minute.remaining() == minute.most:
                del self._windows[who]


def tiers(settings: Settings) -> dict[str, Limit]:
    """Return what each tier may, all workers together."""
    return {
        "free": Limit(settings.free_per_minute, settings.free_per_second),
        "premium": Limit(settings.premium_per_minute, settings.premium_per_second),
        "anonymous": Limit(settings.anonymous_per_minute, settings.anonymous_per_second),
    }


def shares(settings: Settings) -> dict[str, Limit]:
    """Return what each tier may in one of the settings' workers: the whole, divided, rounded down.

    With Redis a share may be nothing: then that tier is refused while Redis is out of reach.

    Raises
    ------
    ShareError
        A limit is smaller than the number of workers, and there is no Redis.
    """
    found = {
        name: Limit(*(most // settings.workers for most in limit))
        for name, limit in tiers(settings).items()
    }
    for name, limit in found.items():
        if 0 in limit and settings.redis_url is None:
            raise ShareError(
                f"the limits of tier {name}, {tiers(settings)[name]}, cannot be shared by "
                f"{settings.workers} workers: raise them or set HINDCAST_REDIS_URL"
            )
    return found


def headers(verdict: Verdict) -> list[tuple[bytes, bytes]]:
    """Return the headers ``RateLimit`` and ``RateLimit-Policy``.

    As draft-ietf-httpapi-ratelimit-headers-10 has them: ``r`` requests remain, and in ``t``
    seconds there are more.

    >>> headers(Verdict(Limit(100, 20), 0, 12.3, "minute", 12.3))[0]
    (b'ratelimit', b'"minute";r=0;t=13')
    """
    return [
        (b"ratelimit", b'"minute";r=%d;t=%d' % (verdict.remaining, ceil(verdict.reset))),
        (b"ratelimit-policy", b'"minute";q=%d;w=60, "second";q=%d;w=1' % verdict.limit),
    ]


def hashed(address: str, salt: str) -> str:
    """Return an address as limits know it: nobody can read it back without the salt.

    One IPv6 subscriber has a /64 of addresses, which count as one.

    >>> hashed("2001:db8::1", "salt") == hashed("2001:db8::ffff", "salt")
    True
    >>> hashed("::ffff:192.0.2.1", "salt") == hashed("::ffff:192.0.2.2", "salt")
    False
    >>> hashed("::ffff:192.0.2.1", "salt") == hashed("192.0.2.1", "salt")
    True
    """
    who = _subnet(address) if ":" in address else address
    return blake2b(who.encode(), key=salt.encode(), digest_size=12).hexdigest()


def _subnet(address: str) -> str:
    try:
        given = IPv6Address(address)
    except ValueError:
        return address
    return str(given.ipv4_mapped or IPv6Network((int(given), 64), strict=False))
