"""The catalog's features of one row, from the catalog's own expressions."""

from collections.abc import Mapping, Sequence
from typing import Any

from hindcast.features.catalog import ERA
from hindcast.features.declare import Feature
from hindcast.features.onerow.translate import translate
from hindcast.features.shared import in_order


class RowFeatures:
    """Features of one row at a time, as :func:`hindcast.features.catalog.compute` gives them.

    Parameters
    ----------
    features
        What to compute, in this order.

    Examples
    --------
    >>> from hindcast.features.catalog import FEATURES
    >>> wanted = [feature for feature in FEATURES if feature.name in ("state", "is_alaska")]
    >>> RowFeatures(wanted)({"ev_state": "ak "})
    ['AK', True]
    """

    def __init__(self, features: Sequence[Feature]) -> None:
        self._inputs = sorted({name for feature in features for name in feature.inputs})
        steps = in_order(frozenset().union(*(feature.steps for feature in features)))
        names = [*self._inputs, *(name for name, _ in steps)]
        slots = {name: slot for slot, name in enumerate(names)}
        self._steps = [translate(expr, slots) for _, expr in steps]
        self._values = [translate(feature.column, slots) for feature in features]
        self._needs = [frozenset(feature.inputs) for feature in features]
        self._era = translate(ERA, {"ev_date": 0})

    def __call__(self, row: Mapping[str, Any]) -> list[Any]:
        """Return one value a feature, None for null.

        Parameters
        ----------
        row
            An input frame's columns (:func:`hindcast.features.inputs.input_types`) as Python
            values, None for null. A name left out is a column that the source lacks: features
            that read it are null.
        """
        if "era" not in row and "ev_date" in row:
            row = {**row, "era": self._era([row["ev_date"]])}
        slots = [row.get(name) for name in self._inputs]
        for step in self._steps:
            slots.append(step(slots))
        lacking = [name for name in self._inputs if name not in row]
        if not lacking:
            return [value(slots) for value in self._values]
        return [
            value(slots) if needs.isdisjoint(lacking) else None
            for value, needs in zip(self._values, self._needs, strict=True)
        ]
