"""How far a number could have come out otherwise: the bootstrap by event.

An event is drawn with all that belongs to it. The study's frames have one row an event, so that
drawing rows is drawing events; :mod:`hindcast.model.evaluate` refuses a frame where that is not so.
The draws depend on the seed, the number of rounds and the number of events alone: two models on
the same events meet the same draws, and so their difference has an interval of its own.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Judge = Callable[[np.ndarray], dict[str, np.ndarray]]
LEVEL = 0.95
CELLS_AT_ONCE = 250_000
FEWEST_ROUNDS_KEPT = 0.9
DIGITS = 6

_REASONS = {
    "precision": "no accident is called fatal",
    "recall": "no accident is fatal",
    "f1": "no accident is fatal, nor called so",
    "f1_macro": "one outcome neither happened nor was called",
    "f1_weighted": "one outcome neither happened nor was called",
    "average_precision": "no accident is fatal",
    "roc_auc": "all accidents have the same outcome",
}


def draws(n: int, rounds: int, seed: int) -> Iterator[np.ndarray]:
    """Yield how often each of ``n`` events is drawn, in blocks of shape (some rounds, n).

    Blocks that fit a processor's cache: three times as fast as all rounds at once, and 100,000
    events need no more memory than 3,000.

    Examples
    --------
    >>> [block.sum(axis=1).tolist() for block in draws(5, 3, seed=1)]
    [[5.0, 5.0, 5.0]]
    """
    generator = np.random.default_rng(seed)
    block = max(1, CELLS_AT_ONCE // n)
    for start in range(0, rounds, block):
        size = min(block, rounds - start)
        drawn = generator.integers(n, size=(size, n)) + n * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n).astype(float)


def replicates(judge: Judge, n: int, *, rounds: int, seed: int) -> dict[str, np.ndarray]:
    """Return what ``judge`` says of every round's weights: a dict of arrays of shape (rounds,)."""
    blocks = [judge(weights) for weights in draws(n, rounds, seed)]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def summary(judge: Judge, n: int, *, rounds: int, seed: int) -> dict[str, Any]:
    """Return everything ``judge`` says of ``n`` events with its 95% interval, ready for JSON.

    Parameters
    ----------
    judge
        Takes weights of shape (n,) or (rounds, n) and returns numbers by name, as
        ``partial(metrics.all_of, is_fatal, probability)`` does.
    n
        Number of events, one row each.
    rounds, seed
        Number of bootstrap rounds and the seed of the draws.

    Returns
    -------
    dict
        ``name`` and ``name_ci`` (``[lo, hi]``) for each metric; ``None`` where a metric does not
        exist, with the reason under ``undefined``.
    """
    point = judge(np.ones(n))
    values = replicates(judge, n, rounds=rounds, seed=seed)
    out: dict[str, Any] = {}
    for name in point:
        out[name] = number(point[name])
        out[f"{name}_ci"] = interval(name, float(point[name]), values[name])
    reasons = {name: _REASONS[name] for name in point if out[name] is None}
    return out | ({"undefined": reasons} if reasons else {})


def interval(name: str, point: float, values: np.ndarray) -> list[float] | None:
    """Return the 95% percentile interval of a metric's rounds.

    The calibration error is a sum of absolute values: noise only ever adds to it, so its rounds
    lie above the sample's own value by about as much as that lies above the truth. Its interval is
    therefore the reflected one (2 x value - percentile), kept at or above 0 and holding the value.

    ``None`` where the metric, or more than a tenth of its rounds, does not exist.

    Examples
    --------
    >>> interval("brier", 0.5, np.linspace(0, 1, 101))
    [0.025, 0.975]
    """
    kept = values[~np.isnan(values)]
    if np.isnan(point) or len(kept) < FEWEST_ROUNDS_KEPT * len(values):
        return None
    lo, hi = np.quantile(kept, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if name == "ece":
        lo, hi = max(0.0, min(point, 2 * point - hi)), max(point, 2 * point - lo)
    return [number(lo), number(hi)]


def number(value: float) -> float | None:
    """Return ``value`` to six digits, as JSON takes it: ``None`` for what does not exist.

    Examples
    --------
    >>> number(np.float64(0.12345678)), number(np.nan)
    (0.123457, None)
    """
    return None if np.isnan(value) else round(float(value), DIGITS)
