"""Margins and SHAP values of boosters for few rows, by the quickest exact way."""

import logging
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hindcast.model import boosters as stored
from hindcast.model import trees
from hindcast.model.forest import Forest
from hindcast.model.shapley import Shapley
from hindcast.model.ubjson import UbjsonError

if TYPE_CHECKING:
    import xgboost

log = logging.getLogger(__name__)


class Quick:
    """Boosters that read the same matrix, prepared.

    Boosters that NumPy does not do here (very deep trees, another objective) are left to XGBoost:
    slower, and no less exact.

    Parameters
    ----------
    boosters
        At least one, also late ones; SHAP values and gains are those of the first.

    Raises
    ------
    hindcast.model.boosters.BoosterError
        One is late, and no booster.
    """

    def __init__(self, boosters: Sequence["xgboost.Booster"]) -> None:
        self._boosters: list[xgboost.Booster] = []
        try:
            self._trees = trees.read(boosters)
            self._forest: Forest | None = Forest(self._trees)
        except (trees.TreesError, UbjsonError) as error:
            self._boosters = [stored.whole(booster) for booster in boosters]
            self._forest = None
            log.warning("XGBoost computes forecasts, more slowly: %s", error)

    def margins(self, matrix: np.ndarray) -> np.ndarray:
        """Return the log odds of each output, float32, shape (rows, outputs).

        Parameters
        ----------
        matrix
            Encoded rows, float32, shape (rows, features), at least one.
        """
        if self._forest is not None:
            return self._forest.margins(matrix)
        found = (
            booster.inplace_predict(matrix, predict_type="margin", validate_features=False)
            for booster in self._boosters
        )
        return np.concatenate([one.reshape(len(matrix), -1) for one in found], axis=1)

    def contributions(self, matrix: np.ndarray) -> np.ndarray:
        """Return exact SHAP values in log odds, the base value last, (rows, features + 1)."""
        if self._forest is not None:
            return self._shapley.values(matrix)
        import xgboost

        told = xgboost.DMatrix(matrix, nthread=1)
        found = self._boosters[0].predict(told, pred_contribs=True, validate_features=False)
        return found.astype(float)

    def gains(self) -> np.ndarray:
        """Return what the splits by each feature gained in training, shape (features,)."""
        if self._forest is not None:
            return trees.gains(self._trees)
        (booster,) = self._boosters[:1]
        found = booster.get_score(importance_type="total_gain")
        names = booster.feature_names or [f"f{at}" for at in range(booster.num_features())]
        return np.array([found.get(name, 0.0) for name in names])

    @cached_property
    def _shapley(self) -> Shapley:
        """Return what explains; prepared when first asked for, as many servers never are."""
        return Shapley(self._trees)
