"""How each calibration is learned: what it adds to ``{"method": ...}``, from margins and outcomes.

All take margins (log odds) and outcomes, both of shape (n,), and return plain numbers.
"""

from typing import Any

import numpy as np

from hindcast.model import venn_abers


def none(_margin: np.ndarray, _is_fatal: np.ndarray) -> dict[str, Any]:
    """Learn nothing: the margins are taken at their word."""
    return {}


def platt(margin: np.ndarray, is_fatal: np.ndarray) -> dict[str, Any]:
    """Fit a logistic curve (J. Platt, 1999): a slope and an intercept."""
    from sklearn.linear_model import LogisticRegression  # serving applies without scikit-learn

    curve = LogisticRegression(C=np.inf, tol=1e-8).fit(margin[:, None], is_fatal)
    return {"slope": float(curve.coef_[0, 0]), "intercept": float(curve.intercept_[0])}


def beta(margin: np.ndarray, is_fatal: np.ndarray) -> dict[str, Any]:
    """Fit beta calibration (M. Kull, T. Silva Filho and P. Flach, 2017).

    Logistic in ln p and -ln(1 - p), each with a weight of its own; neither may be negative, which
    would turn the order around at one end.
    """
    from scipy.optimize import minimize

    inputs = np.column_stack([log_odds_apart(margin), np.ones(len(margin))])

    def loss(curve: np.ndarray) -> tuple[float, np.ndarray]:
        margins = inputs @ curve
        off = 1 / (1 + np.exp(-margins)) - is_fatal
        return (np.logaddexp(0, margins) - is_fatal * margins).mean(), off @ inputs / len(off)

    bounds = [(0, None), (0, None), (None, None)]
    options = {"ftol": 1e-14, "gtol": 1e-9}
    best = minimize(loss, [1.0, 1.0, 0.0], jac=True, bounds=bounds, options=options)
    return dict(zip(("a", "b", "intercept"), best.x.tolist(), strict=True))


def log_odds_apart(margin: np.ndarray) -> np.ndarray:
    """Return ln p and -ln(1 - p), shape (n, 2); they add up to the margin."""
    margin = np.asarray(margin, dtype=float)
    return np.column_stack([-np.logaddexp(0, -margin), np.logaddexp(0, margin)])


def isotonic(margin: np.ndarray, is_fatal: np.ndarray) -> dict[str, Any]:
    """Fit steps that never fall; kept away from 0 and 1, which no number of events can show."""
    from sklearn.isotonic import IsotonicRegression

    steps = IsotonicRegression(y_min=0.001, y_max=0.999).fit(margin, is_fatal)
    return {"margins": steps.X_thresholds_.tolist(), "shares": steps.y_thresholds_.tolist()}


LEARNERS = {
    "none": none,
    "platt": platt,
    "beta": beta,
    "venn_abers": venn_abers.learn,
    "isotonic": isotonic,
}
