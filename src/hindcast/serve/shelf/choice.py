"""Which engine answers a request, and what is counted of it."""

from dataclasses import dataclass
from typing import NamedTuple

from hindcast.serve.forecast.engine import Engine


@dataclass(slots=True)
class Tally:
    """What an engine's requests came to since somebody looked last."""

    slow_seconds: float
    requests: int = 0
    failed: int = 0
    slow: int = 0

    def add(self, seconds: float, failed: bool) -> None:
        """Count one request."""
        self.requests += 1
        self.failed += failed
        self.slow += seconds > self.slow_seconds

    def taken(self) -> tuple[int, int, int]:
        """Return requests, failed and slow ones, and begin anew."""
        found = self.requests, self.failed, self.slow
        self.requests = self.failed = self.slow = 0
        return found


class Choice(NamedTuple):
    """What answers a request.

    Attributes
    ----------
    engine
        The models that answer.
    role
        ``champion``, ``challenger``, or ``version`` for one without a name.
    shadow
        The other one, which is to score the same request without being answered; or None.
    """

    engine: Engine
    role: str
    shadow: Engine | None = None
