"""What is lost without a group of features, without missing flags, and without the label.

A group's loss is what it knows that no other group does: features that say nearly the same stand
in for each other, and removing either costs little.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from hindcast.model import bootstrap, compare
from hindcast.model.evidence.bench import Bench, Task

MASKED = "missing flags masked"


def masked(bench: Bench) -> pl.DataFrame:
    """Return what is lost when a model cannot see which values are missing.

    Every gap, in training and in test, holds a value drawn from the training events that have one,
    see `hindcast.model.compare.filled`.

    Returns
    -------
    polars.DataFrame
        ``horizon, name`` and the other columns of `judge.table`.
    """
    names = [feature["name"] for feature in bench.features]
    known = bench.train.select(names)
    parts = {
        part: rows.with_columns(compare.filled(rows.select(names), known, bench.seed + place))
        for place, (part, rows) in enumerate(bench.parts().items())
    }
    return bench.judged(bench.forecasts({MASKED: bench.task(**parts)}))


def refits(bench: Bench, models: int) -> pl.DataFrame:
    """Return models in which nothing but the seed differs: what a difference is without a cause.

    Intervals tell what other accidents would have given, not what another seed would have: a
    difference no larger than between these is no finding.

    Parameters
    ----------
    models
        How many, at consecutive seeds after the reference's.

    Returns
    -------
    polars.DataFrame
        ``horizon, name`` (the seed's place) and the other columns of `judge.table`.
    """
    tasks = {str(n): bench.task(other_seed=n) for n in range(1, models + 1)}
    return bench.judged(bench.forecasts(tasks))


def groups(bench: Bench) -> pl.DataFrame:
    """Return what is lost without each group of features.

    Returns
    -------
    polars.DataFrame
        ``horizon, name`` (the group), ``features`` (how many were removed) and the other columns of
        `judge.table`; differences are from the model with all groups.
    """
    names = [feature["group"] for feature in bench.features]
    kept = {
        group: [feature for feature in bench.features if feature["group"] != group]
        for group in dict.fromkeys(names)
    }
    fitted = bench.forecasts({g: bench.task(features=rest) for g, rest in kept.items() if rest})
    sizes = pl.DataFrame({"name": list(fitted), "features": [names.count(g) for g in fitted]})
    found = bench.judged(fitted)
    joined = found.join(sizes, on="name", how="left", validate="m:1", maintain_order="left")
    return joined.select("horizon", "name", "features", pl.exclude("horizon", "name", "features"))


@dataclass(frozen=True)
class Shuffled:
    """Models that learned from shuffled labels.

    Parameters
    ----------
    draws
        ``horizon, name`` (the shuffle's number) and the other columns of `judge.table`.
    summary
        ``horizon, shuffles, mean, lo, hi, is_chance`` of their ROC AUC.
    """

    draws: pl.DataFrame
    summary: pl.DataFrame


def shuffled(bench: Bench, shuffles: int) -> Shuffled:
    """Fit models to labels that were dealt out anew, and ask them about the true test labels.

    Training and validation labels are shuffled each among themselves. One such model's ROC AUC
    strays from one half by more than its bootstrap interval says: the noise it learned may by
    chance lie along something true. So the interval asked to hold one half is that of the mean
    over several shuffles, by Student's t.

    Parameters
    ----------
    shuffles
        How many models, at consecutive seeds; at least 2.
    """
    tasks = {str(n): _dealt(bench, bench.seed + n) for n in range(shuffles)}
    draws = bench.judged(bench.forecasts(tasks))
    values = draws.filter(pl.col("metric") == "roc_auc")["value"].to_numpy()
    return Shuffled(draws, bench.named(pl.DataFrame([chance(values)])))


def chance(values: np.ndarray) -> dict[str, float | int | bool | None]:
    """Return the mean of ROC AUCs with its 95% interval, and whether that holds one half.

    Examples
    --------
    >>> [chance(np.array(three))["is_chance"] for three in ([0.49, 0.51, 0.52], [0.8, 0.81, 0.79])]
    [True, False]
    """
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(len(values))
    reach = stats.t.ppf((1 + bootstrap.LEVEL) / 2, len(values) - 1) * error
    return {
        "shuffles": len(values),
        "mean": bootstrap.number(mean),
        "lo": bootstrap.number(mean - reach),
        "hi": bootstrap.number(mean + reach),
        "is_chance": bool(abs(mean - 0.5) <= reach),
    }


def _dealt(bench: Bench, seed: int) -> Task:
    generator = np.random.default_rng(seed)
    parts = {
        part: rows.with_columns(
            pl.Series("is_fatal", generator.permutation(rows["is_fatal"].to_numpy()))
        )
        for part, rows in bench.parts().items()
        if part != "test"
    }
    return bench.task(**parts)
