"""What a horizon's model makes of a request: what it reads, what it lacks, what is new to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from hindcast.model.encode import RARE
from hindcast.serve.forecast import fields, words

TOLD_BY_DATE = "era"
"""A field that is never missing: the date tells it where it is left out."""


class View:
    """Prepared once for each model.

    Parameters
    ----------
    schema
        The model's features, in the order of its matrix.
    gain
        How much each feature gains in the trees, in the same order.
    """

    def __init__(self, schema: Sequence[Mapping[str, Any]], gain: Sequence[float]) -> None:
        self._schema = schema
        self.reads = _reads(schema, gain)
        bounds = [_bounds(feature) for feature in schema]
        self._low, self._high = (np.array(ends, np.float32) for ends in zip(*bounds, strict=True))
        self._rare = np.array([_rare(feature) for feature in schema], np.float32)

    def used(self, given: Iterable[str]) -> list[str]:
        """Return which of the given fields the model reads."""
        return [name for name in given if name in self.reads]

    def missing(self, given: Mapping[str, Any], most: int | None = None) -> list[str]:
        """Return the fields that the model reads and the request lacks, weightiest first."""
        lacking = (name for name in self.reads if name not in given and name != TOLD_BY_DATE)
        return list(islice(lacking, most))

    def n_missing(self, used: Sequence[str]) -> int:
        """Return how many fields the model reads beside those that are used."""
        is_told = TOLD_BY_DATE in self.reads and TOLD_BY_DATE not in used
        return len(self.reads) - len(used) - is_told

    def ignored(self, given: Iterable[str], horizon: str) -> list[dict[str, str]]:
        """Return the given fields that the model does not read, each with the reason."""
        return [
            {"field": name, "why": _why(name, horizon)} for name in given if name not in self.reads
        ]

    def unusual(self, values: Sequence[Any], row: np.ndarray) -> list[dict[str, Any]]:
        """Return the features whose values training did not meet.

        Parameters
        ----------
        values
            The features, None for null.
        row
            The same, encoded, shape (features,).
        """
        is_new = self._is_new(row)
        return self.told(values, np.flatnonzero(is_new).tolist()) if is_new.any() else []

    def new(self, matrix: np.ndarray) -> list[list[int]]:
        """Return for each row, (rows, features), the places of values that training did not meet.

        Rows are looked at together: for many this takes a tenth of the time.
        """
        found: list[list[int]] = [[] for _ in matrix]
        for row, at in np.argwhere(self._is_new(matrix)).tolist():
            found[row].append(at)
        return found

    def _is_new(self, encoded: np.ndarray) -> np.ndarray:
        return (encoded < self._low) | (encoded > self._high) | (encoded == self._rare)

    def told(self, values: Sequence[Any], new: Iterable[int]) -> list[dict[str, Any]]:
        """Return what is told of the values at some places."""
        return [self._told(at, values[at]) for at in new]

    def _told(self, at: int, value: Any) -> dict[str, Any]:
        feature = self._schema[at]
        known = words.words()[feature["name"]]
        shown = None if known.is_personal else value
        told = {"feature": feature["name"], "label": known.label, "value": shown}
        if feature["kind"] == "category":
            return told | {"why": "training has too few or no accidents with this value"}
        low, high = feature["range"]
        return told | {"why": f"training has values from {low:g} to {high:g}"}


def _reads(schema: Sequence[Mapping[str, Any]], gain: Sequence[float]) -> dict[str, float]:
    """Return the fields that features read with the gain of these features, largest first."""
    found: dict[str, float] = defaultdict(float)
    for feature, gained in zip(schema, gain, strict=True):
        for name in fields.raw_inputs(feature["inputs"]):
            found[name] += gained
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _bounds(feature: Mapping[str, Any]) -> tuple[float, float]:
    known = None if feature["kind"] == "category" else feature["range"]
    return tuple(known) if known else (-np.inf, np.inf)


def _rare(feature: Mapping[str, Any]) -> float:
    return float(feature["levels"].index(RARE)) if feature["kind"] == "category" else np.nan


def _why(name: str, horizon: str) -> str:
    known = fields.known_at()[name].label
    if fields.known_at()[name] > fields.Horizon[horizon.upper()]:
        return f"known from the {known} on; this forecast is made at the horizon {horizon}"
    return "no feature of this model reads it"
