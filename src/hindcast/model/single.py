"""One accident's forecast from its raw inputs: what a server calls, prepared once a bundle.

The way through frames (`features.derive`, `features.catalog`, `Bundle.predict`) serves any number
of rows and costs some 25 ms for one. Here the same expressions, the same schema and the same trees
are prepared for one row at a time; a test holds the two ways together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from hindcast.features.catalog import FEATURES
from hindcast.features.onerow.features import RowFeatures
from hindcast.features.onerow.given import checked
from hindcast.features.onerow.past import RowHistory
from hindcast.features.state import HistoryState
from hindcast.model import calibrate, encode
from hindcast.model.bundle import Bundle, BundleError
from hindcast.model.quick import Quick


@dataclass(frozen=True)
class Share:
    """A feature's share in one forecast: its value, and its SHAP value in log odds."""

    feature: str
    value: float | bool | str | None
    contribution: float


@dataclass(frozen=True)
class Explanation:
    """What one forecast leans on, in log odds before calibration.

    Attributes
    ----------
    base_value
        The mean margin over the training rows, log odds before calibration.
    shares
        The features of the largest absolute SHAP values, largest first.
    rest
        Sum of all other features' SHAP values: base, shares and rest add up to the margin.
    """

    base_value: float
    shares: list[Share]
    rest: float


class Prepared:
    """A bundle that forecasts one accident at a time.

    Raises
    ------
    hindcast.model.bundle.BundleError
        The bundle has a feature that the catalog does not declare.
    """

    def __init__(self, bundle: Bundle) -> None:
        declared = {feature.name: feature for feature in FEATURES}
        if unknown := [name for name in bundle.names if name not in declared]:
            raise BundleError(
                f"the catalog declares no {', '.join(unknown[:5])} ({len(unknown)} features of the "
                "bundle in all): it was trained under another version of it; train anew"
            )
        self._bundle = bundle
        features = [declared[name] for name in bundle.names]
        self._features = RowFeatures(features, _past(bundle.history_text))
        self._encoded = encode.row_encoder(bundle.schema)

    def features(self, inputs: Mapping[str, Any]) -> list[Any]:
        """Return the values of the bundle's features, None for null, in the booster's order."""
        return self._features(checked(inputs))

    def of_request(self, given: Mapping[str, Any]) -> tuple[list[Any], np.ndarray]:
        """Return a request's features, and their matrix of shape (1, features).

        Parameters
        ----------
        given
            Raw inputs as :func:`hindcast.features.onerow.given.checked` returns them, which is not
            looked at again. A name left out says, as None does, that the value is not known; but
            ``era`` is told by the date where it is left out.
        """
        values = self._features.where_unknown(given)
        return values, self._encoded(values)

    def predict(self, inputs: Mapping[str, Any]) -> float:
        """Return P(fatal | an accident happened).

        Parameters
        ----------
        inputs
            Raw inputs by name (:func:`hindcast.features.onerow.given.types`). None says that a
            value is not known; a name left out, that the source has no such column.

        Raises
        ------
        hindcast.features.inputs.InputError
            An input has an unknown name or another type.
        """
        return self._probability(self.encoded(self.features(inputs)))

    def explain(self, inputs: Mapping[str, Any], top: int = 5) -> Explanation:
        """Return the ``top`` largest exact SHAP values of the forecast.

        Raises
        ------
        hindcast.features.inputs.InputError
            An input has an unknown name or another type.
        """
        values = self.features(inputs)
        return self.explanation(self.contributions(self.encoded(values)), values, top)

    def contributions(self, matrix: np.ndarray) -> np.ndarray:
        """Return exact SHAP values of one encoded row, the base value last, (features + 1,)."""
        return self._quick.contributions(matrix)[0]

    def explanation(self, told: np.ndarray, values: Sequence[Any], top: int) -> Explanation:
        """Return the ``top`` largest of a row's `contributions`, with the row's features."""
        largest = np.argsort(-np.abs(told[:-1]), kind="stable")[:top].tolist()
        names, shares = self._bundle.names, told.tolist()
        return Explanation(
            shares[-1],
            [Share(names[at], values[at], shares[at]) for at in largest],
            sum(shares[:-1]) - sum(shares[at] for at in largest),
        )

    def encoded(self, values: list[Any]) -> np.ndarray:
        """Return the booster's matrix of one row, shape (1, features), from `features`."""
        return self._encoded(values)

    def _probability(self, matrix: np.ndarray) -> float:
        margin = self._quick.margins(matrix)[:, 0]
        return float(calibrate.apply(self._bundle.calibration, margin)[0])

    @cached_property
    def _quick(self) -> Quick:
        return Quick([self._bundle.booster])


@lru_cache(maxsize=4)
def _past(history_text: str) -> RowHistory:
    """Return a stored past; the horizons of one run hold the same, and share it."""
    return RowHistory(HistoryState.model_validate_json(history_text))


def prepare(bundle: Bundle) -> Prepared:
    """Return the bundle prepared to forecast row by row; takes about a tenth of a second."""
    return Prepared(bundle)
