"""Chance, seeded: one stream of random numbers per purpose, so that adding one moves no other."""

import zlib

import numpy as np
import polars as pl

Array = np.ndarray


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return the generator of ``purpose``; the same seed and purpose give the same numbers.

    Examples
    --------
    >>> int(stream(7, "crew").integers(1000)) == int(stream(7, "crew").integers(1000))
    True
    """
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def sigmoid(log_odds: Array) -> Array:
    """Return the probability that goes with ``log_odds``.

    Examples
    --------
    >>> float(sigmoid(np.array(0.0)))
    0.5
    """
    return 1 / (1 + np.exp(-log_odds))


def pick(rng: np.random.Generator, weights: Array) -> Array:
    """Draw one column index per row of ``weights`` (rows x choices), in proportion to the row.

    Examples
    --------
    >>> pick(stream(1, "x"), np.array([[0.0, 3.0], [2.0, 0.0]])).tolist()
    [1, 0]
    """
    cumulative = weights.cumsum(axis=1)
    threshold = rng.random(len(weights)) * cumulative[:, -1]
    return (cumulative > threshold[:, None]).argmax(axis=1)


def sample(rng: np.random.Generator, n: int, choices: dict[str, float]) -> Array:
    """Draw ``n`` of the keys of ``choices`` in proportion to their values, as strings."""
    weights = np.array(list(choices.values()))
    return rng.choice(np.array(list(choices)), n, p=weights / weights.sum())


def chosen(rng: np.random.Generator, n: int, choices: dict[str, float]) -> pl.Series:
    """Return :func:`sample` as a text column; the key ``""`` stands for a null."""
    drawn = pl.Series(sample(rng, n, choices), dtype=pl.String)
    return drawn.set(drawn == "", None)


def flags(rng: np.random.Generator, share: Array | float, n: int) -> Array:
    """Draw ``n`` booleans, true with probability ``share`` (one number, or one a row)."""
    return rng.random(n) < share
