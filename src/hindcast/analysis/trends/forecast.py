"""Forecasts of monthly counts by seasonal naive, exponential smoothing and SARIMA.

All work on the logarithm of accidents per day and come back as accidents a month: the middle is a
median, the bands are normal on the logarithm.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.tools.sm_exceptions import ConvergenceWarning, EstimationWarning
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.statespace.sarimax import SARIMAX

log = logging.getLogger(__name__)

PERIOD = 12
NAIVE, ETS, SARIMA = NAMES = ("seasonal naive", "ETS", "SARIMAX")
LEVELS = (80, 95)
BANDS = [f"{end}{level}" for level in LEVELS for end in ("low", "high")]
TRENDS = {"none": (None, False), "additive": ("add", False), "damped": ("add", True)}
ORDERS = ((0, 1, 1), (1, 1, 0), (1, 1, 1), (0, 1, 2))
"""Tried orders (p, d, q), each with a seasonal (0, 1, 1): AIC compares equal differencing only."""

SEASONAL = (0, 1, 1, PERIOD)


@dataclass(frozen=True)
class Choice:
    """What AIC chose on the first window.

    Attributes
    ----------
    trend
        Key of `TRENDS`, of an ETS with additive errors and an additive season.
    order
        One of `ORDERS`.
    """

    trend: str
    order: tuple[int, int, int]

    @property
    def told(self) -> dict[str, str]:
        """Each model as a reader would name it."""
        ets = {"none": "A,N,A", "additive": "A,A,A", "damped": "A,Ad,A"}[self.trend]
        p, d, q = self.order
        names = ("last year's month again", f"ETS({ets})", f"SARIMA({p},{d},{q})(0,1,1)12")
        return dict(zip(NAMES, names, strict=True))


def chosen(history: pd.Series) -> Choice:
    """Choose ETS's trend and SARIMA's order by AIC on the first window.

    Parameters
    ----------
    history
        Logarithm of accidents per day, by month.
    """
    trend = min(TRENDS, key=lambda name: float(_ets(history, name).aic))
    order = min(ORDERS, key=lambda order: float(_sarima(history, order).aic))
    return Choice(trend, order)


def ahead(name: str, history: pd.Series, steps: int, choice: Choice) -> pd.DataFrame:
    """Forecast ``steps`` months after the history.

    Parameters
    ----------
    name
        One of `NAMES`.
    history
        Logarithm of accidents per day, by month, without gaps; at least two years.

    Returns
    -------
    pandas.DataFrame
        By month: ``median, low80, high80, low95, high95``, accidents a month.
    """
    months = pd.date_range(history.index[-1], periods=steps + 1, freq="MS")[1:]
    middle, error = _MAKERS[name](history, steps, choice)
    days = months.days_in_month.to_numpy()
    told = {"median": np.exp(middle) * days}
    for level in LEVELS:
        z = float(stats.norm.ppf(0.5 + level / 200))
        told |= {
            f"low{level}": np.exp(middle - z * error) * days,
            f"high{level}": np.exp(middle + z * error) * days,
        }
    return pd.DataFrame(told, index=pd.Index(months, name="month"))


Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


def _naive(history: pd.Series, steps: int, _choice: Choice) -> Pair:
    values = history.to_numpy()
    step = values[PERIOD:] - values[:-PERIOD]
    error = float(np.sqrt(np.mean(step**2)))
    years = np.arange(steps) // PERIOD + 1
    last = np.resize(values[-PERIOD:], steps)
    return last, error * np.sqrt(years)


def _by_ets(history: pd.Series, steps: int, choice: Choice) -> Pair:
    fit = _ets(history, choice.trend)
    found = fit.get_prediction(start=len(history), end=len(history) + steps - 1)
    return np.asarray(found.predicted_mean), np.sqrt(np.asarray(found.forecast_variance))


def _by_sarima(history: pd.Series, steps: int, choice: Choice) -> Pair:
    found = _sarima(history, choice.order).get_forecast(steps)
    return np.asarray(found.predicted_mean), np.asarray(found.se_mean)


def _ets(history: pd.Series, trend: str) -> object:
    kind, damped = TRENDS[trend]
    seasonal = {"seasonal": "add", "seasonal_periods": PERIOD}
    with _quiet():
        return ETSModel(history, error="add", trend=kind, damped_trend=damped, **seasonal).fit(
            disp=False
        )


def _sarima(history: pd.Series, order: tuple[int, int, int]) -> object:
    with _quiet():
        fit = SARIMAX(history, order=order, seasonal_order=SEASONAL).fit(disp=False, maxiter=60)
    if not fit.mle_retvals["converged"]:
        log.info("SARIMA%s over %d months did not converge", order, len(history))
    return fit


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep starting values that are replaced, and stops that are logged, out of the page."""
    with warnings.catch_warnings():
        for kind in (ConvergenceWarning, EstimationWarning):
            warnings.simplefilter("ignore", kind)
        yield


_MAKERS = {NAIVE: _naive, ETS: _by_ets, SARIMA: _by_sarima}
