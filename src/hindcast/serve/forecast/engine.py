"""One horizon's models, loaded together: P(fatal), four classes, families of findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from hindcast.features.onerow.given import checked
from hindcast.model import bundle, calibrate, encode, single
from hindcast.model.boosters import LateBooster
from hindcast.model.bundle import Bundle, BundleError
from hindcast.model.quick import Quick
from hindcast.model.targets import bundle as targets
from hindcast.model.targets import chain
from hindcast.serve.forecast.answers import AnswerSets
from hindcast.serve.forecast.lazy import LazyRows
from hindcast.serve.forecast.many import WORTH_A_FRAME, Columns, ManyRows, Rows
from hindcast.serve.forecast.view import View

FURTHER = ("causes",)
"""Served targets that only some horizons have; nothing asks for damage, so it is not loaded."""


@dataclass(frozen=True)
class Batch:
    """Answers to many rows, in their order.

    Attributes
    ----------
    values
        The features of each row, None for null.
    matrix
        The same, encoded, shape (rows, features).
    classes
        Probabilities of none, minor, serious and fatal, shape (rows, 4).
    answers
        The set of answers of each row.
    """

    values: Sequence[Sequence[Any]]
    matrix: np.ndarray
    classes: np.ndarray
    answers: list[list[str]]


@dataclass(frozen=True)
class Engine:
    """The models of one horizon and version, ready to answer row by row.

    Attributes
    ----------
    further
        The loaded targets of :data:`FURTHER` that this horizon has, by name.
    quick
        What computes the margins of ``severity`` (P(fatal) and its steps, in this order) and of
        each further target.
    """

    horizon: str
    version: str
    fatal: Bundle
    prepared: single.Prepared
    severity: targets.Target
    further: Mapping[str, targets.Target]
    quick: Mapping[str, Quick]

    @property
    def names(self) -> list[str]:
        """Return the features' names in the order of the matrix."""
        return self.fatal.names

    @cached_property
    def estimands(self) -> dict[str, str]:
        """Return the sentence that says what a number means, for each target."""
        told = {"fatal": self.fatal, "severity": self.severity, **self.further}
        return {target: model.manifest["estimand"] for target, model in told.items()}

    @cached_property
    def view(self) -> View:
        """Return what the models make of a request's fields."""
        return View(self.fatal.schema, self.quick["severity"].gains().tolist())

    @property
    def has_causes(self) -> bool:
        """Return whether this horizon forecasts families of findings."""
        return "causes" in self.further

    @cached_property
    def families(self) -> list[dict[str, Any]]:
        """Return ``code``, ``level`` and ``name`` of each family, in the order of `causes`."""
        told = self.further["causes"].manifest["families"] if self.has_causes else []
        return [{name: one[name] for name in ("code", "level", "name")} for one in told]

    def encoded(self, inputs: Mapping[str, Any]) -> tuple[list[Any], np.ndarray]:
        """Return the features of one row and their matrix, shape (1, features).

        Raises
        ------
        hindcast.features.inputs.InputError
            An input has an unknown name or another type.
        """
        values = self.prepared.features(inputs)
        return values, self.prepared.encoded(values)

    def classes(self, matrix: np.ndarray) -> np.ndarray:
        """Return the probabilities of none, minor, serious and fatal, shape (rows, 4)."""
        margins = self.quick["severity"].margins(matrix).T
        told = (self.fatal.calibration, *map(self.severity.calibration.get, chain.STEPS))
        return chain.classes(*map(calibrate.apply, told, margins))

    def answers(self, classes: np.ndarray, values: Sequence[Any]) -> list[str]:
        """Return one row's set of answers: the classes that hold the truth nine times in ten.

        Parameters
        ----------
        classes
            One row of `classes`, shape (4,).
        values
            The row's features, as `encoded` gives them.
        """
        return self._sets.of(classes, values)

    def causes(self, matrix: np.ndarray) -> np.ndarray:
        """Return the probability of each of `families`, shape (rows, families).

        Raises
        ------
        hindcast.model.bundle.BundleError
            This horizon has no such model.
        """
        return self._further("causes", matrix)

    def contributions(self, matrix: np.ndarray) -> np.ndarray:
        """Return exact SHAP values of P(fatal)'s log odds, base last, (rows, features + 1)."""
        return self.quick["severity"].contributions(matrix)

    def explanation(
        self, contributions: np.ndarray, values: Sequence[Any], top: int
    ) -> single.Explanation:
        """Return what one row's forecast leans on, from one row of `contributions`."""
        return self.prepared.explanation(contributions, values, top)

    def batch(self, rows: Rows, columns: Columns | None = None) -> Batch:
        """Return the answers to many rows of inputs; what a row leaves out is not known.

        Parameters
        ----------
        rows
            Raw inputs by name.
        columns
            The same field by field, where that is at hand.

        Raises
        ------
        hindcast.features.inputs.InputError
            An input has an unknown name or another type.
        """
        values, matrix = self._encoded_many(rows, columns)
        classes = self.classes(matrix)
        return Batch(values, matrix, classes, self._sets.of_many(classes, values))

    def _encoded_many(
        self, rows: Rows, columns: Columns | None
    ) -> tuple[Sequence[Sequence[Any]], np.ndarray]:
        if len(rows) >= WORTH_A_FRAME:
            told = self._many.features(rows, columns)
            return LazyRows(told), self.fatal.matrix(told)
        told = [self.prepared.of_request(checked(row)) for row in rows]
        return [values for values, _ in told], np.concatenate([matrix for _, matrix in told])

    @cached_property
    def _many(self) -> ManyRows:
        return ManyRows(self.fatal)

    @cached_property
    def _sets(self) -> AnswerSets:
        return AnswerSets(self.severity.sets, self.names)

    def _further(self, target: str, matrix: np.ndarray) -> np.ndarray:
        if target not in self.further:
            raise BundleError(f"horizon {self.horizon!r} has no model of {target}")
        (calibration,) = self.further[target].calibration.values()
        margins = self.quick[target].margins(matrix)
        return calibrate.apply(calibration, margins.ravel()).reshape(margins.shape)


def load(folder: Path, horizon: str) -> Engine:
    """Read the models of one horizon from a folder as ``models``.

    Raises
    ------
    hindcast.model.bundle.BundleError
        A bundle is not what it should be, or two do not belong together.
    hindcast.model.boosters.BoosterError
        A file of trees holds none.
    """
    fatal = bundle.load(folder / "fatal" / horizon, LateBooster)
    severity = targets.load(folder / "severity" / horizon, fatal, LateBooster)
    there = [target for target in FURTHER if (folder / target / horizon).is_dir()]
    further = {
        target: targets.load(folder / target / horizon, read=LateBooster) for target in there
    }
    for target, model in further.items():
        targets.check_fatal(fatal, model.manifest, folder / target / horizon)
    version = targets.mark(fatal)[:12]
    quick = {"severity": Quick([fatal.booster, *map(severity.boosters.get, chain.STEPS)])}
    quick |= {target: Quick(list(model.boosters.values())) for target, model in further.items()}
    for model in (severity, *further.values()):
        for booster in (fatal.booster, *model.boosters.values()):
            booster.release()  # what they say is in the trees now
    return Engine(horizon, version, fatal, single.prepare(fatal), severity, further, quick)


def load_all(folder: Path) -> dict[str, Engine]:
    """Read the models of every horizon that the folder holds."""
    there = [name for name in encode.HORIZONS if (folder / "fatal" / name).is_dir()]
    return {horizon: load(folder, horizon) for horizon in there}
