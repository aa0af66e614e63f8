"""Partial pooling: fatal shares of models, drawn toward their maker's and toward all accidents'.

A logistic mixed model with random intercepts of makers and of models within makers:
``logit P(fatal) = mean + maker + model``, both normal. Its likelihood is integrated on a grid of
log odds, which is exact up to the grid and takes a second. The variational fit of statsmodels
(`BinomialBayesMixedGLM.fit_vb`) was tried first: over the makers' many small groups it stopped at
spreads that depended on the optimiser.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logsumexp
from scipy.stats import norm
from statsmodels.tools.numdiff import approx_hess

GRID = np.linspace(-7.0, 4.0, 221)
"""Log odds of an accident's being fatal over which all is integrated."""
BOUNDS = [(-5.0, 2.0), (-3.5, 1.0), (-3.5, 1.0)]
START = (-1.5, -1.0, -0.7)
TINY = 1e-300
Z95 = float(norm.ppf(0.975))
MEDIAN_OF_DIFFERENCE = np.sqrt(2) * norm.ppf(0.75)


@dataclass(frozen=True)
class Groups:
    """Counts by maker and model, in order, and their likelihood over the grid.

    Attributes
    ----------
    counts
        ``make, model, known, fatal``, one row a model.
    """

    counts: pd.DataFrame

    @cached_property
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """The distinct pairs of accidents and fatal ones, and which one each model has."""
        return np.unique(self.counts[["known", "fatal"]].to_numpy(), axis=0, return_inverse=True)

    @cached_property
    def scaled(self) -> tuple[np.ndarray, np.ndarray]:
        """Binomial likelihood of each pair over the grid, as a part of its largest, and that."""
        known, fatal = self.pairs[0].T[:, :, None].astype(float)
        log = fatal * log_expit(GRID) + (known - fatal) * log_expit(-GRID)
        top = log.max(axis=1, keepdims=True)
        return np.exp(log - top), top

    @cached_property
    def makers(self) -> np.ndarray:
        """The maker's number of each model."""
        return pd.factorize(self.counts["make"], sort=True)[0]


@dataclass(frozen=True)
class Pooled:
    """A fitted mixed model.

    Attributes
    ----------
    mean, sd_make, sd_model
        On the scale of log odds.
    spread
        ``level, sd, low, high, median_odds_ratio``; intervals are Wald's on the logarithm.
    table
        ``make, model, known, fatal, raw_share, pooled_share, low, high``, with 95% intervals given
        the fitted spreads.
    """

    mean: float
    sd_make: float
    sd_model: float
    spread: pd.DataFrame
    table: pd.DataFrame
    by_maker: dict[str, float]
    of_new: float


def counted(fleet: pd.DataFrame) -> pd.DataFrame:
    """Return accidents of known severity and fatal ones by maker and model, in order."""
    known = fleet[fleet["is_fatal"].notna()]
    grouped = known.groupby(["make", "model"], sort=True)["is_fatal"]
    return grouped.agg(known="size", fatal="sum").astype("int64").reset_index()


def pooled(counts: pd.DataFrame) -> Pooled:
    """Fit the mixed model to counts by maker and model.

    Parameters
    ----------
    counts
        Of `counted`.

    Raises
    ------
    ValueError
        There are no accidents, or all or none are fatal.
    """
    fatal, known = counts["fatal"].sum(), counts["known"].sum()
    if not 0 < fatal < known:
        raise ValueError(f"{fatal} of {known} accidents were fatal: nothing to pool")
    groups = Groups(counts.sort_values(["make", "model"], ignore_index=True))
    found = minimize(_loss, START, (groups,), "L-BFGS-B", bounds=BOUNDS)
    spread = _spread(found.x, approx_hess(found.x, _loss, args=(groups,)))
    mean, sd_make, sd_model = found.x[0], *np.exp(found.x[1:])
    table, by_maker = _posterior(groups, mean, sd_make, sd_model)
    of_new = float(expit(GRID) @ (_prior(mean, sd_make) @ _kernel(sd_model)))
    return Pooled(mean, sd_make, sd_model, spread, table, by_maker, of_new)


def _normal(away: np.ndarray, sd: float) -> np.ndarray:
    density = np.exp(-0.5 * (away / sd) ** 2)
    return density / density.sum(axis=-1, keepdims=True)


def _prior(mean: float, sd: float) -> np.ndarray:
    return _normal(GRID - mean, sd)


def _kernel(sd: float) -> np.ndarray:
    return _normal(GRID[None, :] - GRID[:, None], sd)


def _by_maker(groups: Groups, sd_model: float) -> tuple[np.ndarray, np.ndarray]:
    """Log likelihood given each maker's log odds: of each model, and summed by maker."""
    scaled, top = groups.scaled
    each = (np.log(scaled @ _kernel(sd_model).T + TINY) + top)[groups.pairs[1]]
    starts = np.flatnonzero(np.diff(groups.makers, prepend=-1))
    return each, np.add.reduceat(each, starts, axis=0)


def _loss(parameters: np.ndarray, groups: Groups) -> float:
    mean, sd_make, sd_model = parameters[0], *np.exp(parameters[1:])
    _, summed = _by_maker(groups, sd_model)
    return -float(logsumexp(summed + np.log(_prior(mean, sd_make) + TINY), axis=1).sum())


def _spread(at: np.ndarray, hessian: np.ndarray) -> pd.DataFrame:
    error = np.sqrt(np.maximum(np.diag(np.linalg.pinv(hessian)), 0))[1:]
    sd = np.exp(at[1:])
    away = np.minimum(Z95 * error, 50)  # flat likelihood: no finite error
    low, high = sd * np.exp(-away), sd * np.exp(away)
    level = ["between makers", "between models of a maker"]
    ratio = np.exp(MEDIAN_OF_DIFFERENCE * sd)
    return pd.DataFrame(
        {"level": level, "sd": sd, "low": low, "high": high, "median_odds_ratio": ratio}
    )


def _posterior(
    groups: Groups, mean: float, sd_make: float, sd_model: float
) -> tuple[pd.DataFrame, dict[str, float]]:
    kernel = _kernel(sd_model)
    each, summed = _by_maker(groups, sd_model)
    whole = summed + np.log(_prior(mean, sd_make) + TINY)
    without = _weights(whole[groups.makers] - each)
    chance = (without @ kernel) * groups.scaled[0][groups.pairs[1]]
    table = _shares(groups.counts, chance / chance.sum(axis=1, keepdims=True))
    makers = groups.counts["make"].drop_duplicates()
    of_makers = _weights(whole) @ kernel @ expit(GRID)
    return table, dict(zip(makers, of_makers.tolist(), strict=True))


def _weights(log: np.ndarray) -> np.ndarray:
    return np.exp(log - logsumexp(log, axis=1, keepdims=True))


def _shares(counts: pd.DataFrame, chance: np.ndarray) -> pd.DataFrame:
    below = chance.cumsum(axis=1) - chance / 2
    low, high = (expit([np.interp(p, row, GRID) for row in below]) for p in (0.025, 0.975))
    raw = counts["fatal"] / counts["known"]
    return counts.assign(raw_share=raw, pooled_share=chance @ expit(GRID), low=low, high=high)


def models(fleet: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the pooled table with how each model is shown, the highest pooled share first.

    Parameters
    ----------
    fleet
        Of `hindcast.analysis.aircraft.fleet.fleet`.
    table
        Of `Pooled`.

    Returns
    -------
    pandas.DataFrame
        ``aircraft`` and the columns of the table.
    """
    shown = fleet[["make", "model", "aircraft"]].drop_duplicates(["make", "model"])
    joined = table.merge(shown, "left", ["make", "model"], validate="one_to_one")
    order = joined.sort_values(["pooled_share", "aircraft"], ascending=[False, True])
    return order[["aircraft", *table.columns]].reset_index(drop=True)


def drawn_in(table: pd.DataFrame, least: int = 10, many: int = 16) -> pd.DataFrame:
    """Return models of all sizes, to show how far each is drawn in, the smallest first.

    Parameters
    ----------
    table
        Of `models`.
    least
        Accidents that a model needs to be shown.
    many
        How many to show, evenly over the ranks of their size.
    """
    rows = table[table["known"] >= least].sort_values(["known", "aircraft"], ignore_index=True)
    at = np.unique(np.linspace(0, len(rows) - 1, min(many, len(rows))).round().astype(int))
    return rows.iloc[at].reset_index(drop=True)
