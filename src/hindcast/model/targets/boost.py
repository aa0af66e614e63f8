"""Fit the boosters of the further targets on a matrix that is encoded once.

As for P(fatal): stopped early on validation, averaged over seeds, then refitted on train and
validation together with the rounds that early stopping found. What is said of validation (and what
is calibrated there) comes from the boosters of the training part alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost

from hindcast.model import fit
from hindcast.model.targets.bundle import margin

Masks = Mapping[str, np.ndarray]
Schema = list[dict[str, Any]]


@dataclass(frozen=True)
class Recipe:
    """How boosters are made; every number comes from params.yaml.

    Parameters
    ----------
    seed
        First seed; the boosters take consecutive ones.
    n_boosters
        How many boosters are averaged; one, where a booster has several outputs.
    max_rounds, early_stopping_rounds
        Most trees a booster may have, and after how many without gain on validation it stops.
    booster
        XGBoost's own parameters.
    """

    seed: int
    n_boosters: int
    max_rounds: int
    early_stopping_rounds: int
    booster: Mapping[str, Any]

    def told(self, member: int, **objective: Any) -> dict[str, Any]:
        """Return what XGBoost is told for the booster number ``member``."""
        fixed = {"tree_method": "hist", "nthread": 1, "seed": self.seed + member}
        binary = {"objective": "binary:logistic", "eval_metric": "logloss"}
        return dict(self.booster) | fixed | binary | objective


@dataclass(frozen=True)
class Fitted:
    """A booster of the training part alone, the refitted one that is served, and their rounds."""

    learned: xgboost.Booster
    served: xgboost.Booster
    rounds: list[int]

    def margins(self, matrix: np.ndarray, masks: Masks) -> dict[str, np.ndarray]:
        """Return the log odds of validation (by ``learned``) and test (by ``served``)."""
        return {
            "validation": margin(self.learned, matrix[masks["validation"]]),
            "test": margin(self.served, matrix[masks["test"]]),
        }


def fitted(
    matrix: np.ndarray,
    label: np.ndarray,
    masks: Masks,
    schema: Schema,
    recipe: Recipe,
    **objective: Any,
) -> Fitted:
    """Fit, stop early, refit.

    Parameters
    ----------
    matrix
        Encoded features, (rows, features).
    label
        (rows,), or (rows, outputs) for a booster with several outputs.
    masks
        Which rows are ``train``, which ``validation``.
    schema
        Of the matrix.
    recipe
        How.
    objective
        XGBoost's objective and metric, where they are not those of a yes or no.
    """
    train, validation = (
        fit.dmatrix(matrix[masks[part]], schema, label[masks[part]])
        for part in ("train", "validation")
    )
    both = masks["train"] | masks["validation"]
    together = fit.dmatrix(matrix[both], schema, label[both])
    learned, served = [], []
    for member in range(recipe.n_boosters):
        told = recipe.told(member, **objective)
        learned.append(_stopped(told, train, validation, recipe))
        served.append(xgboost.train(told, together, learned[-1].num_boosted_rounds()))
    rounds = [booster.num_boosted_rounds() for booster in learned]
    return Fitted(_joined(learned), _joined(served), rounds)


def _stopped(
    told: dict[str, Any], train: xgboost.DMatrix, validation: xgboost.DMatrix, recipe: Recipe
) -> xgboost.Booster:
    booster = xgboost.train(
        told,
        train,
        recipe.max_rounds,
        evals=[(validation, "validation")],
        early_stopping_rounds=recipe.early_stopping_rounds,
        verbose_eval=False,
    )
    return booster[: booster.best_iteration + 1]


def _joined(boosters: list[xgboost.Booster]) -> xgboost.Booster:
    return boosters[0] if len(boosters) == 1 else fit.average(boosters)
