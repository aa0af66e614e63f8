"""The set of answers of one accident, as `hindcast.model.targets.conformal` makes it of many."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hindcast.model.targets import chain, conformal

_BITS = 1 << np.arange(len(chain.CLASSES))
_NAMES = [
    [name for name, bit in zip(chain.CLASSES, _BITS, strict=True) if number & bit]
    for number in range(1 << len(chain.CLASSES))
]
"""The classes of each set, by the bits of the set's number."""


class AnswerSets:
    """The limits of the sets, looked up for one row at a time.

    Parameters
    ----------
    sets
        What ``conformal.json`` holds.
    names
        The features' names, in the order of the values that `of` is given.

    Examples
    --------
    >>> sets = {"score": "lac", "limit": 0.8, "kinds": {"far_part": {"135": 0.1}}}
    >>> told = AnswerSets(sets, ["far_part"])
    >>> classes = np.array([0.7, 0.15, 0.15, 0.0])
    >>> told.of(classes, ["91"]), told.of(classes, ["135"])
    (['none'], ['none', 'minor', 'serious'])
    """

    def __init__(self, sets: Mapping[str, Any], names: Sequence[str]) -> None:
        self._limit, self._score = float(sets["limit"]), sets["score"]
        self._kinds = [(list(names).index(by), numbers) for by, numbers in sets["kinds"].items()]

    def of(self, classes: np.ndarray, values: Sequence[Any]) -> list[str]:
        """Return the classes in the row's set, the likeliest always among them.

        Parameters
        ----------
        classes
            The probability of each class, shape (4,).
        values
            The row's features, None for null.
        """
        limit = self._limit
        for at, numbers in self._kinds:
            kind = values[at]
            limit += numbers.get(conformal.NOT_RECORDED if kind is None else kind, 0.0)
        told = classes.tolist()
        likeliest, strange = max(told), self._strange(classes, told)
        first = told.index(likeliest)
        held = (one <= limit or at == first for at, one in enumerate(strange))
        return [name for name, inside in zip(chain.CLASSES, held, strict=True) if inside]

    def of_many(self, classes: np.ndarray, values: Sequence[Sequence[Any]]) -> list[list[str]]:
        """Return the sets of many rows, from shape (rows, 4) and the features of each."""
        limits = np.full(len(classes), self._limit)
        for at, numbers in self._kinds:
            kinds = [conformal.NOT_RECORDED if row[at] is None else row[at] for row in values]
            limits += [numbers.get(kind, 0.0) for kind in kinds]
        inside = conformal.scores(classes, self._score) <= limits[:, None]
        inside[np.arange(len(classes)), classes.argmax(axis=1)] = True
        return [_NAMES[number] for number in (inside @ _BITS).tolist()]

    def _strange(self, classes: np.ndarray, told: list[float]) -> list[float]:
        """Return the classes' scores; the usual one without NumPy, which takes longer to call."""
        if self._score == "lac":
            return [1 - one for one in told]
        return conformal.scores(classes[None], self._score)[0].tolist()
