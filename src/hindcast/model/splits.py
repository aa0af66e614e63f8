"""The distinct splits of trees, asked of rows."""

from collections.abc import Sequence

import numpy as np

from hindcast.model.trees import SetSplit, Trees


class Splits:
    """The splits of some trees, prepared to be asked.

    Parameters
    ----------
    trees
        Whose splits.
    """

    def __init__(self, trees: Trees) -> None:
        numbers = trees.numbers
        high = np.where(numbers["missing_left"], 0, trees.n_features)
        self._column = (numbers["feature"] + high).astype(np.intp)
        self._limit = numbers["limit"][:, None].copy()
        self._members = Members(trees.sets) if trees.sets else None

    def right(self, rows: np.ndarray) -> np.ndarray:
        """Return which rows go right at which split, bool, shape (splits, rows).

        Parameters
        ----------
        rows
            Encoded rows, features first: float32, shape (features, rows).
        """
        missing = np.isnan(rows)
        low, high = np.float32(-np.inf), np.float32(np.inf)
        both = np.concatenate([np.where(missing, low, rows), np.where(missing, high, rows)])
        numbers = both.take(self._column, axis=0) >= self._limit
        if self._members is None:
            return numbers
        return np.concatenate([numbers, self._members.right(rows)])


class Members:
    """Splits by category: a line of a flat table for each, a cell for each category.

    A line ends with a cell for categories beyond those of its feature's splits, which go left, and
    one for what is missing.
    """

    def __init__(self, sets: Sequence[SetSplit]) -> None:
        top: dict[int, int] = {}
        for split in sets:
            top[split.feature] = max(top.get(split.feature, 0), *split.categories)
        self._features = np.array(sorted(top), dtype=np.intp)
        self._feature = np.searchsorted(self._features, [split.feature for split in sets])
        self._beyond = np.array([[top[feature] + 1] for feature in sorted(top)])
        lengths = [top[split.feature] + 3 for split in sets]
        ends = np.cumsum(lengths)
        self._start = (ends - lengths)[:, None]
        self._table = np.zeros(ends[-1], dtype=bool)
        for split, start in zip(sets, self._start[:, 0], strict=True):
            self._table[start + np.array(split.categories)] = True
        self._table[ends - 1] = [not split.missing_left for split in sets]

    def right(self, rows: np.ndarray) -> np.ndarray:
        """Return which rows go right at which split, bool, shape (splits, rows)."""
        value = rows[self._features]
        missing = np.isnan(value)
        known = np.where(missing, -1, value)
        is_listed = (known >= 0) & (known < self._beyond)
        code = np.where(is_listed, known, self._beyond + missing).astype(np.intp)
        return self._table.take(code.take(self._feature, axis=0) + self._start)
