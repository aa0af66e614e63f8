"""From a margin to a probability that can be taken at its word, learned on the validation part.

A calibration is plain JSON: ``{"method": "platt", "slope": 1.1, "intercept": -0.1}``.
"""

from typing import Any

import numpy as np
import polars as pl

METHODS = ("none", "platt", "isotonic")


def apply(calibration: dict[str, Any], margin: np.ndarray) -> np.ndarray:
    """Return P(fatal | an accident happened) for margins (log odds), shape (n,).

    Examples
    --------
    >>> apply({"method": "none"}, np.array([0.0]))
    array([0.5])
    >>> apply({"method": "isotonic", "margins": [-1, 1], "shares": [0.1, 0.5]}, np.array([0.0]))
    array([0.3])
    """
    margin = np.asarray(margin, dtype=float)
    if calibration["method"] == "isotonic":
        return np.interp(margin, calibration["margins"], calibration["shares"])
    if calibration["method"] == "platt":
        margin = calibration["slope"] * margin + calibration["intercept"]
    return 1 / (1 + np.exp(-margin))


def learn(method: str, margin: np.ndarray, is_fatal: np.ndarray) -> dict[str, Any]:
    """Learn a calibration from the margins and outcomes of the validation part.

    Parameters
    ----------
    method
        ``none``; ``platt``, a logistic curve with a slope and an intercept; ``isotonic``, steps
        that never fall, which needs many deaths.
    margin, is_fatal
        Log odds and outcomes, shape (n,).

    Raises
    ------
    ValueError
        The method is unknown, or no event of the validation part is fatal, or all are.
    """
    if method not in METHODS:
        raise ValueError(f"calibration {method!r}: expected one of {', '.join(METHODS)}")
    if not 0 < is_fatal.sum() < len(is_fatal):
        raise ValueError(
            f"{int(is_fatal.sum())} of {len(is_fatal)} validation events are fatal: a calibration "
            "needs both outcomes; set train.validation_until in params.yaml later"
        )
    return {"none": _none, "platt": _platt, "isotonic": _isotonic}[method](margin, is_fatal)


def _none(_margin: np.ndarray, _is_fatal: np.ndarray) -> dict[str, Any]:
    return {"method": "none"}


def _platt(margin: np.ndarray, is_fatal: np.ndarray) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression  # serving applies without scikit-learn

    curve = LogisticRegression(C=np.inf, tol=1e-8).fit(margin[:, None], is_fatal)
    slope, intercept = float(curve.coef_[0, 0]), float(curve.intercept_[0])
    return {"method": "platt", "slope": slope, "intercept": intercept}


def _isotonic(margin: np.ndarray, is_fatal: np.ndarray) -> dict[str, Any]:
    from sklearn.isotonic import IsotonicRegression

    steps = IsotonicRegression(y_min=0.001, y_max=0.999).fit(margin, is_fatal)
    margins, shares = steps.X_thresholds_.tolist(), steps.y_thresholds_.tolist()
    return {"method": "isotonic", "margins": margins, "shares": shares}


def compare(margin: np.ndarray, is_fatal: np.ndarray, folds: int = 5) -> pl.DataFrame:
    """Return calibration error and log loss of each method, each fold judged by the others.

    Parameters
    ----------
    margin, is_fatal
        Log odds and outcomes of the validation part, shape (n,), in order of time: a fold is
        every fifth event.
    folds
        Number of folds.
    """
    from hindcast.model import metrics

    rows = []
    for method in METHODS:
        probability = _cross_applied(method, margin, is_fatal, folds)
        ece, loss = metrics.ece(is_fatal, probability), metrics.log_loss(is_fatal, probability)
        rows.append({"method": method, "ece": float(ece), "log_loss": float(loss)})
    return pl.DataFrame(rows)


def _cross_applied(method: str, margin: np.ndarray, is_fatal: np.ndarray, folds: int) -> np.ndarray:
    fold = np.arange(len(margin)) % folds
    probability = np.empty(len(margin))
    for held in range(folds):
        learned = learn(method, margin[fold != held], is_fatal[fold != held])
        probability[fold == held] = apply(learned, margin[fold == held])
    return probability
