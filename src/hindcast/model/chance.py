"""What calibration error a forecast would show by chance alone.

The calibration error is a sum of absolute differences: even a forecast that is right about every
probability shows one, because of 200 accidents of a bin given .2 it is not exactly 40 that are
fatal. The more a forecast leaves open, the more chance there is in what happens: at `dispatch` this
floor is higher than at `investigation`.
"""

from typing import Any

import numpy as np

from hindcast.model import bootstrap, metrics


def ece_by_chance(
    probability: np.ndarray, *, rounds: int, seed: int, n_bins: int = metrics.N_BINS
) -> np.ndarray:
    """Return the calibration error of a forecast whose every probability is right.

    Outcomes are drawn from the probabilities, and judged as `hindcast.model.metrics.ece` judges.

    Parameters
    ----------
    probability
        P(fatal | an accident happened), shape (n,).
    rounds, seed
        How often outcomes are drawn, and from which seed.

    Returns
    -------
    numpy.ndarray
        Shape (rounds,).
    """
    inside = np.eye(n_bins)[metrics.equal_mass_bins(probability, n_bins)]
    generator = np.random.default_rng(seed)
    n = len(probability)
    found = []
    for start in range(0, rounds, block := max(1, bootstrap.CELLS_AT_ONCE // n)):
        drawn = generator.random((min(block, rounds - start), n)) < probability
        found.append(np.abs((drawn - probability) @ inside).sum(axis=1) / n)
    return np.concatenate(found)


def ece_expected_by_chance(
    is_fatal: np.ndarray, probability: np.ndarray, *, rounds: int, seed: int
) -> dict[str, Any]:
    """Return the calibration error that chance alone would give, beside what was found.

    Returns
    -------
    dict
        ``ece_expected_by_chance``, its mean; ``ece_expected_by_chance_ci``, where 95% of the
        rounds lie; ``ece_chance_share``, the share of rounds with at least the error that was
        found: a small share says that the forecast is off, and not only unlucky.

    Examples
    --------
    >>> found = ece_expected_by_chance(np.array([0, 1]), np.array([0.5, 0.5]), rounds=9, seed=1)
    >>> found["ece_chance_share"]
    1.0
    """
    rounds_found = ece_by_chance(probability, rounds=rounds, seed=seed)
    own = float(metrics.ece(is_fatal, probability))
    return {
        "ece_expected_by_chance": bootstrap.number(rounds_found.mean()),
        "ece_expected_by_chance_ci": bootstrap.interval("chance", own, rounds_found),
        "ece_chance_share": bootstrap.number((rounds_found >= own - 1e-12).mean()),
    }
