"""Severity in four classes from three questions.

Is somebody killed, injured, seriously injured? The classes have an order, and each question is
asked of those for whom the one before is settled: P(fatal) is the study's own model, the other two
are asked of accidents without a death. So the four classes add up to one and never contradict
P(fatal).
"""

from collections.abc import Mapping

import numpy as np

CLASSES = ("none", "minor", "serious", "fatal")
CODES = {"NONE": 0, "MINR": 1, "SERS": 2, "FATL": 3}
"""eADMS ``ev_highest_injury`` to the place in `CLASSES`; a blank is unknown."""
STEPS: Mapping[str, tuple[int, int]] = {"injured": (0, 1), "serious": (1, 2)}
"""For each question: from which class on it is asked, and from which on its answer is yes."""


def classes(fatal: np.ndarray, injured: np.ndarray, serious: np.ndarray) -> np.ndarray:
    """Return the probability of each of `CLASSES`, shape (n, 4).

    Parameters
    ----------
    fatal
        P(fatal), shape (n,).
    injured
        P(minor or serious | nobody died).
    serious
        P(serious | injured, nobody died).

    Examples
    --------
    >>> classes(np.array([0.5]), np.array([0.5]), np.array([0.2])).round(2).tolist()
    [[0.25, 0.2, 0.05, 0.5]]
    """
    hurt = (1 - fatal) * injured
    return np.column_stack(
        [(1 - fatal) * (1 - injured), hurt * (1 - serious), hurt * serious, fatal]
    )


def asked(severity: np.ndarray, step: str) -> np.ndarray:
    """Return which accidents a question is asked of: survived, and settled so far.

    Examples
    --------
    >>> asked(np.array([0, 1, 2, 3]), "serious").tolist()
    [False, True, True, False]
    """
    return (severity >= STEPS[step][0]) & (severity < len(CLASSES) - 1)


def answer(severity: np.ndarray, step: str) -> np.ndarray:
    """Return the answer to a question, 0 or 1, for accidents that it is asked of."""
    return (severity >= STEPS[step][1]).astype(np.float32)
