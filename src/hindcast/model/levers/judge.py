"""What a lever's forecasts are worth, and what they gain over the row they stand against.

Validation decides: the verdict is that of the paired 95% interval there. The test's numbers stand
beside it and choose nothing.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hindcast.model import metrics
from hindcast.model.evidence import paired
from hindcast.model.levers.lever import JUDGED, Margins

AT_HALF = ("accuracy", "roc_auc", "average_precision", "brier", "ece", "log_loss")
NAMES = ("roc_auc", "average_precision", "accuracy", "f1", "brier", "ece", "log_loss")
LESS_IS_BETTER = frozenset({"brier", "ece", "log_loss"})
HELPS, HURTS, NOISE = "helps", "hurts", "within noise"
SAME = "no change here"
REFERENCE = "reference"
NOT_MEASURED = "not measured"


def judged(
    new: Margins, old: Margins, outcomes: Mapping[str, np.ndarray], *, rounds: int, seed: int
) -> dict[str, dict[str, Any]]:
    """Return, by part and metric, the value, the gain over ``old`` and its paired interval.

    Parameters
    ----------
    new, old
        Probabilities by part; the same array for a row that stands for itself.
    outcomes
        Labels by part.
    rounds, seed
        Of the bootstrap by event.

    Returns
    -------
    dict
        ``{part: {metric: {"value", "gain", "ci"}}}``; ``gain`` is new minus old, so that less is
        better for ``brier``, ``ece`` and ``log_loss``. ``accuracy`` calls from one half on; ``f1``
        from the threshold that is best on validation, each forecaster its own.
    """
    at = tuple(
        metrics.best_f1_threshold(outcomes["validation"], p["validation"]) for p in (new, old)
    )
    settings = {"rounds": rounds, "seed": seed}
    return {part: _part(outcomes[part], new[part], old[part], at, settings) for part in JUDGED}


def _part(y, new, old, thresholds, settings: dict[str, int]) -> dict[str, Any]:
    found = paired.differences(y, new, old, names=AT_HALF, **settings) | paired.differences(
        y, new, old, names=("f1",), thresholds=thresholds, **settings
    )
    return {
        name: {"value": one["new"], "gain": one["difference"], "ci": one["ci"]}
        for name, one in ((name, found[name]) for name in NAMES)
    }


def verdict(validation: Mapping[str, Any], metric: str) -> str:
    """Say whether a lever helps: its interval on validation lies wholly on one side of nothing.

    A lever that adds nothing at a horizon, or learns from validation itself, changes nothing there.

    Examples
    --------
    >>> verdict({"roc_auc": {"gain": 0.004, "ci": [0.001, 0.007]}}, "roc_auc")
    'helps'
    >>> verdict({"brier": {"gain": 0.002, "ci": [-0.001, 0.003]}}, "brier")
    'within noise'
    """
    if all(one["gain"] == 0 and one["ci"] == [0, 0] for one in validation.values()):
        return SAME
    if validation[metric]["ci"] is None:
        return NOISE
    lo, hi = validation[metric]["ci"]
    if lo <= 0 <= hi:
        return NOISE
    return HELPS if (lo > 0) != (metric in LESS_IS_BETTER) else HURTS
