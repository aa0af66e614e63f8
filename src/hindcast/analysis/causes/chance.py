"""Which findings stand together in more reports than chance puts them.

A long list of findings holds more pairs than a short one, a list of one finding holds none: tests
that ignore this find pairs where there are none and miss others. Chance here means that each
accident keeps its number of findings and each finding its number of accidents, and nothing else is
kept: drawing without replacement with one weight a finding (conditional Bernoulli sampling, as in
the Rasch model; Chen, Dempster and Liu 1994, Biometrika 81, 457-469).
"""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, hypergeom, poisson

from hindcast.analysis.causes import codes

log = logging.getLogger(__name__)

Floats = np.ndarray


@dataclass(frozen=True)
class Held:
    """Which accidents have which findings.

    Attributes
    ----------
    has
        Booleans, accidents x findings.
    codes
        The findings' codes, as the columns of ``has``.
    """

    has: np.ndarray
    codes: list[str]

    def __len__(self) -> int:
        return len(self.has)


def held(findings: pd.DataFrame, least: int) -> Held:
    """Return which accidents have which of the findings that at least ``least`` accidents have.

    Parameters
    ----------
    findings
        Of `hindcast.analysis.causes.codes.findings`. Rows without a code and "not determined" are
        left out; an accident needs one finding at least.
    """
    rows = codes.told(codes.substantive(findings), "subsection")
    often = rows["subsection"].value_counts()
    kept = rows[rows["subsection"].isin(often.index[often >= least])]
    log.info(
        "findings of %d accidents or more: %d rows before, %d after", least, len(rows), len(kept)
    )
    wide = pd.crosstab(kept["ev_id"], kept["subsection"]).astype(bool)
    return Held(wide.to_numpy(), wide.columns.to_list())


def weights(counts: Floats, sizes: Floats, rounds: int = 25) -> Floats:
    """Return the findings' weights under which each is expected as often as it was found.

    Parameters
    ----------
    counts
        Accidents by finding, shape (findings,).
    sizes
        ``sizes[k]`` accidents have k findings.
    rounds
        Of iterative fitting.
    """
    w = counts / counts.sum()
    for _ in range(rounds):
        expected = np.maximum(sizes @ inclusion(w, len(sizes) - 1), 1e-12)
        w = w * counts / expected
        w = w / w.sum()
    return w


def inclusion(w: Floats, largest: int) -> Floats:
    """Return the probability of each finding in a draw of k, shape (largest + 1, findings).

    Examples
    --------
    >>> inclusion(np.array([1.0, 1.0, 2.0]), 1)[1].tolist()
    [0.25, 0.25, 0.5]
    """
    whole, without = _symmetric(w, largest)
    found = np.zeros((largest + 1, len(w)))
    found[1:] = w * _over(without[:, :-1].T, whole[1:, None])
    return found


def joint(w: Floats, sizes: Floats) -> Floats:
    """Return the accidents expected to have both of each pair, shape (findings, findings).

    Parameters
    ----------
    w
        Of `weights`.
    sizes
        ``sizes[k]`` accidents have k findings.
    """
    whole, without = _symmetric(w, len(sizes) - 1)
    per_draw = _over(sizes, whole)
    expected = np.zeros((len(w), len(w)))
    neither = np.ones_like(expected)
    for k in range(2, len(sizes)):
        expected += neither * per_draw[k]
        # Leaves the second finding out as well: e_j(without a, b) = e_j(without a) - w_b e_(j-1).
        neither = without[:, [k - 1]] - w * neither
    expected *= np.outer(w, w)
    np.fill_diagonal(expected, 0)
    return expected


def _symmetric(w: Floats, largest: int) -> tuple[Floats, Floats]:
    """Elementary symmetric polynomials of order 0 to ``largest``: of all, and without each one."""
    whole = np.zeros(largest + 1)
    without = np.zeros((len(w), largest + 1))
    whole[0] = without[:, 0] = 1
    for at, weight in enumerate(w):
        whole[1:] += weight * whole[:-1].copy()
        kept = np.where(np.arange(len(w)) == at, 0.0, weight)[:, None]
        without[:, 1:] += kept * without[:, :-1].copy()
    return whole, without


def _over(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=below > 0)


def pairs(held: Held, times: Floats | None = None) -> pd.DataFrame:
    """Return how often any two findings stand together, over what chance would give.

    Parameters
    ----------
    times
        How often each accident counts, such as in a bootstrap sample; once if not given.

    Returns
    -------
    pandas.DataFrame
        ``a, b`` (codes), ``both, expected, lift`` (observed over expected), ``q`` (upper tail,
        false discoveries controlled over all pairs). A pair of findings is one row.
    """
    if len(held.codes) < 2:
        return pd.DataFrame({name: [] for name in ("a", "b", "both", "expected", "lift", "q")})
    once = np.ones(len(held)) if times is None else times
    has = held.has.astype(float)
    both = (has * once[:, None]).T @ has
    sizes = np.bincount(held.has.sum(axis=1), weights=once)
    expected = joint(weights(np.diag(both), sizes), sizes)
    a, b = np.triu_indices(len(held.codes), 1)
    n, e = both[a, b].round(), np.maximum(expected[a, b], 1e-9)
    # The count is a sum of rare independent events: Poisson's tail is that or a little longer.
    q = false_discovery_control(poisson.sf(n - 1, e))
    codes_ = np.array(held.codes)
    told = {"a": codes_[a], "b": codes_[b], "both": n.astype(int)}
    return pd.DataFrame(told | {"expected": e, "lift": n / e, "q": q})


def edges(pairs: pd.DataFrame, least: int, alpha: float, lift: float) -> pd.DataFrame:
    """Return the pairs that a network draws, with ``weight``, the logarithm of the lift.

    Parameters
    ----------
    least
        Smallest number of accidents with both.
    alpha
        Share of false discoveries allowed.
    lift
        Smallest lift: beyond chance and large.
    """
    kept = pairs[pairs["both"].ge(least) & pairs["q"].lt(alpha) & pairs["lift"].ge(lift)]
    log.info("pairs: %d before, %d beyond chance", len(pairs), len(kept))
    return kept.assign(weight=np.log(kept["lift"])).reset_index(drop=True)


def independent(held: Held, alpha: float) -> int:
    """Return how many pairs the hypergeometric test calls beyond chance.

    That test lets every accident have any number of findings: it is told to compare.
    """
    if len(held.codes) < 2:
        return 0
    has = held.has.astype(float)
    both = has.T @ has
    counts = np.diag(both)
    a, b = np.triu_indices(len(counts), 1)
    p = hypergeom.sf(both[a, b] - 1, len(held), counts[a], counts[b])
    return int((false_discovery_control(np.clip(p, 0, 1)) < alpha).sum())
