"""Compare two forecasters by their calls: where only one of the two is right."""

from typing import Any

import numpy as np
from scipy import stats

from hindcast.model import bootstrap

FEWEST_FOR_CHI_SQUARE = 25


def mcnemar(is_fatal, called_new, called_old) -> dict[str, Any]:
    """Test whether two forecasters' calls are right equally often, by where only one is right.

    Parameters
    ----------
    is_fatal
        Labels, shape (n,).
    called_new, called_old
        Whether each calls the accident fatal, shape (n,).

    Returns
    -------
    dict
        ``only_new_right``, ``only_old_right`` (accidents), ``method`` (``exact binomial`` below
        25 such accidents, else ``chi-square`` with continuity correction) and two-sided ``p``.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153; Edwards (1948), Psychometrika 13, 185.

    Examples
    --------
    >>> found = mcnemar([1, 1, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0])
    >>> found["only_new_right"], found["only_old_right"], found["p"]
    (3, 1, 0.625)
    """
    y = np.asarray(is_fatal).astype(bool)
    new, old = (np.asarray(called).astype(bool) == y for called in (called_new, called_old))
    won, lost = int((new & ~old).sum()), int((old & ~new).sum())
    exact = won + lost < FEWEST_FOR_CHI_SQUARE
    return {
        "only_new_right": won,
        "only_old_right": lost,
        "method": "exact binomial" if exact else "chi-square",
        "p": bootstrap.number(_exact(won, lost) if exact else _chi_square(won, lost)),
    }


def _exact(won: int, lost: int) -> float:
    return float(stats.binomtest(won, won + lost).pvalue) if won + lost else 1.0


def _chi_square(won: int, lost: int) -> float:
    return float(stats.chi2.sf(max(0, abs(won - lost) - 1) ** 2 / (won + lost), df=1))
