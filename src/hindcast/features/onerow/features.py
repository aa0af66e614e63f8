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
        self._all_inputs = frozenset(self._inputs)
        steps = in_order(frozenset().union(*(feature.steps for feature in features)))
        self._values = translate(self._inputs, steps, [feature.column for feature in features])
        self._needs = [frozenset(feature.inputs) for feature in features]
        self._era = translate(["ev_date"], [], [ERA])

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
            row = {**row, "era": self._era([row["ev_date"]])[0]}
        values = self._values([row.get(name) for name in self._inputs])
        lacking = self._all_inputs.difference(row)
        if not lacking:
            return values
        return [
            value if needs.isdisjoint(lacking) else None
            for value, needs in zip(values, self._needs, strict=True)
        ]
