"""How each calibration is learned: what it adds to ``{"method": ...}``, from margins and outcomes.

All take margins (log odds) and outcomes, both of shape (n,), and return plain numbers.
"""

from typing import Any

import numpy as np

from hindcast.model import venn_abers

SLOPE_SD, LEVEL_SD = 0.1, 0.2
"""How much slope and level (log odds) of past years, forecast by models of the time, differ."""


def none(_margin: np.ndarray, _is_fatal: np.ndarray) -> dict[str, Any]:
    """Learn nothing: the margins are taken at their word."""
    return {}


def platt(margin: np.ndarray, is_fatal: np.ndarray) -> dict[str, Any]:
    """Fit a logistic curve (J. Platt, 1999): a slope and an intercept."""
    from sklearn.linear_model import LogisticRegression  # serving applies without scikit-learn

    curve = LogisticRegression(C=np.inf, tol=1e-8).fit(margin[:, None], is_fatal)
    return {"slope": float(curve.coef_[0, 0]), "intercept": float(curve.intercept_[0])}


def shrunk(margin: np.ndarray, is_fatal: np.ndarray) -> dict[str, Any]:
    """Fit the same curve, held near the margins as they are.

    A year has a level of its own, and a curve that follows one and a half years to the end carries
    it on into years that do not have it. Slope and intercept are drawn towards 1 and 0 by normal
    priors as wide as `SLOPE_SD` and `LEVEL_SD`. Of models trained to each of six past years and
    calibrated on the next, the drawn curve had the lower log loss in the year after, at all
    horizons; with many events it becomes that of Platt.
    """
    inputs = np.column_stack([margin, np.ones(len(margin))])
    precision = np.array([SLOPE_SD, LEVEL_SD]) ** -2.0
    slope, intercept = _curve(inputs, is_fatal, np.array([1.0, 0.0]), precision)
    return {"slope": slope, "intercept": intercept}


def beta(margin: np.ndarray, is_fatal: np.ndarray) -> dict[str, Any]:
    """Fit beta calibration (M. Kull, T. Silva Filho and P. Flach, 2017).

    Logistic in ln p and -ln(1 - p), each with a weight of its own; neither may be negative, which
    would turn the order around at one end.
    """
    inputs = np.column_stack([log_odds_apart(margin), np.ones(len(margin))])
    bounds = [(0, None), (0, None), (None, None)]
    found = _curve(inputs, is_fatal, np.array([1.0, 1.0, 0.0]), np.zeros(3), bounds)
    return dict(zip(("a", "b", "intercept"), found, strict=True))


def _curve(
    inputs: np.ndarray,
    is_fatal: np.ndarray,
    start: np.ndarray,
    precision: np.ndarray,
    bounds: list | None = None,
) -> list[float]:
    """Return the weights of a logistic curve, drawn towards ``start`` with ``precision``."""
    from scipy.optimize import minimize

    n = len(is_fatal)

    def loss(curve: np.ndarray) -> tuple[float, np.ndarray]:
        margins, away = inputs @ curve, curve - start
        off = 1 / (1 + np.exp(-margins)) - is_fatal
        own = (np.logaddexp(0, margins) - is_fatal * margins).mean()
        return own + precision @ away**2 / 2 / n, (off @ inputs + precision * away) / n

    options = {"ftol": 1e-14, "gtol": 1e-9}
    best = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options=options)
    return best.x.tolist()


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
    "shrunk": shrunk,
    "platt": platt,
    "beta": beta,
    "venn_abers": venn_abers.learn,
    "isotonic": isotonic,
}
