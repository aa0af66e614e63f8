"""Margins of boosters in NumPy: XGBoost's to the last bit, and several times faster for few rows.

Every tree is filled up to a complete one (a leaf above the lowest level is repeated below), so
that the leaf of a row is found from the lowest splits upwards without looking anything up: the leaf
below a node is the leaf below its left or its right child, as its split says. All trees, outputs
and rows go through one such step together, a bit each. Leaves are then added up tree after tree in
float32, as XGBoost adds them.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from hindcast.model import bits
from hindcast.model.trees import Trees, TreesError

MOST_LEVELS = 8
"""The place of a leaf in its tree is kept in a byte."""
CHUNK = bits.ROWS
"""Rows computed together: what they need stays in the processor's cache."""
MANY_CHUNKS = 8
"""So many chunks are shared out to all cores; fewer are done before threads have begun."""


class Forest:
    """The margins of trees.

    Parameters
    ----------
    trees
        Of one booster or several that read the same matrix.

    Raises
    ------
    hindcast.model.trees.TreesError
        A tree has more than `MOST_LEVELS` levels.
    """

    def __init__(self, trees: Trees) -> None:
        levels = _filled(trees, np.argsort(trees.output, kind="stable"))
        leaves, nodes = levels[-1], levels[:-1]
        self._splits = bits.Bits(trees)
        at = np.concatenate(nodes, axis=1).T
        self._at = np.where(trees.left[at] < 0, 0, self._splits.place[trees.split[at]])
        self._levels = _slices([level.shape[1] for level in nodes])
        self._leaves = trees.value[leaves].ravel()
        self._start = np.arange(len(leaves))[:, None] * leaves.shape[1]
        self._outputs = _slices(np.bincount(trees.output, minlength=len(trees.base)).tolist())
        self._base = trees.base[:, None]

    def margins(self, matrix: np.ndarray) -> np.ndarray:
        """Return the log odds of each output, float32, shape (rows, outputs).

        Parameters
        ----------
        matrix
            Encoded rows, float32, shape (rows, features).
        """
        if not len(matrix):
            return np.empty((0, len(self._base)), np.float32)
        chunks = [matrix[start : start + CHUNK] for start in range(0, len(matrix), CHUNK)]
        if len(chunks) < MANY_CHUNKS:
            return np.concatenate([self._margins(chunk) for chunk in chunks])
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.concatenate(list(pool.map(self._margins, chunks)))

    def _margins(self, matrix: np.ndarray) -> np.ndarray:
        right = self._splits.right(np.ascontiguousarray(matrix.T))
        leaf = self._leaf(right.take(self._at), len(matrix))
        values = self._leaves.take(leaf + self._start)
        values[[of.start for of in self._outputs]] += self._base
        return np.stack([_added(values[of]) for of in self._outputs], axis=1)

    def _leaf(self, right: np.ndarray, n_rows: int) -> np.ndarray:
        """Return each tree's leaf, (trees, rows), from a bit a row of each node, (nodes, trees)."""
        below = [right[self._levels[-1]]]
        for level in reversed(self._levels[:-1]):
            is_right = right[level]
            below = [bit[0::2] ^ ((bit[0::2] ^ bit[1::2]) & is_right) for bit in below]
            below.append(is_right)
        leaf = bits.rows_of(below[0][0], n_rows)
        for height, bit in enumerate(below[1:], start=1):
            leaf |= bits.rows_of(bit[0], n_rows) << height
        return leaf


def _added(values: np.ndarray) -> np.ndarray:
    """Return the sums of columns, added up line after line; NumPy adds a lone column otherwise."""
    return values.sum(0) if values.shape[1] > 1 else np.add.accumulate(values)[-1]


def _filled(trees: Trees, sequence: np.ndarray) -> list[np.ndarray]:
    """Return the nodes of complete trees level by level, each (trees, 2 ** level)."""
    levels = [trees.root[sequence][:, None]]
    while (trees.left[levels[-1]] >= 0).any() or len(levels) == 1:
        if len(levels) > MOST_LEVELS:
            raise TreesError(f"a tree of over {MOST_LEVELS} levels")
        node = levels[-1]
        is_leaf = trees.left[node] < 0
        children = [np.where(is_leaf, node, side[node]) for side in (trees.left, trees.right)]
        levels.append(np.stack(children, axis=2).reshape(len(node), -1))
    return levels


def _slices(lengths: Sequence[int]) -> list[slice]:
    ends = np.cumsum([0, *lengths]).tolist()
    return [slice(start, end) for start, end in pairwise(ends)]
