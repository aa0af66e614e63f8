"""What a set of booster parameters is worth over the folds: log loss year by year."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost

from hindcast.model import metrics
from hindcast.model.tune.folds import Fold

AT_ONCE = 2
"""Folds fitted between two looks at whether to go on; the same whatever the number of jobs."""


@dataclass(frozen=True)
class Budget:
    """How much a search may cost; every number comes from params.yaml.

    Attributes
    ----------
    trials, startup_trials
        Sets of parameters tried, and how many of them before the sampler learns and prunes.
    folds
        Years judged.
    max_rounds, early_stopping_rounds
        Most trees of a booster, and after how many without gain it stops.
    check_seeds
        Fresh seeds with which the winner and today's parameters are compared in the end.
    seed
        Of sampler and boosters.
    jobs
        Boosters fitted at once, each on one thread; results do not depend on it.
    """

    trials: int
    startup_trials: int
    folds: int
    max_rounds: int
    early_stopping_rounds: int
    check_seeds: int
    seed: int
    jobs: int


@dataclass(frozen=True)
class Judged:
    """One fold's booster and its log loss on the judged year, round by round."""

    booster: xgboost.Booster
    losses: np.ndarray


def walk(
    booster: Mapping[str, Any], folds: Sequence[Fold], budget: Budget, seed: int
) -> Iterator[list[Judged]]:
    """Fit the folds a few at a time, oldest first, so that a bad trial can stop early."""
    with ThreadPoolExecutor(budget.jobs) as pool:
        for start in range(0, len(folds), AT_ONCE):
            some = folds[start : start + AT_ONCE]
            yield list(pool.map(lambda fold: judge(booster, fold, budget, seed), some))


def judge(booster: Mapping[str, Any], fold: Fold, budget: Budget, seed: int) -> Judged:
    """Fit one booster on a fold's past and follow its log loss on the judged year."""
    seen: dict[str, dict[str, list[float]]] = {}
    fitted = xgboost.train(
        told(booster, seed),
        fold.train,
        budget.max_rounds,
        evals=[(fold.held, "held")],
        early_stopping_rounds=budget.early_stopping_rounds,
        evals_result=seen,
        verbose_eval=False,
    )
    return Judged(fitted, np.array(seen["held"]["logloss"]))


def told(booster: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return what XGBoost is told beside the parameters that are searched."""
    return dict(booster) | {
        "objective": "binary:logistic",
        "eval_metric": "logloss",
        "tree_method": "hist",
        "nthread": 1,
        "seed": seed,
    }


def common(judged: Sequence[Judged], folds: Sequence[Fold]) -> tuple[float, int]:
    """Return the least mean log loss over all judged events, and with how many trees.

    One number of trees for all years: a year that chose its own would be judged where it is
    chosen.
    """
    shortest = min(len(one.losses) for one in judged)
    sizes = np.array([fold.held.num_row() for fold in folds[: len(judged)]], dtype=float)
    mean = sizes @ np.stack([one.losses[:shortest] for one in judged]) / sizes.sum()
    return float(mean.min()), int(mean.argmin()) + 1


def by_fold(judged: Sequence[Judged], folds: Sequence[Fold], rounds: int) -> list[dict[str, float]]:
    """Return log loss and ROC AUC of each judged year with ``rounds`` trees."""
    return [
        _judged_year(one.booster, fold.held, rounds)
        for one, fold in zip(judged, folds, strict=True)
    ]


def _judged_year(booster: xgboost.Booster, held: xgboost.DMatrix, rounds: int) -> dict[str, float]:
    rounds = min(rounds, booster.num_boosted_rounds())
    probability = booster.predict(held, iteration_range=(0, rounds))
    is_fatal = held.get_label()
    return {
        "log_loss": float(metrics.log_loss(is_fatal, probability)),
        "roc_auc": float(metrics.roc_auc(is_fatal, probability)),
    }
