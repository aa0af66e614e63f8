"""Forecasts of the models that stand beside the study's own, on the same events.

Baselines; a random split; and what missing values say. Records of fatal accidents miss more
fields, and which fields are missing changes by release: a model of the missing flags alone shows
how much of a score could be that, and one that cannot see what is missing how much is left.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from hindcast.model import baselines, encode, fit, learned
from hindcast.model.material import KEYS, Material

BOOSTED = ("missing_only", "xgboost_masked", "xgboost_random_split")
Schema = list[dict[str, Any]]
Parts = dict[str, fit.Labelled]
ByPart = dict[str, np.ndarray]


def forecasts(
    material: Material,
    horizon: str,
    schema: Schema,
    recipe: fit.Recipe,
    on_fit: Callable[[], object] = lambda: None,
) -> pl.DataFrame:
    """Fit every compared model of a horizon and return its predictions.

    Parameters
    ----------
    material, horizon
        Events, and what a forecaster knows.
    schema
        What the training part taught of the horizon's features; the baselines read the same
        matrix as the model.
    recipe
        How the model is made; the boosted ones here are made the same way, but those that are
        about missing values see no accidents that have lost inputs.
    on_fit
        Called after each booster.

    Returns
    -------
    polars.DataFrame
        As `predictions`. ``xgboost_random_split`` has the part
        ``random_test`` alone, the others validation and test.
    """
    features, parts = material.parts(horizon)
    by_model = _baselines(schema, parts, recipe) | {
        "missing_only": _boosted(as_flags(features), flagged(parts), recipe.plain(), on_fit),
        "xgboost_masked": _boosted(
            features, without_gaps(parts, recipe.seed), recipe.plain(), on_fit
        ),
    }
    frames = [predictions(material, model, by_part) for model, by_part in by_model.items()]
    return pl.concat([*frames, _random_split(material, horizon, recipe, on_fit)])


def predictions(
    material: Material, model: str, by_part: ByPart, margins: ByPart | None = None
) -> pl.DataFrame:
    """Return `KEYS`, ``model``, ``probability`` and ``margin`` of the parts, in the frame's order.

    ``margin`` is the log odds before calibration; null for models that have none.
    """
    frames = [
        material.frame.filter(pl.col("part") == part)
        .select(KEYS)
        .with_columns(
            pl.lit(model).alias("model"),
            pl.Series("probability", values, pl.Float64),
            pl.Series("margin", margins[part] if margins else [None] * len(values), pl.Float64),
        )
        for part, values in by_part.items()
    ]
    return pl.concat(frames)


def _boosted(
    features: Schema, parts: Parts, recipe: fit.Recipe, on_fit: Callable[[], object]
) -> ByPart:
    return learned.learn(parts, features, recipe, on_fit).forecasts(parts)


def _baselines(schema: Schema, parts: Parts, recipe: fit.Recipe) -> dict[str, ByPart]:
    """Return what the baselines forecast; like the model they learn from both parts for the test.

    Parts that teach: validation is forecast from the training part, the test from both.
    """
    both = parts["train"].with_rows(parts["validation"])
    taught = {"validation": parts["train"], "test": both}
    wanted = list(product(baselines.NAMES, taught))

    def forecast(one: tuple[str, str]) -> np.ndarray:
        name, part = one
        return _baseline(name, schema, taught[part], parts[part], recipe)

    # Several fits at once, each on one thread: a fit on all of them waits longer than it works.
    with threadpool_limits(1), ThreadPoolExecutor(recipe.jobs) as pool:
        told = dict(zip(wanted, pool.map(forecast, wanted), strict=True))
    return {name: {part: told[name, part] for part in taught} for name in baselines.NAMES}


def _baseline(
    name: str, schema: Schema, taught: fit.Labelled, asked: fit.Labelled, recipe: fit.Recipe
) -> np.ndarray:
    model = baselines.build(name, schema, recipe.seed, n_jobs=1)
    model.fit(encode.matrix(taught.features, schema), taught.is_fatal)
    return baselines.predict(model, encode.matrix(asked.features, schema))


def _random_split(
    material: Material, horizon: str, recipe: fit.Recipe, on_fit: Callable[[], object]
) -> pl.DataFrame:
    drawn = material.redrawn(recipe.seed)
    by_part = _boosted(*drawn.parts(horizon), recipe, on_fit)
    rows = predictions(drawn, "xgboost_random_split", {"test": by_part["test"]})
    return rows.with_columns(pl.lit("random_test").alias("part"))


def flagged(parts: Parts) -> Parts:
    """Return, under the same names, whether each value is missing."""
    return {
        part: replace(rows, features=rows.features.select(pl.all().is_null()))
        for part, rows in parts.items()
    }


def as_flags(features: Schema) -> Schema:
    """Return the schema of what `flagged` returns."""
    return [feature | {"kind": "flag", "dtype": "Boolean"} for feature in features]


def without_gaps(parts: Parts, seed: int) -> Parts:
    """Put a value drawn from the training part in the place of each missing one, see `filled`."""
    train = parts["train"].features
    return {
        part: replace(rows, features=filled(rows.features, train, seed + place))
        for place, (part, rows) in enumerate(parts.items())
    }


def filled(features: pl.DataFrame, train: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Fill every gap with a draw from the values that training events have in that column.

    A median or a mode in every gap could be told from a measured value by a tree that cuts just
    below and just above it; a draw cannot. A column that no training event fills becomes empty.

    Examples
    --------
    >>> frame = pl.DataFrame({"vis_sm": [None, 3.0]})
    >>> filled(frame, train=pl.DataFrame({"vis_sm": [10.0, None]}), seed=1)["vis_sm"].to_list()
    [10.0, 3.0]
    """
    generator = np.random.default_rng(seed)
    return pl.DataFrame(
        [_filled(features[name], train[name], generator) for name in features.columns]
    )


def _filled(values: pl.Series, train: pl.Series, generator: np.random.Generator) -> pl.Series:
    donors = train.drop_nulls()
    if donors.is_empty():
        return values.clear(len(values))
    drawn = donors.gather(generator.integers(len(donors), size=len(values)))
    return values.zip_with(values.is_not_null(), drawn)
