"""One model, learned: boosters that judge it, boosters that are served, one calibration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hindcast.model import calibrate, fit
from hindcast.model.bundle import Bundle


@dataclass(frozen=True)
class Learned:
    """What came of train and validation.

    Parameters
    ----------
    judge
        Boosters of the training part: they have not seen the validation part, so calibration,
        thresholds and comparisons there come from them.
    served
        Boosters of both parts, with the judge's calibration: what later accidents are given to.
    fitted, refitted
        How judge and served came about.
    """

    judge: Bundle
    served: Bundle
    fitted: fit.Fitted
    refitted: fit.Fitted

    def forecasts(self, parts: Mapping[str, fit.Labelled]) -> dict[str, np.ndarray]:
        """Return P(fatal) on validation by the judge, and on the test by what is served."""
        return {
            "validation": self.judge.predict(parts["validation"].features),
            "test": self.served.predict(parts["test"].features),
        }

    def margins(self, parts: Mapping[str, fit.Labelled]) -> dict[str, np.ndarray]:
        """Return the log odds before calibration behind `forecasts`."""
        return {
            "validation": self.judge.margin(parts["validation"].features),
            "test": self.served.margin(parts["test"].features),
        }


def learn(
    parts: Mapping[str, fit.Labelled],
    features: Sequence[dict[str, Any]],
    recipe: fit.Recipe,
    on_fit: Callable[[], object] = lambda: None,
) -> Learned:
    """Fit on train, stop and calibrate on validation, fit again on both.

    Parameters
    ----------
    parts
        ``train`` and ``validation``; the test is not looked at.
    features
        Entries of feature_schema.json.
    recipe
        How.
    on_fit
        Called after each booster: twice the recipe's number.
    """
    train, validation = parts["train"], parts["validation"]
    fitted = fit.fit(train, validation, list(features), recipe, on_fit)
    refitted = fit.refit(train, validation, fitted, recipe, on_fit)
    judge = calibrated(fitted, validation, recipe.calibration)
    return Learned(judge, replace(judge, booster=refitted.booster), fitted, refitted)


def calibrated(fitted: fit.Fitted, validation: fit.Labelled, method: str) -> Bundle:
    """Return a bundle without papers, calibrated on the validation part: enough to predict."""
    plain = Bundle(fitted.booster, fitted.schema, {"method": "none"}, {}, "{}")
    margin = plain.margin(validation.features)
    return replace(plain, calibration=calibrate.learn(method, margin, validation.is_fatal))
