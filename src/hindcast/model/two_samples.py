"""Tests of two samples that are known as counts in the same bins, for many features at once.

Counts have the shape ``(..., bins)``. A bin that no sample has anything in does not count, so that
features of different numbers of bins can stand in one array, the shorter ones filled up with 0.
"""

import numpy as np
from scipy import special, stats

FEWEST_EXPECTED = 5.0
"""Below this expected count a bin is put together with others before chi-square is asked."""


def shares(counts: np.ndarray) -> np.ndarray:
    """Return counts as shares of their sum; 0 where there is nothing."""
    total = counts.sum(axis=-1, keepdims=True)
    return np.divide(counts, total, out=np.zeros(counts.shape), where=total > 0)


def psi(before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Return the population stability index: by custom above 0.1 worth a look, above 0.25 another.

    The sum over bins of (share now - share before) x ln(share now / share before). Half an event
    is added to each bin that any sample has events in, so that an empty one is not infinite. What
    chance alone gives depends on the counts: `psi_by_chance`. 0 where a sample is empty.

    Examples
    --------
    >>> float(psi(np.array([50, 50]), np.array([50, 50])))
    0.0
    >>> round(float(psi(np.array([500, 500]), np.array([200, 800]))), 2)
    0.41
    """
    before, now = np.asarray(before, float), np.asarray(now, float)
    half = np.where(before + now > 0, 0.5, 0.0)
    old, new = shares(before + half), shares(now + half)
    logs = np.log(np.divide(new, old, out=np.ones(new.shape), where=half > 0))
    is_known = (before.sum(axis=-1) > 0) & (now.sum(axis=-1) > 0)
    return np.where(is_known, ((new - old) * logs).sum(axis=-1), 0.0)


def psi_by_chance(before: np.ndarray, now: np.ndarray, quantile: float | None = None) -> np.ndarray:
    """Return the index that two samples of one population show: its mean, or a quantile.

    Without drift the index is about chi-square with ``bins - 1`` degrees of freedom times
    ``1 / n + 1 / m``: with few events it is far from 0.

    Examples
    --------
    >>> counts = np.array([500, 500])
    >>> round(float(psi_by_chance(counts, counts)), 4)
    0.002
    >>> round(float(psi_by_chance(counts, counts, 0.95)), 4)
    0.0077
    """
    before, now = np.asarray(before, float), np.asarray(now, float)
    free = np.maximum(((before + now) > 0).sum(axis=-1) - 1, 0)
    scale = 1 / np.maximum(before.sum(axis=-1), 1) + 1 / np.maximum(now.sum(axis=-1), 1)
    return scale * (free if quantile is None else special.chdtri(np.maximum(free, 1), 1 - quantile))


def kolmogorov_smirnov(before: np.ndarray, now: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest distance of two distributions and its p-value, from ordered bins.

    The distance is looked for at the edges of the bins only, and so is at most the one between the
    samples themselves: the p-value errs to the careful side. It is Kolmogorov's, with the
    correction for small samples that Stephens gave. 1 where a sample is empty.

    Examples
    --------
    >>> distance, p = kolmogorov_smirnov(np.array([50, 50]), np.array([20, 80]))
    >>> round(float(distance), 2), round(float(p), 5)
    (0.3, 0.00017)
    """
    before, now = np.asarray(before, float), np.asarray(now, float)
    distance = np.abs(np.cumsum(shares(before) - shares(now), axis=-1)).max(axis=-1)
    n, m = before.sum(axis=-1), now.sum(axis=-1)
    size = np.sqrt(np.divide(n * m, n + m, out=np.zeros(np.shape(n)), where=n * m > 0))
    p = special.kolmogorov((size + 0.12 + 0.11 / np.maximum(size, 1)) * distance)
    is_known = (n > 0) & (m > 0)
    return np.where(is_known, distance, 0.0), np.where(is_known, np.clip(p, 0, 1), 1.0)


def chi_square(before: np.ndarray, now: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the chi-square statistic of two samples in the same categories, and its p-value.

    Categories in which fewer than five events of the smaller sample are expected are put together.

    Examples
    --------
    >>> statistic, p = chi_square(np.array([50, 50]), np.array([20, 80]))
    >>> round(float(statistic), 2), round(float(p), 6)
    (19.78, 9e-06)
    """
    before, now = _pooled(np.asarray(before, float), np.asarray(now, float))
    n, m = (one.sum(axis=-1, keepdims=True) for one in (before, now))
    together = before + now
    expected = np.maximum(together * m / np.maximum(n + m, 1), 1e-300)
    other = np.maximum(together * n / np.maximum(n + m, 1), 1e-300)
    parts = (now - expected) ** 2 / expected + (before - other) ** 2 / other
    statistic = np.where(together > 0, parts, 0.0).sum(axis=-1)
    free = (together > 0).sum(axis=-1) - 1
    is_known = (free > 0) & (n[..., 0] > 0) & (m[..., 0] > 0)
    p = special.chdtrc(np.maximum(free, 1), statistic)
    return np.where(is_known, statistic, 0.0), np.where(is_known, p, 1.0)


def _pooled(before: np.ndarray, now: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    together = before + now
    sizes = np.minimum(before.sum(axis=-1, keepdims=True), now.sum(axis=-1, keepdims=True))
    expected = shares(together) * sizes
    small = expected < FEWEST_EXPECTED

    def moved(counts: np.ndarray) -> np.ndarray:
        rest = np.where(small, counts, 0.0).sum(axis=-1, keepdims=True)
        return np.concatenate([np.where(small, 0.0, counts), rest], axis=-1)

    return moved(before), moved(now)


def two_shares(k: np.ndarray, n: np.ndarray, j: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Return the p-value of ``k`` of ``n`` against ``j`` of ``m``: the pooled z test, two-sided.

    Examples
    --------
    >>> round(float(two_shares(50, 100, 20, 100)), 6)
    9e-06
    """
    k, n, j, m = (np.asarray(one, float) for one in (k, n, j, m))
    n, m = np.maximum(n, 1), np.maximum(m, 1)
    pooled = (k + j) / (n + m)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    z = np.divide(np.abs(k / n - j / m), spread, out=np.zeros(spread.shape), where=spread > 0)
    return 2 * special.ndtr(-z)


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Return the smallest false-discovery rate at which each test of a family is a discovery.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    p = np.asarray(p, float)
    return stats.false_discovery_control(p.ravel()).reshape(p.shape) if p.size else p
