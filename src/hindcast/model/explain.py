"""What a model leans on: exact TreeSHAP values, which add up to its margin.

A SHAP value is a feature's share in how far one forecast lies from the mean forecast, in log odds.
It explains the model, not the world; features that say nearly the same share the credit between
them, and which of them gets it is an accident of training.

XGBoost computes the values itself, for native categories and missing values as they are.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from tqdm import tqdm

from hindcast import atomic, paths
from hindcast.errors import HindcastError
from hindcast.model import bundle, encode, fit
from hindcast.model.bundle import Bundle

TOLERANCE = 1e-3
BASE = "base_value"


class AdditivityError(HindcastError, RuntimeError):
    """SHAP values and base value do not add up to the model's margin."""


@dataclass(frozen=True)
class Explained:
    """SHAP values of some accidents for one horizon's model.

    Parameters
    ----------
    keys
        ``ev_id, is_fatal, probability``, one row an accident.
    features
        The model's features as they are, shape (rows, features).
    values
        SHAP values in log odds before calibration, float64, shape (rows, features).
    base_value
        The mean margin over the training rows, as the trees hold it.
    margin
        The model's margin, shape (rows,).
    schema
        The bundle's feature schema, in the order of ``values``' columns.
    """

    keys: pl.DataFrame
    features: pl.DataFrame
    values: np.ndarray
    base_value: float
    margin: np.ndarray
    schema: list[dict[str, Any]]

    @property
    def names(self) -> list[str]:
        """Return the features' names in the order of the columns."""
        return [feature["name"] for feature in self.schema]

    def frame(self) -> pl.DataFrame:
        """Return ``ev_id``, one column a feature, and ``base_value``: what is saved as Parquet."""
        values = pl.DataFrame(self.values.astype(np.float32), schema=self.names)
        base = pl.lit(self.base_value, dtype=pl.Float32).alias(BASE)
        return pl.concat([self.keys.select("ev_id"), values], how="horizontal").with_columns(base)


def explain(model: Bundle, rows: pl.DataFrame) -> Explained:
    """Return the SHAP values of ``rows``, checked to add up.

    Parameters
    ----------
    model
        A horizon's bundle.
    rows
        ``ev_id``, ``is_fatal`` and the model's features, one row an accident.

    Raises
    ------
    AdditivityError
        See `check_additivity`.
    """
    features = rows.select(model.names)
    matrix = fit.dmatrix(model.matrix(features), model.schema)
    contributions = model.booster.predict(matrix, pred_contribs=True).astype(float)
    margin = model.margin(features)
    check_additivity(contributions, margin)
    keys = rows.select("ev_id", "is_fatal").with_columns(
        pl.Series("probability", model.predict(features))
    )
    base = float(contributions[0, -1])
    return Explained(keys, features, contributions[:, :-1], base, margin, model.schema)


def explain_all(models: Mapping[str, Bundle], rows: pl.DataFrame) -> dict[str, Explained]:
    """Return `explain` of each horizon's model on the same rows, with a progress bar on stderr."""
    bar = tqdm(models.items(), desc="SHAP", file=sys.stderr)
    return {horizon: explain(model, rows) for horizon, model in bar}


def check_additivity(contributions: np.ndarray, margin: np.ndarray) -> None:
    """Refuse SHAP values that do not add up to the margin within 0.001 log odds.

    Float32 sums over a thousand trees leave about 0.00001; more than the tolerance means that
    values and model do not belong together.

    Raises
    ------
    AdditivityError
        Names the largest gap.

    Examples
    --------
    >>> check_additivity(np.array([[0.25, -1.0]]), np.array([-0.75]))
    """
    gap = np.abs(contributions.sum(axis=1) - margin)
    if (wrong := int((gap > TOLERANCE).sum())) or np.isnan(gap).any():
        raise AdditivityError(
            f"SHAP values miss the margin by up to {gap.max():.3g} log odds in {wrong} of "
            f"{len(gap)} rows; expected at most {TOLERANCE}: train and explain with the same "
            "xgboost"
        )


def additivity(explained: Mapping[str, Explained]) -> pl.DataFrame:
    """Return, for each horizon, the largest gap between SHAP values and margin, in log odds."""
    return pl.DataFrame(
        [
            {
                "horizon": horizon,
                "accidents": len(one.values),
                "features": len(one.names),
                "base_value": one.base_value,
                "largest_gap": float(np.abs(one.values.sum(1) + one.base_value - one.margin).max()),
            }
            for horizon, one in explained.items()
        ]
    )


def importance(explained: Explained) -> pl.DataFrame:
    """Return each feature's mean absolute SHAP value, largest first, and where it is missing.

    A feature can be missing far more often in the test than in training, because its source ended
    or changed; what it carries there is the weight of being missing.

    Returns
    -------
    polars.DataFrame
        ``feature, group, importance`` (log odds), ``missing_in_training, missing_here`` (shares).
    """
    return pl.DataFrame(
        {
            "feature": explained.names,
            "group": [feature["group"] for feature in explained.schema],
            "importance": np.abs(explained.values).mean(axis=0),
            "missing_in_training": [one.get("missing_share") for one in explained.schema],
            "missing_here": [column.is_null().mean() for column in explained.features],
        }
    ).sort("importance", "feature", descending=[True, False])


def group_importance(explained: Mapping[str, Explained]) -> pl.DataFrame:
    """Return ``horizon, group, importance``: the mean absolute sum of SHAP values in a group.

    The features of a group are added up first: what one says against the other cancels, as it does
    in the forecast.
    """
    parts = [
        {"horizon": horizon, "group": group, "importance": float(np.abs(joint).mean())}
        for horizon, one in explained.items()
        for group, joint in _joint(one)
    ]
    return pl.DataFrame(parts)


def _joint(one: Explained) -> Iterable[tuple[str, np.ndarray]]:
    groups = np.array([feature["group"] for feature in one.schema])
    for group in dict.fromkeys(groups.tolist()):
        yield group, one.values[:, groups == group].sum(axis=1)


def strongest(explained: Explained, count: int) -> list[str]:
    """Return the names of the ``count`` features with the largest mean absolute SHAP value."""
    return importance(explained)["feature"].head(count).to_list()


def bundles() -> dict[str, Bundle]:
    """Return the trained model of each horizon."""
    return {horizon: bundle.load(paths.models("fatal", horizon)) for horizon in encode.HORIZONS}


def later_accidents() -> pl.DataFrame:
    """Return outcome and features of the test part, in order of ``ev_id``."""
    parts = pl.read_parquet(paths.processed("split.parquet"))
    features = pl.read_parquet(paths.processed("features.parquet"))
    joined = features.join(parts, on="ev_id", how="inner", validate="1:1")
    return joined.filter(pl.col("part") == "test").sort("ev_id")


def write(explained: Mapping[str, Explained]) -> None:
    """Write each horizon's SHAP values to data/processed/shap/<horizon>.parquet."""
    for horizon, one in explained.items():
        with atomic.replacing(paths.processed("shap", f"{horizon}.parquet")) as beside:
            one.frame().write_parquet(beside, compression="zstd")


def codes(explained: Explained) -> np.ndarray:
    """Return the features as numbers for colour: categories have no order and become NaN."""
    matrix = encode.matrix(explained.features, explained.schema).astype(float)
    is_category = [feature["kind"] == "category" for feature in explained.schema]
    matrix[:, is_category] = np.nan
    return matrix
