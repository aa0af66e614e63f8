"""Exact SHAP values of a booster's margin in NumPy, several times faster than XGBoost for a row.

What XGBoost calls ``pred_contribs`` (path-dependent TreeSHAP, Lundberg et al. 2020, Nature Machine
Intelligence 2) is the Shapley value of a game in which an absent feature sends a row down both
sides of its splits, in the proportion of the training weight there. The game is a sum over leaves,
and of one leaf it is a product over the features on its way: ``o`` (1 where the row meets all
conditions on the feature, else 0) for a feature that is present, ``r`` (the product of the
conditions' shares of weight) for one that is absent. Owen's multilinear extension (1972,
Management Science 18) turns the Shapley value of a product into an integral:

    phi_i = v (o_i - r_i) int_0^1 prod_{k != i} (o_k t + r_k (1 - t)) dt

For a leaf with d features that is a polynomial of degree d - 1, which ceil(d / 2) Gauss-Legendre
points integrate exactly (as Linear TreeSHAP does, Yu et al. 2022, NeurIPS 35). Leaves are grouped
by d, so that nothing is padded.
"""

from dataclasses import dataclass

import numpy as np

from hindcast.model.splits import Splits
from hindcast.model.trees import Trees

LEAST_SHARE = 1e-7
"""In the place of a share of nothing, which would be divided by."""
NO_SIDE = np.iinfo(np.int64).max
"""Fills up the sides of features that are asked less often on a way than another is."""


class Shapley:
    """SHAP values of one output, prepared once.

    Parameters
    ----------
    trees
        Of a booster.
    output
        Which of its outputs.

    Attributes
    ----------
    base
        The mean margin over the training rows, as the trees hold it, log odds.
    """

    def __init__(self, trees: Trees, output: int = 0) -> None:
        ways = _joined(_ways(trees, output))
        self._splits, self._n_features = Splits(trees), trees.n_features
        self._conditions = _Conditions(ways.sides)
        sizes = range(1, int(ways.size.max(initial=0)) + 1)
        self._groups = [_Group(size, ways, self._conditions.place) for size in sizes]
        features = [group.feature.ravel() for group in self._groups]
        self._feature = np.concatenate([np.empty(0, np.intp), *features])
        means = (group.mean for group in self._groups)
        self.base = float(trees.base[output]) + _stumps(trees, output) + sum(means)

    def values(self, matrix: np.ndarray) -> np.ndarray:
        """Return SHAP values, the base value last, float64, shape (rows, features + 1).

        Parameters
        ----------
        matrix
            Encoded rows, float32, shape (rows, features).
        """
        right = self._splits.right(np.ascontiguousarray(matrix.T))
        found = np.empty((len(matrix), self._n_features + 1))
        found[:, -1] = self.base
        for row, goes_right in zip(found, right.T, strict=True):
            row[:-1] = self._of_one(goes_right)
        return found

    def _of_one(self, goes_right: np.ndarray) -> np.ndarray:
        met = self._conditions.met(goes_right)
        shares = [group.shares(met).ravel() for group in self._groups]
        together = np.concatenate([np.empty(0, np.float32), *shares])
        return np.bincount(self._feature, together, minlength=self._n_features)


@dataclass(frozen=True)
class _Ways:
    """The ways to leaves, their conditions on the same feature merged.

    ``value`` and ``size`` (how many features) are by leaf; ``feature``, ``share`` (of training
    weight) and ``sides`` by leaf and feature, those of a leaf one after the other. A side is a
    split's place, or that place's complement to go left; ``sides`` is filled up with `NO_SIDE`.
    """

    value: np.ndarray
    size: np.ndarray
    feature: np.ndarray
    share: np.ndarray
    sides: np.ndarray


class _Conditions:
    """The distinct conditions on a feature; ``place`` tells where each of the ways' is."""

    def __init__(self, sides: np.ndarray) -> None:
        code = np.zeros(len(sides), dtype=np.int64)
        for side in sides.T:
            distinct = np.unique(side, return_inverse=True)[1]
            code = code * (distinct.max(initial=0) + 1) + distinct
            code = np.unique(code, return_inverse=True)[1]
        first, place = np.unique(code, return_index=True, return_inverse=True)[1:]
        distinct_sides = sides[first]
        count = (distinct_sides != NO_SIDE).sum(axis=1)
        longest_first = np.argsort(-count, kind="stable")
        self.place = np.argsort(longest_first)[place]
        self._sides = [
            side[np.sort(-count) < -nth] for nth, side in enumerate(distinct_sides[longest_first].T)
        ]

    def met(self, goes_right: np.ndarray) -> np.ndarray:
        """Return 1 for each condition that a row meets, else 0, float32."""
        sides = np.concatenate([goes_right, ~goes_right[::-1]]).astype(np.float32)
        met = np.ones(len(self._sides[0]) if self._sides else 0, np.float32)
        for side in self._sides:
            met[: len(side)] *= sides.take(side)
        return met


class _Group:
    """The leaves on whose ways are ``size`` features."""

    def __init__(self, size: int, ways: _Ways, place: np.ndarray) -> None:
        own = np.repeat(ways.size, ways.size) == size
        value = ways.value[ways.size == size]
        absent = np.maximum(ways.share[own], LEAST_SHARE).reshape(-1, size).T
        self.feature = ways.feature[own].reshape(-1, size).T
        self.mean = float((value * absent.prod(axis=0)).sum())
        self._place = place[own].reshape(-1, size).T.copy()
        self._absent = absent.astype(np.float32)
        points, weights = np.polynomial.legendre.leggauss((size + 1) // 2)
        self._points = [
            (np.float32(t), (absent * (1 - t)).astype(np.float32), (value * w).astype(np.float32))
            for t, w in zip((points + 1) / 2, weights / 2, strict=True)
        ]

    def shares(self, met: np.ndarray) -> np.ndarray:
        """Return each feature's share in each leaf, float32, shape (size, leaves)."""
        present = met.take(self._place)
        summed = np.zeros_like(present)
        for t, absent, weighted in self._points:
            factors = present * t
            factors += absent
            product = weighted * factors[0]
            for factor in factors[1:]:
                product *= factor
            summed += np.divide(product, factors, out=factors)
        present -= self._absent
        present *= summed
        return present


def _stumps(trees: Trees, output: int) -> float:
    """Return what trees without a split add."""
    root = trees.root[trees.output == output]
    return float(trees.value[root[trees.left[root] < 0]].sum(dtype=float))


def _ways(trees: Trees, output: int) -> list[_Ways]:
    """Return the ways to the leaves of each level below the roots."""
    node = trees.root[trees.output == output]
    sides, shares = np.empty((len(node), 0), np.int64), np.empty((len(node), 0))
    found = []
    while len(node := node[inner := trees.left[node] >= 0]):
        split, cover = trees.split[node], trees.cover[node]
        children = np.concatenate([trees.left[node], trees.right[node]])
        side = np.concatenate([~split, split])[:, None]
        share = (trees.cover[children] / np.tile(cover, 2))[:, None]
        sides = np.hstack([np.tile(sides[inner], (2, 1)), side])
        shares = np.hstack([np.tile(shares[inner], (2, 1)), share])
        node = children
        leaf = trees.left[node] < 0
        found.append(_merged(trees, node[leaf], sides[leaf], shares[leaf]))
    return found


def _merged(trees: Trees, leaf: np.ndarray, sides: np.ndarray, shares: np.ndarray) -> _Ways:
    """Merge the conditions on the same feature; ``sides`` and ``shares`` are (leaves, level)."""
    feature = trees.features[np.where(sides < 0, ~sides, sides)]
    by_feature = np.lexsort((sides, feature), axis=1)
    feature, sides, shares = (
        np.take_along_axis(told, by_feature, axis=1) for told in (feature, sides, shares)
    )
    is_new = np.ones(feature.shape, dtype=bool)
    is_new[:, 1:] = feature[:, 1:] != feature[:, :-1]
    start = np.flatnonzero(is_new)
    count = np.diff([*start, feature.size])
    nth = np.arange(feature.shape[1])
    padded = sides.ravel()[np.minimum(start[:, None] + nth, max(feature.size - 1, 0))]
    return _Ways(
        trees.value[leaf].astype(float),
        is_new.sum(axis=1),
        feature.ravel()[start],
        np.multiply.reduceat(shares.ravel(), start) if len(start) else np.empty(0),
        np.where(nth < count[:, None], padded, NO_SIDE),
    )


def _joined(ways: list[_Ways]) -> _Ways:
    """Return the ways of all levels one after the other."""
    most = max((one.sides.shape[1] for one in ways), default=0)
    nothing = np.empty(0, np.int64)
    told = [_Ways(nothing / 1, nothing, nothing, nothing / 1, np.empty((0, most), np.int64)), *ways]
    by_place = [
        np.concatenate([getattr(one, name) for one in told])
        for name in ("value", "size", "feature", "share")
    ]
    return _Ways(*by_place, np.concatenate([_widened(one.sides, most) for one in told]))


def _widened(sides: np.ndarray, most: int) -> np.ndarray:
    lacking = most - sides.shape[1]
    return np.pad(sides, ((0, 0), (0, lacking)), constant_values=NO_SIDE)
