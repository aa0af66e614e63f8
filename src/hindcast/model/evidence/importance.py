"""Permutation importance beside SHAP: where the two disagree most, and why.

They ask different things. SHAP: how far a feature moves the forecasts. Permutation: how much worse
the forecasts get when the feature's values are dealt out anew. A feature that another can stand in
for moves forecasts and is hardly missed; one that matters in few accidents is hardly seen in a mean
of absolute values.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
from scipy import stats

from hindcast.model import bootstrap, metrics
from hindcast.model.bundle import Bundle
from hindcast.model.evidence import reasons

STRONGEST = 30
"""How many ranks are looked at: further down they are chance."""


def permutation(
    model: Bundle, rows: pl.DataFrame, *, repeats: int, jobs: int, rounds: int, seed: int
) -> pl.DataFrame:
    """Return how much each feature's log loss rises when its values are dealt out anew.

    Parameters
    ----------
    model
        A horizon's bundle.
    rows
        ``is_fatal`` and the model's features, one row an accident.
    repeats
        How often each feature is dealt out.
    jobs
        How many features at once; results do not depend on it.
    rounds, seed
        Of the bootstrap by event, and the seed of the dealing.

    Returns
    -------
    polars.DataFrame
        ``feature, permutation`` (nats an accident), ``permutation_lo``, ``permutation_hi``, in the
        order of the schema.
    """
    matrix = model.matrix(rows.select(model.names))
    y = rows["is_fatal"].to_numpy().astype(float)
    whole = _losses(model, matrix, y)

    def rise(column: int) -> np.ndarray:
        draws = np.random.default_rng([seed, column])
        dealt = (_dealt(matrix, column, draws) for _ in range(repeats))
        return np.mean([_losses(model, one, y) for one in dealt], axis=0) - whole

    with ThreadPoolExecutor(jobs) as pool:
        rises = np.stack(list(pool.map(rise, range(matrix.shape[1]))), axis=1)
    drawn = [weights @ rises / len(y) for weights in bootstrap.draws(len(y), rounds, seed)]
    lo, hi = np.quantile(np.concatenate(drawn), [0.025, 0.975], axis=0)
    numbers = {"permutation": rises.mean(axis=0), "permutation_lo": lo, "permutation_hi": hi}
    return pl.DataFrame({"feature": model.names} | numbers).with_columns(
        pl.col(*numbers).round(bootstrap.DIGITS)
    )


def _dealt(matrix: np.ndarray, column: int, draws: np.random.Generator) -> np.ndarray:
    dealt = matrix.copy()
    dealt[:, column] = draws.permutation(matrix[:, column])
    return dealt


def _losses(model: Bundle, matrix: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return each accident's log loss in nats."""
    p = np.clip(model.probability_of(matrix), *_ENDS)
    return -(y * np.log(p) + (1 - y) * np.log1p(-p))


_ENDS = (metrics.SMALLEST_PROBABILITY, 1 - metrics.SMALLEST_PROBABILITY)


def partners(train: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Return, for each feature, the one that says most nearly the same, in the training part.

    Numbers are compared by rank, a category by the fatal share of its levels; a missing value
    counts as the mean, so that it says nothing.

    Returns
    -------
    polars.DataFrame
        ``feature, partner, correlation`` (absolute Pearson r).
    """
    values = np.stack([_comparable(train[name], train["is_fatal"]) for name in names], axis=1)
    spread = values.std(axis=0)
    unit = np.divide(values, spread, out=np.zeros_like(values), where=spread > 0)
    alike = np.abs(unit.T @ unit) / len(unit)
    np.fill_diagonal(alike, -1)
    best = alike.argmax(axis=1)
    return pl.DataFrame(
        {
            "feature": names,
            "partner": [names[place] for place in best],
            "correlation": alike.max(axis=1).clip(0, 1).round(bootstrap.DIGITS),
        }
    )


def _comparable(values: pl.Series, is_fatal: pl.Series) -> np.ndarray:
    """Return values as centred numbers of which a linear correlation makes sense."""
    if values.dtype in (pl.String, pl.Categorical) or isinstance(values.dtype, pl.Enum):
        held = pl.DataFrame(
            {"level": values.cast(pl.String), "is_fatal": is_fatal.cast(pl.Float64)}
        )
        numbers = held.select(pl.col("is_fatal").mean().over("level"))["is_fatal"].to_numpy()
    else:
        numbers = stats.rankdata(values.cast(pl.Float64).fill_null(0).to_numpy())
    known = values.is_not_null().to_numpy()
    centred = numbers - (numbers[known].mean() if known.any() else 0)
    return np.where(known, centred, 0.0)


def beside_shap(
    permuted: pl.DataFrame, shap: pl.DataFrame, train: pl.DataFrame, rows: pl.DataFrame
) -> pl.DataFrame:
    """Return both importances of each feature, their ranks, and why they differ.

    Parameters
    ----------
    permuted
        What `permutation` returned.
    shap
        One column of SHAP values (log odds) for each feature, as data/processed/shap has them.
    train, rows
        Keys and features of the training part, and of the accidents that were explained.

    Returns
    -------
    polars.DataFrame
        ``feature, shap`` (mean absolute, log odds), ``shap_rank``, ``permutation`` with its
        interval, ``permutation_rank``, ``gap`` (permutation's rank minus SHAP's), ``partner``,
        ``correlation``, ``missing_here``, ``in_few`` (share of absolute SHAP in the twentieth of
        accidents that the feature moves most) and ``why``; most disagreeing first, where a gap
        counts by the ratio of the ranks.
    """
    names = permuted["feature"].to_list()
    sizes = shap.select(pl.col(names).cast(pl.Float64).abs())
    told = pl.DataFrame(
        {
            "feature": names,
            "shap": sizes.mean().row(0),
            "missing_here": [rows[name].is_null().mean() for name in names],
            "in_few": [_in_few(sizes[name].to_numpy()) for name in names],
        }
    ).with_columns(pl.col("shap", "missing_here", "in_few").round(bootstrap.DIGITS))
    both = permuted.join(told, on="feature", how="inner", validate="1:1").join(
        partners(train, names), on="feature", how="inner", validate="1:1"
    )
    return _ranked(both)


def disagreements(beside: pl.DataFrame, count: int) -> pl.DataFrame:
    """Return, for each horizon, the features that disagree most among those that are strong.

    Parameters
    ----------
    beside
        What `beside_shap` returned, with ``horizon``.
    count
        How many features of each horizon; those count that are among the `STRONGEST` by SHAP or by
        permutation.
    """
    strong = beside.filter(pl.min_horizontal("shap_rank", "permutation_rank") <= STRONGEST)
    return strong.filter(pl.col("gap") != 0).group_by("horizon", maintain_order=True).head(count)


def _ranked(both: pl.DataFrame) -> pl.DataFrame:
    rank = {
        f"{name}_rank": pl.col(name).rank("ordinal", descending=True).cast(pl.Int64)
        for name in ("shap", "permutation")
    }
    apart = (pl.col("permutation_rank") / pl.col("shap_rank")).log().abs()
    ranked = both.sort("feature").with_columns(**rank)
    gaps = ranked.with_columns(gap=pl.col("permutation_rank") - pl.col("shap_rank"), apart=apart)
    found = gaps.with_columns(why=reasons.why()).sort("apart", "feature", descending=[True, False])
    first = ("feature", "shap", "shap_rank", "permutation", "permutation_lo", "permutation_hi")
    second = (*first, "permutation_rank", "gap")
    return found.select(*second, pl.exclude(*second, "apart"))


def _in_few(sizes: np.ndarray) -> float:
    """Return the share that the largest twentieth has of all."""
    total = sizes.sum()
    return float(np.sort(sizes)[-max(1, len(sizes) // 20) :].sum() / total) if total > 0 else 0.0
