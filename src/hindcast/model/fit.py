"""Fit XGBoost: stopped early on the validation part, averaged over seeds, one booster in the end.

Each booster sees a part of the accidents without some of their inputs (`hindcast.model.blanks`).
Once it is known how many trees are enough, boosters are fitted again on training and validation
part together (`refit`): what is served has learned from the latest years too. What is calibrated
and chosen on validation comes from the boosters that have not seen it.

One booster's trees depend on the rows and columns its seed drew; the average of a few margins
ranks unseen years better than one does. The boosters are joined into one whose leaves are divided
by their number: the same margins, an ordinary model to load and to explain.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import xgboost

from hindcast.errors import HindcastError
from hindcast.model import blanks, encode, thresholds


class OutcomeError(HindcastError, ValueError):
    """A part cannot be learned from; the message says what it holds and what to set."""


@dataclass(frozen=True)
class Recipe:
    """How a model is made; every number comes from params.yaml (base and train).

    Parameters
    ----------
    seed
        First seed; the boosters take consecutive ones.
    min_level_events
        How many training events a category's level needs to stand for itself.
    n_boosters
        How many boosters are averaged.
    max_rounds, early_stopping_rounds
        Most trees a booster may have, and after how many without gain on validation it stops.
    jobs
        How many boosters are fitted at once, each on one thread: results do not depend on it, and
        a busy machine slows it down less than threads that wait for each other.
    calibration
        One of `hindcast.model.calibrate.METHODS`.
    booster
        XGBoost's own parameters.
    blanked_rows, blanked_share
        Share of the accidents that lose inputs, and what share of these on average.
    compared_boosters
        How many boosters the models beside the study's own average.
    miss_cost
        What a missed fatal accident costs, in false alarms: one of the thresholds rests on it.
    """

    seed: int
    min_level_events: int
    n_boosters: int
    max_rounds: int
    early_stopping_rounds: int
    jobs: int
    calibration: str
    booster: dict[str, Any]
    blanked_rows: float = 0.0
    blanked_share: float = 0.0
    compared_boosters: int = 1
    miss_cost: float = thresholds.MISS_COST

    def as_json(self) -> dict[str, Any]:
        """Return the recipe for a manifest."""
        return asdict(self)

    def xgboost(self, member: int) -> dict[str, Any]:
        """Return what XGBoost is told for the booster number ``member``."""
        return self.booster | {
            "objective": "binary:logistic",
            "eval_metric": "logloss",
            "tree_method": "hist",
            "nthread": 1,
            "seed": self.seed + member,
        }

    def plain(self) -> "Recipe":
        """Return the recipe without accidents that have lost inputs."""
        return replace(self, blanked_rows=0.0, blanked_share=0.0)

    def compared(self) -> "Recipe":
        """Return the recipe of the models beside the study's own."""
        return replace(self, n_boosters=self.compared_boosters)

    def with_booster(self, found: dict[str, Any]) -> "Recipe":
        """Return the recipe with other XGBoost parameters in the place of those it has."""
        return replace(self, booster=self.booster | found)


@dataclass(frozen=True)
class Fitted:
    """A booster and how it came about.

    ``curves`` has ``booster, round, part, log_loss``; ``rounds`` the trees kept of each booster.
    """

    booster: xgboost.Booster
    schema: list[dict[str, Any]]
    curves: pl.DataFrame
    rounds: list[int]


@dataclass(frozen=True)
class Labelled:
    """Features and outcome of one part: ``features`` (rows by names), ``is_fatal`` (rows,).

    ``weight`` (rows,) says how much each accident counts in learning; all the same when not given.
    """

    features: pl.DataFrame
    is_fatal: np.ndarray
    weight: np.ndarray | None = None

    @classmethod
    def of(cls, frame: pl.DataFrame, part: str, names: list[str]) -> "Labelled":
        """Take the rows of ``part``, the columns ``names``, and ``weight`` where there is one."""
        rows = frame.filter(pl.col("part") == part)
        weight = rows["weight"].to_numpy() if "weight" in rows.columns else None
        return cls(rows.select(names), rows["is_fatal"].to_numpy().astype(np.float32), weight)

    def with_rows(self, other: "Labelled") -> "Labelled":
        """Return these rows and below them those of ``other``."""
        weights = [rows.weights() for rows in (self, other)]
        return Labelled(
            pl.concat([self.features, other.features]),
            np.concatenate([self.is_fatal, other.is_fatal]),
            np.concatenate(weights),
        )

    def weights(self) -> np.ndarray:
        """Return each row's weight, shape (rows,); 1 where none was given."""
        return np.ones(len(self.is_fatal)) if self.weight is None else self.weight

    def dmatrix(
        self, schema: list[dict[str, Any]], recipe: Recipe | None = None, member: int = 0
    ) -> xgboost.DMatrix:
        """Return what XGBoost reads, by a learned schema; with a recipe, as it thins rows."""
        matrix = encode.matrix(self.features, schema)
        if recipe and recipe.blanked_rows:
            generator = np.random.default_rng([recipe.seed, member])
            thinned = (recipe.blanked_rows, recipe.blanked_share, generator)
            matrix = blanks.thinned(matrix, schema, *thinned)
        return dmatrix(matrix, schema, self.is_fatal, self.weight)


def dmatrix(
    matrix: np.ndarray, schema: list[dict[str, Any]], label=None, weight=None
) -> xgboost.DMatrix:
    """Return XGBoost's matrix with the names and types of ``schema``."""
    return xgboost.DMatrix(
        matrix,
        label,
        weight=weight,
        feature_names=[feature["name"] for feature in schema],
        feature_types=encode.types(schema),
        enable_categorical=True,
        nthread=1,
    )


def fit(
    train: Labelled,
    validation: Labelled,
    features: list[dict[str, Any]],
    recipe: Recipe,
    on_booster: Callable[[], object] = lambda: None,
) -> Fitted:
    """Learn levels on ``train``, fit the recipe's boosters, stop each on ``validation``.

    Parameters
    ----------
    train, validation
        Two parts of a split; nothing else is looked at.
    features
        Entries of feature_schema.json, one for each column.
    recipe
        How.
    on_booster
        Called after each booster, for a progress bar.

    Raises
    ------
    OutcomeError
        A part has no rows or one outcome only: nothing can be learned, or stopped, on it.
    """
    check_outcomes(train, validation)
    schema = encode.learn(train.features, features, recipe.min_level_events)

    def member(number: int) -> tuple[xgboost.Booster, pl.DataFrame]:
        parts = {"train": train, "validation": validation}
        matrices = {part: rows.dmatrix(schema, recipe, number) for part, rows in parts.items()}
        fitted = _fit_one(matrices, recipe, number)
        on_booster()
        return fitted

    with ThreadPoolExecutor(recipe.jobs) as pool:
        boosters, curves = zip(*pool.map(member, range(recipe.n_boosters)), strict=True)
    rounds = [booster.num_boosted_rounds() for booster in boosters]
    return Fitted(average(list(boosters)), schema, pl.concat(curves), rounds)


def check_outcomes(train: Labelled, validation: Labelled) -> None:
    """Refuse a part without rows or with one outcome only.

    Raises
    ------
    OutcomeError
        Names the part, what it holds and what to set.
    """
    for part, rows in {"training": train, "validation": validation}.items():
        fatal, n = int(rows.is_fatal.sum()), len(rows.is_fatal)
        if not 0 < fatal < n:
            raise OutcomeError(
                f"the {part} part has {n} rows, {fatal} of them with the outcome: expected rows "
                "with it and rows without; move train.train_until or train.validation_until in "
                "params.yaml, or look at how many rows each step left (population.json)"
            )


def refit(
    train: Labelled,
    validation: Labelled,
    fitted: Fitted,
    recipe: Recipe,
    on_booster: Callable[[], object] = lambda: None,
) -> Fitted:
    """Fit the recipe's boosters again on both parts, with as many trees as were enough before.

    More rows bear more trees: each booster gets its number of trees times the rows of both parts
    over those of the training part. The schema stays what the training part taught, so that the
    refitted booster reads the same matrix. There is nothing left to stop it early on, and nothing
    to judge it by but later accidents.
    """
    both = train.with_rows(validation)
    growth = len(both.is_fatal) / len(train.is_fatal)
    rounds = [round(trees * growth) for trees in fitted.rounds]

    def member(number: int) -> xgboost.Booster:
        matrix = both.dmatrix(fitted.schema, recipe, number)
        booster = xgboost.train(recipe.xgboost(number), matrix, rounds[number])
        on_booster()
        return booster

    with ThreadPoolExecutor(recipe.jobs) as pool:
        boosters = list(pool.map(member, range(recipe.n_boosters)))
    return replace(fitted, booster=average(boosters), rounds=rounds)


def _fit_one(
    matrices: dict[str, xgboost.DMatrix], recipe: Recipe, number: int
) -> tuple[xgboost.Booster, pl.DataFrame]:
    seen: dict[str, dict[str, list[float]]] = {}
    booster = xgboost.train(
        recipe.xgboost(number),
        matrices["train"],
        recipe.max_rounds,
        evals=[(matrix, part) for part, matrix in matrices.items()],
        early_stopping_rounds=recipe.early_stopping_rounds,
        evals_result=seen,
        verbose_eval=False,
    )
    return booster[: booster.best_iteration + 1], _curve(seen, number)


def _curve(seen: dict[str, dict[str, list[float]]], number: int) -> pl.DataFrame:
    parts = [
        pl.DataFrame({"log_loss": losses["logloss"]}).select(
            pl.lit(number).alias("booster"),
            pl.int_range(1, pl.len() + 1).alias("round"),
            pl.lit(part).alias("part"),
            "log_loss",
        )
        for part, losses in seen.items()
    ]
    return pl.concat(parts)


def average(boosters: list[xgboost.Booster]) -> xgboost.Booster:
    """Join boosters into one whose margin is the mean of theirs.

    The trees stand one after the other with their leaves divided by the number of boosters. All
    must start from the same base score, as boosters of the same rows do.

    Raises
    ------
    ValueError
        The boosters start from different base scores.
    """
    models = [json.loads(booster.save_raw("json")) for booster in boosters]
    starts = {model["learner"]["learner_model_param"]["base_score"] for model in models}
    if len(starts) != 1:
        raise ValueError(f"boosters of different rows: base scores {sorted(starts)}")
    joined = models[0]
    joined["learner"]["attributes"] = {}
    trees = [tree for model in models for tree in _trees(model)]
    _put_trees(joined, [_divided(tree, len(models), place) for place, tree in enumerate(trees)])
    booster = xgboost.Booster()
    booster.load_model(bytearray(json.dumps(joined), "utf-8"))
    return booster


def _trees(model: dict[str, Any]) -> list[dict[str, Any]]:
    return model["learner"]["gradient_booster"]["model"]["trees"]


def _divided(tree: dict[str, Any], by: int, place: int) -> dict[str, Any]:
    """Divide a tree's leaves, and the weights kept beside every node; splits stay."""
    leaf = [child == -1 for child in tree["left_children"]]
    at = tree["split_conditions"]
    return tree | {
        "id": place,
        "split_conditions": [v / by if end else v for v, end in zip(at, leaf, strict=True)],
        "base_weights": [weight / by for weight in tree["base_weights"]],
    }


def _put_trees(model: dict[str, Any], trees: list[dict[str, Any]]) -> None:
    held = model["learner"]["gradient_booster"]["model"]
    held["trees"] = trees
    held["tree_info"] = [0] * len(trees)
    held["iteration_indptr"] = list(range(len(trees) + 1))
    held["gbtree_model_param"]["num_trees"] = str(len(trees))
