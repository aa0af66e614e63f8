"""What the forecasts were worth, once outcomes are in: calibration and ranking, with intervals."""

from functools import partial
from typing import Any

import numpy as np
import polars as pl

from hindcast.model import bootstrap, chance, metrics
from hindcast.model.evidence import level
from hindcast.monitor import labels, recalibration
from hindcast.monitor.reference import Limits, Scores

CERTAIN = 0.01
"""How unlikely by chance a calibration must be before it counts as off."""


def measured(rows: pl.DataFrame, *, rounds: int, seed: int) -> dict[str, Any]:
    """Return every number on predictions whose outcome is in.

    Parameters
    ----------
    rows
        ``is_fatal`` (known) and ``probability``.
    rounds, seed
        Of the bootstrap by event, and of the draws that tell what chance gives.

    Returns
    -------
    dict
        ``n, n_fatal``; ``roc_auc, brier, ece`` with ``_ci``; what chance alone gives as ece;
        ``intercept, slope`` with ``_ci`` and ``p``; ``observed, expected, ratio, ratio_lo,
        ratio_hi``. None where a number does not exist.
    """
    y, p = rows["is_fatal"].to_numpy().astype(float), rows["probability"].to_numpy()
    head = {"n": len(y), "n_fatal": int(y.sum())}
    if not len(y):
        return head
    judged = bootstrap.summary(partial(_numbers, y, p), len(y), rounds=rounds, seed=seed)
    expected = chance.ece_expected_by_chance(y, p, rounds=rounds, seed=seed)
    return head | judged | expected | recalibration.of(y, p) | level.ratio(y, p)


def _numbers(y: np.ndarray, p: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    order = {"roc_auc": metrics.roc_auc(y, p, weights), "brier": metrics.brier(y, p, weights)}
    return order | {"ece": metrics.ece(y, p, weights)}


def judged(
    rows: pl.DataFrame, reference: Scores | None, limits: Limits, *, rounds: int, seed: int
) -> dict[str, Any]:
    """Return the numbers of one model, and whether they say that it has gone stale.

    The verdict is on complete months (`labels.complete`); where these are too few, on none, and
    ``enough`` is false. ``is_miscalibrated``: calibration is off beyond chance *and* the number of
    deaths is off by more than ``ratio_limit``, however the open ones turn out (`labels.bounds`).
    ``is_worse``: the interval of ROC AUC lies below training's by more than ``auc_loss``.
    """
    months = labels.complete(rows, limits.least_share_in)
    all_in, complete = (
        measured(one.filter(pl.col("is_fatal").is_not_null()), rounds=rounds, seed=seed)
        for one in (rows, months)
    )
    complete |= labels.bounds(months)
    enough = is_enough(complete, limits)
    return {
        "all_in": all_in,
        "complete": complete,
        "enough": enough,
        "is_miscalibrated": enough and is_miscalibrated(complete, limits),
        "is_worse": enough and reference is not None and is_worse(complete, reference, limits),
    }


def is_enough(told: dict[str, Any], limits: Limits) -> bool:
    """Say whether there are outcomes enough, of both kinds, for a verdict."""
    rarer = min(told["n_fatal"], told["n"] - told["n_fatal"])
    return told["n"] >= limits.least_outcomes and rarer >= limits.least_fatal


def is_miscalibrated(told: dict[str, Any], limits: Limits) -> bool:
    """Say whether calibration is off: beyond chance, and by enough to matter in any case."""
    if told["p"] is None or told["p"] > CERTAIN:
        return False
    return told["ratio_least"] > limits.ratio_limit or told["ratio_most"] < 1 / limits.ratio_limit


def is_worse(told: dict[str, Any], reference: Scores, limits: Limits) -> bool:
    """Say whether the ranking is worse than on training's validation part, beyond chance."""
    ends = told["roc_auc_ci"]
    return ends is not None and ends[1] < reference.roc_auc - limits.auc_loss
