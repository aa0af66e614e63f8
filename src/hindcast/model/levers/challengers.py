"""Other learners on the same rows and features; stopped early on validation, as the study's own.

Each is imported when it is asked for: LightGBM needs the system's OpenMP library (libgomp), which
a small machine may lack. Its row of the table then says so, and the others are there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from hindcast.model import encode
from hindcast.model.levers.groups import LeverError
from hindcast.model.levers.lever import JUDGED, Bench, Margins


@dataclass(frozen=True)
class Budget:
    """Most trees of a challenger, after how many without gain it stops, and its step."""

    rounds: int
    early_stopping_rounds: int
    learning_rate: float


@dataclass(frozen=True)
class Encoded:
    """The bench as matrices: rows by features, float32, and which columns are categories."""

    matrices: dict[str, np.ndarray]
    outcomes: dict[str, np.ndarray]
    weights: dict[str, np.ndarray]
    categories: list[int]

    @classmethod
    def of(cls, bench: Bench) -> "Encoded":
        """Encode all parts by what the training part taught."""
        schema = encode.learn(
            bench.parts["train"].features, bench.features, bench.recipe.min_level_events
        )
        return cls(
            {part: encode.matrix(rows.features, schema) for part, rows in bench.parts.items()},
            {part: rows.is_fatal for part, rows in bench.parts.items()},
            {part: rows.weights() for part, rows in bench.parts.items()},
            [at for at, feature in enumerate(schema) if feature["kind"] == "category"],
        )


def lightgbm(budget: Budget) -> Callable[[Bench], Margins]:
    """Return a learner that fits LightGBM, one thread, deterministic.

    The learner raises `LeverError` where LightGBM's library does not load.
    """

    def learn(bench: Bench) -> Margins:
        library = imported("lightgbm")
        encoded = Encoded.of(bench)
        train = _lightgbm_rows(library, encoded, "train")
        booster = library.train(
            _lightgbm_told(bench.recipe.seed, budget.learning_rate),
            train,
            budget.rounds,
            valid_sets=[train.create_valid(**_rows(encoded, "validation"))],
            callbacks=[library.early_stopping(budget.early_stopping_rounds, verbose=False)],
        )
        return {part: booster.predict(encoded.matrices[part], raw_score=True) for part in JUDGED}

    return learn


def imported(name: str) -> Any:
    """Import a learner's library, or say why it is not there.

    Raises
    ------
    LeverError
        It is not installed, or a library of the system that it needs is missing.
    """
    try:
        return import_module(name)
    except (ImportError, OSError) as error:
        raise LeverError(f"{name} does not load here: {error}") from error


def _rows(encoded: Encoded, part: str) -> dict[str, np.ndarray]:
    return {
        "data": encoded.matrices[part],
        "label": encoded.outcomes[part],
        "weight": encoded.weights[part],
    }


def _lightgbm_rows(library: Any, encoded: Encoded, part: str) -> Any:
    told = {"verbose": -1, "num_threads": 1}
    return library.Dataset(
        **_rows(encoded, part), categorical_feature=encoded.categories, params=told
    )


def _lightgbm_told(seed: int, learning_rate: float) -> dict[str, Any]:
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": learning_rate,
        "num_leaves": 24,
        "min_data_in_leaf": 25,
        "feature_fraction": 0.25,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
        "min_data_per_group": 25,
        "cat_smooth": 20.0,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }


def catboost(budget: Budget) -> Callable[[Bench], Margins]:
    """Return a learner that fits CatBoost, one thread; it raises `LeverError` as `lightgbm`."""

    def learn(bench: Bench) -> Margins:
        library = imported("catboost")
        encoded = Encoded.of(bench)
        pools = {part: _pool(library, encoded, part) for part in bench.parts}
        model = library.CatBoost(_catboost_told(bench.recipe.seed, budget))
        model.fit(pools["train"], eval_set=pools["validation"], verbose=False)
        return {
            part: model.predict(pools[part], prediction_type="RawFormulaVal") for part in JUDGED
        }

    return learn


def _pool(library: Any, encoded: Encoded, part: str) -> Any:
    """Return CatBoost's rows: categories as whole numbers, a missing one as its own."""
    frame = pd.DataFrame(encoded.matrices[part])
    codes = frame[encoded.categories].fillna(-1).astype("int32")
    frame = frame.drop(columns=encoded.categories).join(codes, validate="1:1")[frame.columns]
    return library.Pool(
        frame, encoded.outcomes[part], encoded.categories, weight=encoded.weights[part]
    )


def _catboost_told(seed: int, budget: Budget) -> dict[str, Any]:
    return {
        "loss_function": "Logloss",
        "iterations": budget.rounds,
        "learning_rate": budget.learning_rate,
        "depth": 6,
        "rsm": 0.25,
        "one_hot_max_size": 64,
        "max_ctr_complexity": 1,
        "early_stopping_rounds": budget.early_stopping_rounds,
        "random_seed": seed,
        "thread_count": 1,
        "allow_writing_files": False,
    }
