"""From which probability on to call an accident fatal: chosen on validation, judged on the test.

There is no one right threshold. It follows from what a missed death costs beside a false alarm;
who cannot say may ask for the best F1, or for a share of deaths that must be found.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from hindcast.model import bootstrap, calls, metrics

MISS_COST = 5.0
"""How many false alarms a missed fatal accident costs, where nothing else is said."""
LEAST_RECALL = 0.9
NAMES = ("f1", "recall_90", "cost", "accuracy")


def choose(is_fatal, probability, miss_cost: float = MISS_COST) -> dict[str, float]:
    """Return a threshold for each purpose; to be asked of the validation part.

    Parameters
    ----------
    is_fatal, probability
        Outcomes and P(fatal | an accident happened) of the validation part, shape (n,).
    miss_cost
        Cost of a fatal accident that is not called so, in false alarms.

    Returns
    -------
    dict
        ``f1``, the best F1 of fatal; ``recall_90``, the highest threshold that finds nine deaths
        in ten; ``cost``, the least cost; ``accuracy``, the most right calls. A threshold of 1
        calls nothing fatal.

    Raises
    ------
    ValueError
        No accident is fatal: every threshold is as good.

    Examples
    --------
    >>> choose([0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.8], miss_cost=3.0)
    {'f1': 0.3, 'recall_90': 0.3, 'cost': 0.3, 'accuracy': 0.8}
    """
    fatal, other = metrics.ranking(is_fatal, probability)
    if not fatal.any():
        raise ValueError("no fatal accident among those given: no threshold can be chosen")
    at = np.r_[1.0, np.unique(probability)[::-1]]
    found, alarms = np.r_[0, np.cumsum(fatal)], np.r_[0, np.cumsum(other)]
    missed = found[-1] - found
    enough = found >= LEAST_RECALL * found[-1]
    best = {
        "f1": np.argmax(2 * found / (found + alarms + found[-1])),
        "recall_90": np.argmax(enough),
        "cost": np.argmin(miss_cost * missed + alarms),
        "accuracy": np.argmin(missed + alarms),
    }
    return {name: float(at[place]) for name, place in best.items()}


def judge(
    is_fatal: np.ndarray,
    probability: np.ndarray,
    chosen: Mapping[str, float],
    *,
    miss_cost: float,
    rounds: int,
    seed: int,
) -> dict[str, dict[str, Any]]:
    """Return what calls at each threshold are worth, with 95% intervals by event.

    Parameters
    ----------
    is_fatal, probability
        Of the test part, shape (n,).
    chosen
        Thresholds by name, as `choose` returned them for the validation part; one half is added.
    miss_cost
        As for `choose`.
    rounds, seed
        Of the bootstrap.

    Returns
    -------
    dict
        By name: ``threshold``, the metrics of `hindcast.model.calls.calls`, and of `burden`, each
        with its interval.
    """
    return {
        name: {"threshold": bootstrap.number(threshold)}
        | bootstrap.summary(
            partial(_judged, is_fatal, probability, threshold, miss_cost),
            len(is_fatal),
            rounds=rounds,
            seed=seed,
        )
        for name, threshold in ({"half": 0.5} | dict(chosen)).items()
    }


def _judged(is_fatal, probability, threshold: float, miss_cost: float, weights) -> dict[str, Any]:
    counts = calls.confusion(is_fatal, probability, weights, threshold)
    return calls.of(counts) | burden(counts, miss_cost)


def burden(c: calls.Confusion, miss_cost: float) -> dict[str, np.ndarray]:
    """Return what calls ask of those who answer them, per 100 accidents.

    Examples
    --------
    >>> found = burden(calls.Confusion(*map(np.float64, (10, 5, 2, 83))), miss_cost=5.0)
    >>> {name: float(value) for name, value in found.items()}
    {'alarms_per_100': 15.0, 'missed_per_100': 2.0, 'cost_per_100': 15.0}
    """
    n = sum(c) / 100
    return {
        "alarms_per_100": calls.ratio(c.tp + c.fp, n),
        "missed_per_100": calls.ratio(c.fn, n),
        "cost_per_100": calls.ratio(miss_cost * c.fn + c.fp, n),
    }
