"""What MLflow calls to score: pandas in, P(fatal | an accident happened) out.

Between Spark and the booster a value changes its type three times, and a missing one most of all:
Spark's null is None or NaN in pandas, a column of flags with a gap is one of objects, whole
numbers with a gap are floating ones, and a column of nothing but gaps has no type left.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

from hindcast.model import bundle as bundles
from hindcast.model.encode import FeatureError

DECLARED = {"number": DataType.double, "flag": DataType.boolean, "category": DataType.string}
"""MLflow's type by kind of feature. Whole numbers too are double: MLflow refuses an integer column
that misses a value, since pandas has made it one of floating numbers."""


def inputs(features: Sequence[dict[str, Any]]) -> Schema:
    """Return the features as MLflow declares inputs: each must be there, its values may be missing.

    Parameters
    ----------
    features
        A bundle's schema: ``name`` and ``kind`` (number, flag or category).
    """
    return Schema([ColSpec(DECLARED[one["kind"]], one["name"]) for one in features])


def signature(features: Sequence[dict[str, Any]]) -> ModelSignature:
    """Return what is logged with a model: the features in, a probability out."""
    return ModelSignature(inputs(features), Schema([ColSpec(DataType.double, "probability")]))


def as_polars(frame: pd.DataFrame) -> pl.DataFrame:
    """Return a pandas frame in Polars, with null wherever a value is missing, whatever it was.

    Raises
    ------
    hindcast.model.encode.FeatureError
        A column mixes types; the message names it and what is in it.

    Examples
    --------
    >>> given = pd.DataFrame({"has_fire": [True, None], "engines": [2, float("nan")]})
    >>> as_polars(given).rows()
    [(True, 2.0), (None, None)]
    """
    return pl.DataFrame([_column(str(name), values) for name, values in frame.items()])


def _column(name: str, values: pd.Series) -> pl.Series:
    if values.isna().all():  # else Polars takes a column of objects without a value for text
        return pl.Series(name, [None] * len(values), pl.Null)
    try:
        return pl.from_pandas(values).alias(name)
    except (TypeError, pa.ArrowException) as error:
        found = sorted({type(value).__name__ for value in values.dropna()})
        raise FeatureError(
            f"{name} mixes {', '.join(found)}: give a feature's values one type, and nulls where "
            "they are missing"
        ) from error


class Forecaster:
    """What MLflow's pyfunc calls: a pandas frame of features in, P(fatal) for each row out."""

    def __init__(self, bundle: bundles.Bundle) -> None:
        self.bundle = bundle

    def predict(self, features: pd.DataFrame) -> pd.Series:
        """Return P(fatal | an accident happened) by the frame's own index."""
        probability = self.bundle.predict(as_polars(features))
        return pd.Series(probability, index=features.index, name="probability")


def _load_pyfunc(path: str) -> Forecaster:
    """Open a logged bundle; MLflow looks this name up in the module that a model names."""
    return Forecaster(bundles.load(Path(path)))
