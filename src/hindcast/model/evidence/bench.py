"""Fit many variants of one horizon's model, each cheaply, and judge them on the same accidents.

The variants differ in one thing each: rows, columns or labels. What is compared is always two
models made by the same cheap recipe (a single booster that learns faster than the study's own), so
that a difference is that one thing's doing. None of them is saved, and none can be: what comes out
of here are probabilities.
"""

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from tqdm import tqdm

from hindcast.errors import HindcastError
from hindcast.model import fit, learned
from hindcast.model.evidence import judge
from hindcast.model.material import PARTS, Material, of_horizon

Schema = list[dict[str, Any]]


class EvidenceError(HindcastError, ValueError):
    """A comparison has no data to be made from; the message names it and what was found."""


@dataclass(frozen=True)
class Task:
    """One model to fit: what it learns from, and the rows it is asked about.

    ``features`` are entries of feature_schema.json; the frames hold these columns and ``is_fatal``;
    ``other_seed`` is added to the recipe's seed.
    """

    features: Schema
    train: pl.DataFrame
    validation: pl.DataFrame
    test: pl.DataFrame
    other_seed: int = 0

    def labelled(self, part: str) -> fit.Labelled:
        """Return the features and outcomes of ``train``, ``validation`` or ``test``."""
        frame: pl.DataFrame = getattr(self, part)
        names = [feature["name"] for feature in self.features]
        return fit.Labelled.of(frame.with_columns(part=pl.lit(part)), part, names)


@dataclass(frozen=True)
class Bench:
    """A horizon's events and features, and how its variants are fitted and judged.

    Parameters
    ----------
    horizon
        What a forecaster knows.
    features
        Entries of feature_schema.json that the horizon knows.
    train, validation, test
        Keys and features of each part, one row an event, in order of date.
    recipe
        How each variant is made.
    jobs
        How many variants are fitted at once, each on one thread.
    rounds, seed
        Of the bootstrap by event; the seed also of every draw of rows or labels.
    """

    horizon: str
    features: Schema
    train: pl.DataFrame
    validation: pl.DataFrame
    test: pl.DataFrame
    recipe: fit.Recipe
    jobs: int
    rounds: int
    seed: int

    @classmethod
    def of(cls, material: Material, horizon: str, **settings: Any) -> "Bench":
        """Take a horizon's features and the three parts; ``settings`` are recipe to seed."""
        frames = {part: material.frame.filter(pl.col("part") == part) for part in PARTS}
        return cls(horizon, of_horizon(material.features, horizon), **frames, **settings)

    def task(self, **changed: Any) -> Task:
        """Return the task of the reference model with what is ``changed``."""
        return Task(**{"features": self.features} | self.parts() | changed)

    def parts(self) -> dict[str, pl.DataFrame]:
        """Return train, validation and test by name."""
        return {part: getattr(self, part) for part in PARTS}

    @cached_property
    def reference(self) -> np.ndarray:
        """Test probabilities of the model with all rows, columns and labels as they are."""
        return self.forecasts({"reference": self.task()})["reference"]

    def forecasts(self, tasks: Mapping[str, Task]) -> dict[str, np.ndarray]:
        """Fit every task's model and return its probabilities of the task's test rows, by name.

        Raises
        ------
        EvidenceError
            A task's training or validation rows have one outcome only.
        """
        for name, task in tasks.items():
            check_outcomes(name, task)
        bar = tqdm(total=len(tasks), desc=f"{self.horizon}: models", file=sys.stderr, leave=False)
        with bar, ThreadPoolExecutor(self.jobs) as pool:
            made = pool.map(lambda task: self._forecast(task, bar), tasks.values())
            return dict(zip(tasks, made, strict=True))

    def _forecast(self, task: Task, bar: tqdm) -> np.ndarray:
        validation = task.labelled("validation")
        recipe = replace(self.recipe, seed=self.recipe.seed + task.other_seed)
        fitted = fit.fit(task.labelled("train"), validation, task.features, recipe)
        model = learned.calibrated(fitted, validation, self.recipe.calibration)
        probability = model.predict(task.labelled("test").features)
        bar.update()
        return probability

    def judged(self, forecasts: Mapping[str, np.ndarray]) -> pl.DataFrame:
        """Return `judge.table` of forecasts of the test part beside the reference model."""
        y = self.test["is_fatal"].to_numpy().astype(float)
        found = judge.table(y, forecasts, self.reference, rounds=self.rounds, seed=self.seed)
        return self.named(found)

    def named(self, found: pl.DataFrame) -> pl.DataFrame:
        """Return a table with the horizon in front."""
        return found.select(pl.lit(self.horizon).alias("horizon"), pl.all())


def check_outcomes(name: str, task: Task) -> None:
    """Refuse a task that has nothing to learn.

    Raises
    ------
    EvidenceError
        Names the task, the part and what it holds.
    """
    for part in ("train", "validation"):
        rows: pl.DataFrame = getattr(task, part)
        deaths = int(rows["is_fatal"].sum())
        if not 0 < deaths < rows.height:
            raise EvidenceError(
                f"{name}: the {part} rows are {rows.height}, {deaths} of them fatal; expected both "
                "outcomes: give it more events (section evidence of params.yaml)"
            )
