"""Evidence that something is worse than its bound, gathered as it comes, whenever it is looked at.

Somebody who may only bet fairly against "it keeps its bound" rarely gets rich if that is true. Each
`Evidence` holds several such bets, from timid to bold; what they have won on average is the weight
of evidence. A bet that has lost starts again from its stake, so that a long good time does not
excuse a bad one now.

For what keeps its bound, the chance that the weight ever reaches ``c`` within ``t`` looks is at
most ``t / c``, whatever the numbers are distributed like, and however their looks are timed: after
each look the sum of the bets restarted at every look so far grows by one on average (it is at least
the weight), and Doob's inequality does the rest. So a single error among two requests proves
little, and three of three prove a lot.
"""

from collections.abc import Iterable
from math import exp, log, log1p

BOLDNESS = (0.01, 0.03, 0.1, 0.3, 0.9)
"""Shares of its stake that each bet would lose to the best number there can be."""


class Evidence:
    """The weight of evidence that a mean is above its bound.

    Parameters
    ----------
    bound
        What the mean may be at most.
    lowest
        The least value that a number can have.

    Examples
    --------
    >>> errors = Evidence(bound=0.01)
    >>> errors.add_counts(2, 1)
    >>> errors.log_weight < log(1e4)
    True
    >>> errors.add_counts(4, 4)
    >>> errors.log_weight > log(1e6)
    True
    """

    def __init__(self, bound: float, lowest: float = 0.0) -> None:
        self._bound = bound
        self._bets = [bold / (bound - lowest) for bold in BOLDNESS]
        self._won = [0.0] * len(BOLDNESS)

    @property
    def log_weight(self) -> float:
        """Return the natural logarithm of the weight."""
        most = max(self._won)
        mean = sum(exp(won - most) for won in self._won) / len(self._won)
        return most + log(mean)

    def add(self, value: float) -> None:
        """Look at one number."""
        self._look(log1p(bet * (value - self._bound)) for bet in self._bets)

    def add_counts(self, n: int, hits: int) -> None:
        """Look once at ``n`` numbers, of which ``hits`` are 1 and the others 0."""
        self._look(
            hits * log1p(bet * (1 - self._bound)) + (n - hits) * log1p(-bet * self._bound)
            for bet in self._bets
        )

    def _look(self, gains: Iterable[float]) -> None:
        self._won = [max(won, 0.0) + gain for won, gain in zip(self._won, gains, strict=True)]
