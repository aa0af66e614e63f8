"""Whether a group has as many deaths as it was given, and how many of them were called.

Intervals are in closed form and not from a bootstrap: an event is one row, so that both draw
events, and a group in which nobody died, or every death was called, has an interval all the same.
"""

import numpy as np
from scipy import stats

from hindcast.model import bootstrap

Z = float(stats.norm.ppf((1 + bootstrap.LEVEL) / 2))


def ratio(is_fatal: np.ndarray, probability: np.ndarray) -> dict[str, float | int | None]:
    """Return fatal accidents observed and expected, and calibration in the large with its interval.

    The interval is the score interval of observed / expected, given the probabilities: all
    multiples of the expected number that the observed one does not refute, where the observed one
    varies as a sum of events each with its own probability.

    Parameters
    ----------
    is_fatal, probability
        Shape (n,).

    Returns
    -------
    dict
        ``observed`` (accidents), ``expected`` (sum of probabilities), ``ratio``, ``ratio_lo``,
        ``ratio_hi``; above 1 more died than foreseen.

    Examples
    --------
    >>> ratio(np.array([1, 0, 0, 0]), np.full(4, 0.25))["ratio"]
    1.0
    """
    observed, expected = float(np.sum(is_fatal)), float(np.sum(probability))
    spread = Z**2 * float(np.sum(probability * (1 - probability))) / expected
    middle = observed + spread / 2
    reach = np.sqrt(max(middle**2 - observed**2, 0))
    return {
        "observed": int(observed),
        "expected": bootstrap.number(expected),
        "ratio": bootstrap.number(observed / expected),
        "ratio_lo": bootstrap.number((middle - reach) / expected),
        "ratio_hi": bootstrap.number((middle + reach) / expected),
    }


def recall(
    is_fatal: np.ndarray, probability: np.ndarray, threshold: float
) -> dict[str, float | int | None]:
    """Return how many fatal accidents are called so from ``threshold`` on, with Wilson's interval.

    Returns
    -------
    dict
        ``called`` (fatal accidents called fatal), ``recall``, ``recall_lo``, ``recall_hi``; the
        last three ``None`` where nobody died.

    Examples
    --------
    >>> recall(np.array([1, 1, 0]), np.array([0.9, 0.2, 0.8]), 0.5)["recall"]
    0.5
    """
    from statsmodels.stats.proportion import proportion_confint  # brings pandas along

    fatal = np.asarray(is_fatal).astype(bool)
    called, deaths = int((fatal & (probability >= threshold)).sum()), int(fatal.sum())
    if not deaths:
        return {"called": 0, "recall": None, "recall_lo": None, "recall_hi": None}
    lo, hi = proportion_confint(called, deaths, 1 - bootstrap.LEVEL, "wilson")
    numbers = {"recall": called / deaths, "recall_lo": lo, "recall_hi": hi}
    return {"called": called} | {name: bootstrap.number(value) for name, value in numbers.items()}
