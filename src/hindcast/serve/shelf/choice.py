"""Which engine answers a request."""

from typing import Any, NamedTuple

Engine = Any


class Choice(NamedTuple):
    """What answers a request.

    Attributes
    ----------
    engine
        The models that answer.
    role
        ``champion``, ``challenger``, or ``version`` where a version was asked for by its name that
        is neither.
    shadow
        The other one, which is to score the same request without being answered; or None.
    """

    engine: Engine
    role: str
    shadow: Engine | None = None
