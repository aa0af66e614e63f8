"""Sets of answers that hold the truth nine times in ten: overall, and for each kind of accident.

A class is in an accident's set when its score (how strange the class is, given the forecast) is at
most a limit learned on the validation part. One limit for all covers nine in ten on the whole, and
may fail a kind of accident whose forecasts are worse. A limit for each kind (Mondrian) cannot serve
accidents that belong to several kinds at once: part of the regulations, category, region. Here the
limit is a sum, one number for all and one for each kind, by quantile regression of the scores
(Gibbs, Cherian and Candes 2023), the kinds' numbers drawn towards nothing because some have few
accidents.

MAPIE's classifiers know no groups that overlap, and would bring scikit-learn into serving.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

BY = ("far_part", "aircraft_category", "faa_region")
NOT_RECORDED = "not recorded"
SCORES = ("lac", "aps", "ordinal")


def scores(probability: np.ndarray, kind: str) -> np.ndarray:
    """Return how strange each class is, shape (n, classes); the likeliest is the least strange.

    Parameters
    ----------
    probability
        Shape (n, classes).
    kind
        ``lac``: one minus the probability, which makes the smallest sets (Sadinle et al. 2019).
        ``aps``: the mass of the class and of all likelier ones (Romano et al. 2020). ``ordinal``:
        the mass of the smallest run of neighbouring classes around the likeliest that holds the
        class, so that no set has a hole.

    Raises
    ------
    ValueError
        Another kind.

    Examples
    --------
    >>> p = np.array([[0.5, 0.1, 0.1, 0.3]])
    >>> [scores(p, kind).round(1).tolist()[0] for kind in SCORES]
    [[0.5, 0.9, 0.9, 0.7], [0.5, 0.9, 1.0, 0.8], [0.5, 0.6, 0.7, 1.0]]
    """
    if kind not in SCORES:
        raise ValueError(f"score {kind!r}: expected one of {', '.join(SCORES)}")
    return {"lac": lambda p: 1 - p, "aps": _aps, "ordinal": _ordinal}[kind](probability)


def _aps(probability: np.ndarray) -> np.ndarray:
    order = np.argsort(-probability, axis=1, kind="stable")
    mass = np.cumsum(np.take_along_axis(probability, order, axis=1), axis=1)
    found = np.empty_like(mass)
    np.put_along_axis(found, order, mass, axis=1)
    return found


def _ordinal(probability: np.ndarray) -> np.ndarray:
    n, classes = probability.shape
    rows = np.arange(n)
    padded = np.pad(probability, ((0, 0), (1, 1)), constant_values=-1.0)
    low = high = probability.argmax(axis=1) + 1
    mass = padded[rows, low]
    found = np.empty_like(padded)
    found[rows, low] = mass
    for _ in range(classes - 1):
        up = padded[rows, high + 1] >= padded[rows, low - 1]
        low, high = np.where(up, low, low - 1), np.where(up, high + 1, high)
        taken = np.where(up, high, low)
        mass = mass + padded[rows, taken]
        found[rows, taken] = mass
    return found[:, 1:-1]


def kinds(features: pl.DataFrame, by: Sequence[str] = BY) -> pl.DataFrame:
    """Return the kinds of accident as text, one column for each way to group."""
    return features.select(pl.col(name).cast(pl.String).fill_null(NOT_RECORDED) for name in by)


def limits(sets: Mapping[str, Any], features: pl.DataFrame) -> np.ndarray:
    """Return each row's limit, shape (n,): one number for all, and one for each of its kinds."""
    found = np.full(features.height, float(sets["limit"]))
    groups = kinds(features, list(sets["kinds"]))
    for by, numbers in sets["kinds"].items():
        found += groups[by].replace_strict(numbers, default=0.0, return_dtype=pl.Float64).to_numpy()
    return found


def members(sets: Mapping[str, Any], probability: np.ndarray, features: pl.DataFrame) -> np.ndarray:
    """Return which classes are in each row's set, (n, classes); the likeliest always is.

    Examples
    --------
    >>> sets = {"score": "lac", "limit": 0.8, "kinds": {"far_part": {"135": 0.1}}}
    >>> features = pl.DataFrame({"far_part": ["91", "135"]})
    >>> members(sets, np.array([[0.7, 0.15, 0.15], [0.7, 0.15, 0.15]]), features).tolist()
    [[True, False, False], [True, True, True]]
    """
    strange = scores(probability, sets["score"])
    inside = strange <= limits(sets, features)[:, None]
    inside[np.arange(len(strange)), probability.argmax(axis=1)] = True
    return inside
