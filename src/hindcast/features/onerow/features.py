"""The catalog's features of one row, from the catalog's own expressions."""

from collections.abc import Mapping, Sequence
from typing import Any

from hindcast.features import airframe_facts
from hindcast.features.catalog import ERA
from hindcast.features.declare import Feature
from hindcast.features.onerow.given import DERIVED
from hindcast.features.onerow.past import RowHistory
from hindcast.features.onerow.plan import plan
from hindcast.features.onerow.sources import sources
from hindcast.features.onerow.translate import translate
from hindcast.features.shared import in_order


class RowFeatures:
    """Features of one row at a time, as ``catalog.compute(derive.enrich(frame))`` gives them.

    Parameters
    ----------
    features
        What to compute, in this order.
    past
        What the past says of a row.

    Examples
    --------
    >>> from hindcast.features.catalog import FEATURES
    >>> from hindcast.features.history import NOTHING
    >>> wanted = [feature for feature in FEATURES if feature.name in ("state", "is_alaska")]
    >>> of_row = RowFeatures(wanted, RowHistory(NOTHING))
    >>> of_row({"ev_state": "ak "}), of_row({}), of_row.where_unknown({})
    (['AK', True], [None, None], [None, None])
    """

    def __init__(self, features: Sequence[Feature], past: RowHistory) -> None:
        steps = dict(in_order(frozenset().union(*(feature.steps for feature in features))))
        self._values = plan([feature.column for feature in features], steps, sources(past))
        self._era = translate(["ev_date"], [], [ERA])
        self._needs = [frozenset(feature.inputs) for feature in features]
        self._inputs = frozenset().union(*self._needs)

    def __call__(self, row: Mapping[str, Any]) -> list[Any]:
        """Return one value a feature, None for null.

        Parameters
        ----------
        row
            Raw inputs (:func:`hindcast.features.onerow.given.types`) as Python values, None for
            null. A name left out is a column that the source lacks: features that read it are null.
        """
        values, lacking = self.where_unknown(row), self._lacking(row)
        if not lacking:
            return values
        return [
            value if needs.isdisjoint(lacking) else None
            for value, needs in zip(values, self._needs, strict=True)
        ]

    def where_unknown(self, row: Mapping[str, Any]) -> list[Any]:
        """Return one value a feature for a row that leaves out what is not known.

        As ``of_row`` gives it for the row with None for each raw input that is left out, but for
        ``era``, which the date tells where the row does not.
        """
        era = row["era"] if "era" in row else self._era((row.get("ev_date"),))[0]
        return self._values(row.get, era)

    def _lacking(self, row: Mapping[str, Any]) -> frozenset[str]:
        derived = DERIVED
        if "acft_make" not in row and "acft_model" not in row:
            derived -= airframe_facts.COLUMNS.keys()
        if "ev_date" in row:
            derived |= {"era"}
        return self._inputs.difference(row, derived)
