"""Venn-Abers calibration: two isotonic fits a case, one for each outcome it might have.

A case that is yet to come out is added to the calibration events, once as fatal and once as not;
each time isotonic regression is fitted, and what it says at the case are ``p1`` and ``p0`` (V. Vovk
and I. Petej, "Venn-Abers predictors", 2014; the inductive form of Vovk, Petej and Fedorova, 2015).
One of the two comes from a calibration that knows the truth, whatever the distribution, and how far
they lie apart says how much the calibration events tell about margins like this one: of 1,953
validation events some 350 are fatal, so that at the top the two differ visibly.

Both are step functions of the margin. Their steps are worked out once, so that applying them is a
search in a sorted list.
"""

import numpy as np

Chain = list[int]


def learn(margin: np.ndarray, is_fatal: np.ndarray) -> dict[str, list[float]]:
    """Return the steps of ``p0`` and ``p1`` over the margin.

    Parameters
    ----------
    margin, is_fatal
        Log odds and outcomes of the calibration events, shape (n,).

    Returns
    -------
    dict
        ``margins0, p0``: from ``margins0[k]`` on, p0 is ``p0[k]``, and 0 below the first;
        ``margins1, p1``: up to ``margins1[k]``, p1 is ``p1[k]``, and 1 above the last.

    Examples
    --------
    >>> learn(np.array([-1.0, 1.0]), np.array([0, 1]))["p1"]
    [0.5, 1.0]
    """
    at, place = np.unique(np.asarray(margin, dtype=float), return_inverse=True)
    n, fatal = np.bincount(place), np.bincount(place, is_fatal)
    upper = _with_one_more_death(n, fatal)
    lower = 1 - _with_one_more_death(n[::-1], (n - fatal)[::-1])[::-1]
    first, last = np.r_[True, np.diff(lower) > 0], np.r_[np.diff(upper) > 0, True]
    return {
        "margins0": at[first].tolist(),
        "p0": lower[first].tolist(),
        "margins1": at[last].tolist(),
        "p1": upper[last].tolist(),
    }


def pair(steps: dict[str, list[float]], margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``p0`` and ``p1`` for margins, each of shape (n,).

    Examples
    --------
    >>> steps = {"margins0": [0.0], "p0": [0.4], "margins1": [1.0], "p1": [0.6]}
    >>> [p.tolist() for p in pair(steps, np.array([-1.0, 0.5, 2.0]))]
    [[0.0, 0.4, 0.4], [0.6, 0.6, 1.0]]
    """
    below = np.searchsorted(steps["margins0"], margin, side="right")
    above = np.searchsorted(steps["margins1"], margin, side="left")
    return np.array([0.0, *steps["p0"]])[below], np.array([*steps["p1"], 1.0])[above]


def merged(p0: np.ndarray, p1: np.ndarray) -> np.ndarray:
    """Return the one probability whose log loss is least worse than the better of the two.

    Examples
    --------
    >>> merged(np.array([0.0, 0.5]), np.array([0.25, 0.5])).tolist()
    [0.2, 0.5]
    """
    return p1 / (1 - p0 + p1)


def _with_one_more_death(n: np.ndarray, fatal: np.ndarray) -> np.ndarray:
    """Return what isotonic regression says at each margin if one more death were there.

    Isotonic regression is the slope of the greatest convex minorant of the cumulative outcomes
    over the cumulative counts. One more death at a margin moves all points before it by (-1, -1),
    and the slope there is that of the line that touches both hulls from below.
    """
    x, y = np.r_[0, np.cumsum(n)].tolist(), np.r_[0, np.cumsum(fatal)].tolist()
    before, after = _hulls_to_the_left(x, y), _hulls_to_the_right(x, y)
    return np.array([_tangent(x, y, place, before, after) for place in range(1, len(x))])


def _hulls_to_the_right(x: list[float], y: list[float]) -> Chain:
    """Return, for each point, the next one on the lower hull of it and all points after it."""
    following = [-1] * len(x)
    for place in range(len(x) - 2, -1, -1):
        other = place + 1
        while (further := following[other]) >= 0 and (
            _slope(x, y, place, further) <= _slope(x, y, place, other)
        ):
            other = further
        following[place] = other
    return following


def _hulls_to_the_left(x: list[float], y: list[float]) -> Chain:
    """Return, for each point, the next one on the lower hull of it and all points before it."""
    following = [-1] * len(x)
    for place in range(1, len(x)):
        other = place - 1
        while (further := following[other]) >= 0 and (
            _slope(x, y, further, place) >= _slope(x, y, other, place)
        ):
            other = further
        following[place] = other
    return following


def _slope(x: list[float], y: list[float], left: int, right: int, more: float = 0.0) -> float:
    return (y[right] - y[left] + more) / (x[right] - x[left] + more)


def _tangent(x: list[float], y: list[float], place: int, before: Chain, after: Chain) -> float:
    """Return the slope of the line under the hull before ``place``, moved, and that from it on."""
    left, right = place - 1, place
    best = _slope(x, y, left, right, 1.0)
    while True:
        if (end := after[right]) >= 0 and (found := _slope(x, y, left, end, 1.0)) <= best:
            right, best = end, found
        elif (start := before[left]) >= 0 and (found := _slope(x, y, start, right, 1.0)) >= best:
            left, best = start, found
        else:
            return best
