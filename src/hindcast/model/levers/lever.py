"""A lever: one named change to how a model is made, and what it forecasts when it is pulled.

A row of the table "what helped" is one `Lever`. It may change which features are used, the recipe
of the boosters, the training rows, or the learner; what it leaves alone is that of its ``against``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hindcast.model import fit
from hindcast.model.bundle import Bundle
from hindcast.model.levers.groups import BASE, LeverError

Schema = list[dict[str, Any]]
Parts = dict[str, fit.Labelled]
Margins = dict[str, np.ndarray]
ALL = "all_features"
JUDGED = ("validation", "test")


@dataclass(frozen=True)
class Bench:
    """What every lever of a horizon starts from.

    Attributes
    ----------
    horizon
        What a forecaster knows.
    features
        Entries of feature_schema.json known there, all groups.
    parts
        Features and outcomes of train, validation and test.
    recipe
        The base's own recipe.
    known
        Log odds of models that were fitted elsewhere, by model and part.
    """

    horizon: str
    features: Schema
    parts: Parts
    recipe: fit.Recipe
    known: dict[str, Margins]

    def with_features(self, features: Schema) -> "Bench":
        """Return the same bench with fewer features; nothing is copied."""
        names = [feature["name"] for feature in features]
        parts = {
            part: replace(rows, features=rows.features.select(names))
            for part, rows in self.parts.items()
        }
        return replace(self, features=features, parts=parts)

    def knowing(self, *names: str) -> "Bench":
        """Return the bench with the log odds of ``names`` alone, those there are.

        Raises
        ------
        LeverError
            None of them is known.
        """
        kept = {name: self.known[name] for name in names if name in self.known}
        if not kept:
            raise LeverError(f"none of {', '.join(names)} was measured at {self.horizon}")
        return replace(self, known=kept)


Learner = Callable[[Bench], Margins]


def boosted(bench: Bench) -> Margins:
    """Fit the study's own boosters by the bench's recipe; return their log odds."""
    train, validation = bench.parts["train"], bench.parts["validation"]
    fitted = fit.fit(train, validation, bench.features, bench.recipe)
    return {part: log_odds(fitted, bench.parts[part]) for part in JUDGED}


def log_odds(fitted: fit.Fitted, rows: fit.Labelled) -> np.ndarray:
    """Return the boosters' log odds of the rows, shape (rows,)."""
    return Bundle(fitted.booster, fitted.schema, {}, {}, "{}").margin(rows.features)


def same(bench: Bench) -> Bench:
    """Return the bench as it is."""
    return bench


@dataclass(frozen=True)
class Lever:
    """One row of the table.

    Attributes
    ----------
    name, kind, what
        How the row is called, ``features``, ``learning``, ``rows`` or ``challenger``, and what it
        changes, in words.
    against
        The row it is compared with.
    change
        Takes the bench (all features, base recipe) and returns it with the lever pulled.
    learner
        Takes the changed bench and returns log odds of validation and test.
    after
        Rows whose log odds ``learner`` finds in the bench's ``known``, where they were measured:
        it is pulled after them, and knows nothing else.
    """

    name: str
    kind: str
    what: str
    against: str = BASE
    change: Callable[[Bench], Bench] = same
    learner: Learner = boosted
    after: tuple[str, ...] = ()

    def pull(self, bench: Bench) -> Margins:
        """Return the log odds of validation and test with the lever pulled."""
        changed = self.change(bench)
        return self.learner(changed.knowing(*self.after) if self.after else changed)
