"""Drift of inputs and scores: tables of tests, and which of them are discoveries.

Each feature is asked twice: whether its known values are distributed as in training, and whether
as many are missing. Only what is beyond chance (after false-discovery control over all features
and horizons together) *and* large enough to matter counts as drift.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from hindcast.model import two_samples
from hindcast.monitor.bins import Bins
from hindcast.monitor.reference import Limits

NUMBERS = ("psi", "psi_by_chance", "statistic", "p", "q", "missing_before", "missing_now")
SCHEMA = {
    "horizon": pl.String,
    "what": pl.String,
    "feature": pl.String,
    "version": pl.String,
    "role": pl.String,
    "test": pl.String,
    "n": pl.Int64,
    "n_known": pl.Int64,
    **dict.fromkeys(NUMBERS, pl.Float64),
    "missing_p": pl.Float64,
    "missing_q": pl.Float64,
    "is_drifted": pl.Boolean,
}
TESTS = {"number": "Kolmogorov-Smirnov", "category": "chi-square"}


def seasoned(before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Return the reference's counts in the mixture of seasons that the present has.

    Each quarter's shares are weighted as the present's quarters are; the counts are scaled to the
    number of events that a plain sample would need to be as certain.

    Parameters
    ----------
    before, now
        Shape (quarters, features, bins).

    Returns
    -------
    numpy.ndarray
        Shape (features, bins).

    Examples
    --------
    >>> before = np.array([[[90, 10]], [[10, 90]]])
    >>> seasoned(before, np.array([[[5, 5]], [[0, 0]]])).tolist()
    [[90.0, 10.0]]
    """
    sizes = before.sum(axis=-1, keepdims=True)
    weights = np.where(sizes > 0, now.sum(axis=-1, keepdims=True), 0).astype(float)
    total = weights.sum(axis=0, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros(weights.shape), where=total > 0)
    spread = (weights**2 / np.maximum(sizes, 1)).sum(axis=0)
    effective = np.divide(1.0, spread, out=np.zeros(spread.shape), where=spread > 0)
    return (weights * two_samples.shares(before)).sum(axis=0) * effective


def compare(before: np.ndarray, now: np.ndarray, is_number: np.ndarray) -> dict[str, np.ndarray]:
    """Return every measure of drift, one array of shape (features,) each.

    Parameters
    ----------
    before, now
        Counts by quarter, shape (quarters, features, bins), the missing in the last bin.
    is_number
        Which features have ordered bins, shape (features,).
    """
    known, now_known = seasoned(before[..., :-1], now[..., :-1]), now[..., :-1].sum(axis=0)
    distance, p_number = two_samples.kolmogorov_smirnov(known, now_known)
    statistic, p_category = two_samples.chi_square(known, now_known)
    return {
        "n": now.sum(axis=(0, 2)),
        "n_known": now_known.sum(axis=-1),
        "psi": two_samples.psi(known, now_known),
        "psi_by_chance": two_samples.psi_by_chance(known, now_known),
        "statistic": np.where(is_number, distance, statistic),
        "p": np.where(is_number, p_number, p_category),
        **_missing(before, now),
    }


def _missing(before: np.ndarray, now: np.ndarray) -> dict[str, np.ndarray]:
    def halves(counts: np.ndarray) -> np.ndarray:
        return np.stack([counts[..., :-1].sum(axis=-1), counts[..., -1]], axis=-1)

    old, new = seasoned(halves(before), halves(now)), halves(now).sum(axis=0)
    p = two_samples.two_shares(old[..., 1], old.sum(-1), new[..., 1], new.sum(-1))
    was, is_now = (two_samples.shares(one)[..., 1] for one in (old, new))
    return {"missing_before": was, "missing_now": is_now, "missing_p": p}


def table(
    before: np.ndarray, now: np.ndarray, features: Sequence[Bins], **told: str | None
) -> pl.DataFrame:
    """Return one row a feature as `SCHEMA` says, ``q`` and ``is_drifted`` still open.

    Parameters
    ----------
    before, now
        As `compare` takes them.
    told
        What the rows share: ``horizon``, ``what``, ``version``, ``role``.
    """
    is_number = np.array([one.kind == "number" for one in features])
    found = compare(before, now, is_number)
    named = {"feature": [one.name for one in features], "test": [TESTS[f.kind] for f in features]}
    rows = pl.DataFrame(named | found).with_columns(
        *(pl.lit(value, pl.String).alias(name) for name, value in told.items())
    )
    absent = [pl.lit(None, of).alias(n) for n, of in SCHEMA.items() if n not in rows.columns]
    return rows.with_columns(absent).select(pl.col(n).cast(of) for n, of in SCHEMA.items())


def discoveries(rows: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Return the rows with ``q`` and ``is_drifted``: one family of tests over everything in them.

    A feature has drifted where its distribution does not fit by chance and the population stability
    index is above its limit by more than chance gives, or where the share of missing values does
    not fit by chance and moved by more than its limit. Rows with fewer known values than
    ``least_rows`` are shown but not tested.
    """
    enough = (pl.col("n_known") >= limits.least_rows).alias("values")
    asked = rows.select(enough, (pl.col("n") >= limits.least_rows).alias("missing")).to_numpy()
    p = rows.select("p", "missing_p").to_numpy()
    q = np.full(p.shape, np.nan)
    q[asked] = two_samples.benjamini_hochberg(p[asked])
    rows = rows.with_columns(
        pl.Series("q", q[:, 0]).fill_nan(None), pl.Series("missing_q", q[:, 1]).fill_nan(None)
    )
    return rows.with_columns(is_drifted(limits))


def is_drifted(limits: Limits) -> pl.Expr:
    """Return whether a row with its ``q`` counts as drift."""
    moved = (pl.col("missing_now") - pl.col("missing_before")).abs() >= limits.missing_limit
    values = (pl.col("q") <= limits.false_discoveries) & (
        pl.col("psi") - pl.col("psi_by_chance") >= limits.psi_limit
    )
    missing = (pl.col("missing_q") <= limits.false_discoveries) & moved
    return (values.fill_null(False) | missing.fill_null(False)).alias("is_drifted")
