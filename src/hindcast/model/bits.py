"""Which rows go right at each split, a bit a row: 32 rows are one number, and memory stays cool.

The limits of a feature stand in order, so that where a row's value stands among them says it of all
its splits at once. A row is added up over the splits left of there, all rows in one sum.
"""

import numpy as np

from hindcast.model.splits import Members
from hindcast.model.trees import Trees

ROWS = 32
"""The most rows at once."""
_WORDS = (np.dtype("<u1"), np.dtype("<u2"), np.dtype("<u4"))
_BITS = 32
_SIGN = np.int64(1) << 31


class Bits:
    """The distinct splits of some trees' nodes, prepared to be asked.

    Parameters
    ----------
    trees
        Whose splits.

    Attributes
    ----------
    place
        Where each split that a node asks is told, shape (splits of the trees,).
    """

    def __init__(self, trees: Trees) -> None:
        asked = np.unique(trees.split[trees.left >= 0])
        is_number = asked < len(trees.numbers)
        numbers, sets = trees.numbers[asked[is_number]], asked[~is_number] - len(trees.numbers)
        order = np.lexsort((numbers["limit"], numbers["feature"]))
        numbers = numbers[order]
        self.place = np.zeros(len(trees.numbers) + len(trees.sets), np.intp)
        self.place[asked[is_number][order]] = np.arange(len(numbers))
        self.place[asked[~is_number]] = np.arange(len(numbers), len(asked))
        self._features, self._first, self._group = np.unique(
            numbers["feature"], return_index=True, return_inverse=True
        )
        self._begin = np.arange(len(self._features))[:, None] << _BITS
        self._limits = (self._group << _BITS) + _ordered(numbers["limit"])
        self._right_where_missing = ~numbers["missing_left"]
        self._members = Members([trees.sets[at] for at in sets]) if len(sets) else None

    def right(self, rows: np.ndarray) -> np.ndarray:
        """Return a number for each split, its bit ``row`` set where that row goes right.

        Parameters
        ----------
        rows
            Encoded rows, features first: float32, shape (features, rows), at most `ROWS`.

        Returns
        -------
        numpy.ndarray
            Unsigned, of as few bytes as hold the rows, shape (splits,).
        """
        word = _WORDS[(rows.shape[1] > 8) + (rows.shape[1] > 16)]
        if not len(self._limits) and self._members is None:
            return np.zeros(1, word)  # trees of a leaf each, which look at the first split
        numbers = self._by_number(rows).astype(word)
        if self._members is None:
            return numbers
        return np.concatenate([numbers, _packed(self._members.right(rows), word)])

    def _by_number(self, rows: np.ndarray) -> np.ndarray:
        values = rows[self._features]
        missing = np.isnan(values)
        asked = np.where(missing, -1, _ordered(values)) + self._begin
        ends = np.searchsorted(self._limits, asked.ravel(), side="right")
        bit = np.ldexp(1.0, np.arange(rows.shape[1]))
        ended = np.bincount(ends, np.tile(bit, len(asked)), len(self._limits))
        change = 0.0 - ended[: len(self._limits)]
        change[self._first] += bit.sum()
        return np.add.accumulate(change) + (missing @ bit)[self._group] * self._right_where_missing


def rows_of(words: np.ndarray, n_rows: int) -> np.ndarray:
    """Return the bits of each number, 0 or 1, as bytes: shape (..., rows)."""
    told = words[..., None].view(np.uint8)
    return np.unpackbits(told, axis=-1, count=n_rows, bitorder="little")


def _packed(right: np.ndarray, word: np.dtype) -> np.ndarray:
    """Return booleans, (splits, rows), as numbers, (splits,)."""
    found = np.packbits(right, axis=1, bitorder="little")
    padded = np.zeros((len(found), word.itemsize), np.uint8)
    padded[:, : found.shape[1]] = found
    return padded.view(word)[:, 0]


def _ordered(values: np.ndarray) -> np.ndarray:
    """Return whole numbers from 0 to 2**32 in the order of float32 values that are not NaN."""
    told = (values + np.float32(0)).view(np.int32).astype(np.int64)  # -0.0 becomes 0.0
    return np.where(told < 0, -told - 1, told + _SIGN)
