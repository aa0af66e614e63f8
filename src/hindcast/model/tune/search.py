"""Search booster parameters of one horizon: Optuna's TPE over time-ordered folds, seeded.

The first trial is the recipe of today, so that a search can only gain on the folds. The winner of
many tries flatters itself: it is compared with today's parameters once more under fresh seeds,
and kept only if it gains there.
"""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import optuna
from tqdm import tqdm

from hindcast.model import material
from hindcast.model.tune import folds as time_ordered
from hindcast.model.tune import score
from hindcast.model.tune.folds import Fold
from hindcast.model.tune.score import Budget

log = logging.getLogger(__name__)

FRESH = 10_000
DIGITS = 4
# Deeper trees and smaller steps took far more time than they gained.
RANGES: dict[str, tuple[float, float]] = {
    "learning_rate": (0.05, 0.15),
    "min_child_weight": (1.0, 40.0),
    "reg_lambda": (0.1, 30.0),
    "reg_alpha": (0.001, 5.0),
    "gamma": (0.001, 2.0),
}
SHARES: dict[str, tuple[float, float]] = {"subsample": (0.5, 1.0), "colsample_bytree": (0.1, 0.6)}
WHOLE: dict[str, tuple[int, int]] = {"max_depth": (3, 6), "max_cat_to_onehot": (1, 64)}
DEFAULTS = {"reg_alpha": 0.001, "gamma": 0.001, "max_cat_to_onehot": 4}
"""Where today's recipe says nothing: XGBoost's own 4; 0, which a logarithm lacks, as good as so."""

OnTrial = Callable[[optuna.Study, optuna.trial.FrozenTrial], object]


def space(trial: optuna.Trial) -> dict[str, Any]:
    """Draw a set of booster parameters; sizes on a log scale, shares on a plain one."""
    drawn: dict[str, Any] = {
        name: trial.suggest_int(name, lo, hi, log=name == "max_cat_to_onehot")
        for name, (lo, hi) in WHOLE.items()
    }
    drawn |= {n: trial.suggest_float(n, lo, hi) for n, (lo, hi) in SHARES.items()}
    drawn |= {
        name: trial.suggest_float(name, lo, hi, log=True) for name, (lo, hi) in RANGES.items()
    }
    return {name: rounded(value) for name, value in drawn.items()}


def rounded(value: float) -> float:
    """Return a number to four digits that count: what is fitted is what is written down.

    Examples
    --------
    >>> rounded(0.0712345), rounded(5)
    (0.07123, 5)
    """
    return value if isinstance(value, int) else float(f"{value:.{DIGITS}g}")


def search(
    events: material.Material,
    horizon: str,
    today: Mapping[str, Any],
    budget: Budget,
    min_level_events: int,
    on_trial: OnTrial = lambda *_: None,
) -> dict[str, Any]:
    """Return the best parameters found for a horizon, their scores and where they come from.

    Parameters
    ----------
    events
        All events, divided; the test part is not read.
    horizon
        One of `hindcast.model.encode.HORIZONS`.
    today
        The booster parameters to beat.
    budget
        How long to search.
    min_level_events
        How many events a category's level needs.
    on_trial
        Called with the study and each finished or pruned trial; it may stop the study, and the
        same search with that many trials gives the same again.

    Returns
    -------
    dict
        ``booster``, which is the ``winner`` where it gains under fresh seeds and today's where it
        does not (``kept`` says which); ``score`` (mean log loss) of the winner and under ``today``
        of today's; ``gain`` by fold under fresh seeds with mean and spread; ``provenance``.
    """
    folds = time_ordered.make(events, horizon, budget.folds, min_level_events)
    study = _study(budget)
    study.enqueue_trial({**DEFAULTS, **today})
    with tqdm(total=budget.trials, desc=f"search {horizon}", file=sys.stderr) as bar:
        study.optimize(
            _objective(folds, budget),
            n_trials=budget.trials,
            callbacks=[on_trial, lambda *_: bar.update()],
        )
    winner = study.best_trial.user_attrs["booster"]
    won = gain(winner, today, folds, budget)
    is_better = won["log_loss"]["mean"] > 0
    return {
        "booster": winner if is_better else dict(today),
        "kept": "found" if is_better else "today's",
        "score": round(study.best_value, 6),
        "today": {"booster": dict(today), "score": round(study.trials[0].value, 6)},
        "winner": winner | {"rounds": study.best_trial.user_attrs["rounds"]},
        "gain": won,
        "provenance": _provenance(events, folds, budget, study),
    }


def _study(budget: Budget) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        sampler=optuna.samplers.TPESampler(
            seed=budget.seed, n_startup_trials=budget.startup_trials, multivariate=True
        ),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=budget.startup_trials),
    )


def _objective(folds: Sequence[Fold], budget: Budget) -> Callable[[optuna.Trial], float]:
    def objective(trial: optuna.Trial) -> float:
        booster = space(trial)
        judged: list[score.Judged] = []
        for step, some in enumerate(score.walk(booster, folds, budget, budget.seed)):
            judged += some
            value, rounds = score.common(judged, folds)
            trial.report(value, step)
            if len(judged) < len(folds) and trial.should_prune():
                raise optuna.TrialPruned
        trial.set_user_attr("booster", booster)
        trial.set_user_attr("rounds", rounds)
        return value

    return objective


def gain(
    new: Mapping[str, Any], old: Mapping[str, Any], folds: Sequence[Fold], budget: Budget
) -> dict[str, Any]:
    """Return what ``new`` parameters gain over ``old`` in each judged year, under fresh seeds.

    Positive is better for both: log loss saved, ROC AUC won. ``mean`` and ``sd`` are over the
    years; each year's number is the mean of ``budget.check_seeds`` seeds that the search never
    used.
    """
    seeds = range(budget.seed + FRESH, budget.seed + FRESH + budget.check_seeds)
    ours, theirs = (_scores(booster, folds, budget, seeds) for booster in (new, old))
    saved = {"log_loss": theirs["log_loss"] - ours["log_loss"]}
    saved["roc_auc"] = ours["roc_auc"] - theirs["roc_auc"]
    return {name: _spread(values) for name, values in saved.items()} | {
        "folds": [fold.described() for fold in folds]
    }


def _scores(
    booster: Mapping[str, Any], folds: Sequence[Fold], budget: Budget, seeds: Sequence[int]
) -> dict[str, np.ndarray]:
    runs = []
    for seed in seeds:
        judged = [one for some in score.walk(booster, folds, budget, seed) for one in some]
        runs.append(score.by_fold(judged, folds, score.common(judged, folds)[1]))
    return {
        name: np.array([[year[name] for year in run] for run in runs]).mean(axis=0)
        for name in ("log_loss", "roc_auc")
    }


def _spread(by_year: np.ndarray) -> dict[str, Any]:
    sd = float(by_year.std(ddof=1)) if len(by_year) > 1 else 0.0
    return {
        "by_fold": [round(float(value), 6) for value in by_year],
        "mean": round(float(by_year.mean()), 6),
        "sd": round(sd, 6),
    }


def _provenance(
    events: material.Material,
    folds: Sequence[Fold],
    budget: Budget,
    study: optuna.Study,
) -> dict[str, Any]:
    pruned = [trial for trial in study.trials if trial.state == optuna.trial.TrialState.PRUNED]
    return {
        "fingerprint": events.fingerprint,
        "features_version": events.features_version,
        "n_features": folds[0].train.num_col(),
        "trials": len(study.trials),
        "pruned": len(pruned),
        "best_trial": study.best_trial.number,
        "folds": budget.folds,
        "max_rounds": budget.max_rounds,
        "early_stopping_rounds": budget.early_stopping_rounds,
        "seed": budget.seed,
        "judged_until": folds[-1].until.isoformat(),
    }
