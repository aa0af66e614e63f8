"""Fit the boosters of the further targets on a matrix that is encoded once.

As for P(fatal): some events are learned from with values taken away, so that a request that knows
less is served too; stopped early on validation, averaged over seeds, then refitted on train and
validation together with the rounds that early stopping found. What is said of validation (and what
is calibrated there) comes from the boosters of the training part alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost

from hindcast.model import blanks, fit
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
    blanked_rows, blanked_share
        Share of the events that are learned from with inputs taken away, and the mean share of
        inputs that these have lost, see `hindcast.model.blanks`.
    """

    seed: int
    n_boosters: int
    max_rounds: int
    early_stopping_rounds: int
    booster: Mapping[str, Any]
    blanked_rows: float = 0.0
    blanked_share: float = 0.0

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
    *,
    refitted: bool = True,
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
    refitted
        Whether to refit on train and validation; what is only compared on validation need not be.
    objective
        XGBoost's objective and metric, where they are not those of a yes or no.
    """
    of_train, of_validation = masks["train"], masks["validation"]
    train = _robust(matrix[of_train], label[of_train], schema, recipe)
    validation = fit.dmatrix(matrix[of_validation], schema, label[of_validation])
    told = [recipe.told(member, **objective) for member in range(recipe.n_boosters)]
    learned = [_stopped(one, train, validation, recipe) for one in told]
    rounds = [booster.num_boosted_rounds() for booster in learned]
    if not refitted:
        return Fitted(_joined(learned), _joined(learned), rounds)
    both = of_train | of_validation
    together = _robust(matrix[both], label[both], schema, recipe)
    served = [xgboost.train(one, together, n) for one, n in zip(told, rounds, strict=True)]
    return Fitted(_joined(learned), _joined(served), rounds)


def _robust(
    matrix: np.ndarray, label: np.ndarray, schema: Schema, recipe: Recipe
) -> xgboost.DMatrix:
    """Return what XGBoost learns from, some of the rows with values taken away."""
    if recipe.blanked_rows:
        generator = np.random.default_rng(recipe.seed)
        thinned = (recipe.blanked_rows, recipe.blanked_share, generator)
        matrix = blanks.thinned(matrix, schema, *thinned)
    return fit.dmatrix(matrix, schema, label)


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
