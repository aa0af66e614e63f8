"""From log odds to probabilities, and from several models' log odds to one: learned on validation.

What is learned on validation may not be judged on the same events: there each fifth of the events
is forecast by what the other four fifths taught. The test is forecast by all of them.
"""

from collections.abc import Callable

import numpy as np
from scipy import optimize, special

from hindcast.model import calibrate
from hindcast.model.levers.lever import JUDGED, Bench, Margins

FOLDS = 5
CERTAIN = 1e-6

Learn = Callable[[np.ndarray, np.ndarray], Callable[[np.ndarray], np.ndarray]]


def log_odds(probability: np.ndarray) -> np.ndarray:
    """Return log odds, kept finite: a forest may say 0.

    Examples
    --------
    >>> log_odds(np.array([0.5])).tolist()
    [0.0]
    """
    return special.logit(np.clip(np.asarray(probability, dtype=float), CERTAIN, 1 - CERTAIN))


def cross_fitted(learn: Learn, rows: np.ndarray, is_fatal: np.ndarray) -> np.ndarray:
    """Return each event's forecast by what the other folds taught; a fold is every fifth event.

    Parameters
    ----------
    learn
        Takes rows and outcomes, returns what forecasts rows.
    rows
        Shape (n,) or (n, models), in order of time.
    is_fatal
        Outcomes, shape (n,).
    """
    fold = np.arange(len(is_fatal)) % FOLDS
    forecast = np.empty(len(is_fatal))
    for held in range(FOLDS):
        apply = learn(rows[fold != held], is_fatal[fold != held])
        forecast[fold == held] = apply(rows[fold == held])
    return forecast


def probabilities(margins: Margins, is_fatal: np.ndarray, method: str) -> Margins:
    """Return calibrated probabilities of validation (cross-fitted) and test.

    Parameters
    ----------
    margins
        Log odds by part.
    is_fatal
        Outcomes of the validation part.
    method
        One of `hindcast.model.calibrate.METHODS`.
    """

    def learn(margin: np.ndarray, outcomes: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        learned = calibrate.learn(method, margin, outcomes)
        return lambda given: calibrate.apply(learned, given)

    validation = np.asarray(margins["validation"], dtype=float)
    return {
        "validation": cross_fitted(learn, validation, is_fatal),
        "test": learn(validation, is_fatal)(margins["test"]),
    }


def weights(margins: np.ndarray, is_fatal: np.ndarray) -> np.ndarray:
    """Return each model's weight, none negative, and the intercept last: least log loss.

    Parameters
    ----------
    margins
        Log odds, shape (n, models).
    is_fatal
        Outcomes, shape (n,).
    """
    design = np.column_stack([margins, np.ones(len(margins))])

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        total = design @ at
        off = special.expit(total) - is_fatal
        return float(np.mean(np.logaddexp(0, total) - is_fatal * total)), design.T @ off / len(off)

    n_models = margins.shape[1]
    start = np.append(np.full(n_models, 1 / n_models), 0.0)
    bounds = [(0, None)] * n_models + [(None, None)]
    return optimize.minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x


def _learn_blend(margins: np.ndarray, is_fatal: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    learned = weights(margins, is_fatal)
    return lambda given: given @ learned[:-1] + learned[-1]


def blend(bench: Bench) -> Margins:
    """Return the log odds of a weighted sum of the models in the bench's ``known``."""
    stacked = {
        part: np.column_stack([margins[part] for margins in bench.known.values()])
        for part in JUDGED
    }
    is_fatal = bench.parts["validation"].is_fatal
    return {
        "validation": cross_fitted(_learn_blend, stacked["validation"], is_fatal),
        "test": _learn_blend(stacked["validation"], is_fatal)(stacked["test"]),
    }
