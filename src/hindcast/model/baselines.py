"""Simple models on the same rows and features, so that a gain has something to stand beside."""

from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer

NAMES = ("majority", "logistic", "random_forest")
FOREST_TREES = 100


def build(name: str, schema: list[dict[str, Any]], seed: int, n_jobs: int) -> Pipeline:
    """Return an unfitted baseline over the columns of the encoded matrix.

    Parameters
    ----------
    name
        ``majority`` gives every accident the training share of deaths; ``logistic`` sees levels
        as flags, numbers as normal scores with missing ones at the median and flagged;
        ``random_forest`` reads the encoded matrix as it is.
    schema
        What `hindcast.model.encode.learn` returned.
    seed, n_jobs
        Of the forest and of the quantiles.
    """
    if name == "majority":
        return make_pipeline(DummyClassifier(strategy="prior"))
    if name == "logistic":
        return make_pipeline(
            _columns(schema, seed), LogisticRegression(C=0.1, tol=1e-3, max_iter=1000)
        )
    return make_pipeline(
        RandomForestClassifier(FOREST_TREES, min_samples_leaf=5, n_jobs=n_jobs, random_state=seed)
    )


def _columns(schema: list[dict[str, Any]], seed: int) -> ColumnTransformer:
    is_category = [feature["kind"] == "category" for feature in schema]
    numbers = [place for place, category in enumerate(is_category) if not category]
    categories = [place for place, category in enumerate(is_category) if category]
    filled = SimpleImputer(strategy="median", keep_empty_features=True)
    scores = QuantileTransformer(n_quantiles=100, output_distribution="normal", random_state=seed)
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(filled, scores), numbers),
            ("missing", MissingIndicator(error_on_new=False), numbers),
            ("categories", OneHotEncoder(handle_unknown="ignore", dtype=np.float32), categories),
        ]
    )


def predict(model: Pipeline, matrix: np.ndarray) -> np.ndarray:
    """Return P(fatal) from a fitted baseline, shape (rows,).

    On one thread: a forest on several adds up its trees as they finish, and the last bits differ
    from run to run.
    """
    last = model.steps[-1][1]
    if isinstance(last, RandomForestClassifier):
        last.set_params(n_jobs=1)
    return model.predict_proba(matrix)[:, 1]
