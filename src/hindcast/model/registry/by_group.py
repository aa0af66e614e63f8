"""Whether a group of accidents pays for the others: the worst change of ranking and calibration."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from hindcast.model import facts, groups, metrics
from hindcast.model.registry.contenders import LABEL, Check

FEWEST_OF_AN_OUTCOME = 10
GROUP_BINS = 5
"""Bins of a group's calibration error: of fifteen, each would hold seven accidents of a hundred."""


def checks(
    frame: pl.DataFrame, new: np.ndarray, old: np.ndarray, bounds: Mapping[str, Any]
) -> list[Check]:
    """Return the checks that no group loses more than the bounds, in ranking and calibration."""
    changes = group_changes(frame, new, old, bounds["smallest_group"])
    size = f"of {bounds['smallest_group']} or more"
    if changes.is_empty():
        needed = f"groups {size} with {FEWEST_OF_AN_OUTCOME} of each outcome lose little"
        return [Check("groups", f"none {size}", needed, True)]
    return [
        _ranking(changes.sort("roc_auc").row(0, named=True), bounds["group_auc_loss"]),
        _calibration(changes.sort("ece").row(-1, named=True), bounds["group_ece_rise"]),
    ]


def _ranking(worst: dict[str, Any], loss: float) -> Check:
    needed = f"no group more than {loss:g} lower"
    return Check("ROC AUC by group", _told(worst, "roc_auc"), needed, worst["roc_auc"] >= -loss)


def _calibration(worst: dict[str, Any], rise: float) -> Check:
    needed = f"no group more than {rise:g} higher"
    return Check("calibration error by group", _told(worst, "ece"), needed, worst["ece"] <= rise)


def _told(worst: dict[str, Any], metric: str) -> str:
    return f"{worst[metric]:+.4f} in {worst['group']} ({worst['n']} accidents)"


def group_changes(
    frame: pl.DataFrame, new: np.ndarray, old: np.ndarray, smallest: int
) -> pl.DataFrame:
    """Return the change of ROC AUC and calibration error in each group that is large enough.

    Parameters
    ----------
    frame
        ``ev_id``, the label, and columns that say what kind of accident it is.
    new, old
        Each forecaster's probabilities of the same rows.
    smallest
        Below how many accidents a group is left out; so is one with fewer than
        `FEWEST_OF_AN_OUTCOME` of an outcome.

    Returns
    -------
    polars.DataFrame
        ``group`` (column = value), ``n``, ``roc_auc`` and ``ece``, challenger minus champion.
    """
    kinds = groups.kinds(frame, facts.KINDS).drop("ev_id")
    judged = pl.DataFrame({"y": frame[LABEL].cast(pl.Float64), "new": new, "old": old})
    rows = [
        {"group": f"{by} = {value}", "n": part.height} | _changes(part)
        for by in kinds.columns
        for (value,), part in judged.with_columns(kinds[by].fill_null(groups.NOT_RECORDED))
        .sort(by)
        .group_by(by, maintain_order=True)
        if part.height >= smallest and _both_outcomes(part)
    ]
    schema = {"group": pl.String, "n": pl.Int64, "roc_auc": pl.Float64, "ece": pl.Float64}
    return pl.DataFrame(rows, schema=schema)


def _both_outcomes(part: pl.DataFrame) -> bool:
    fatal = part["y"].sum()
    return min(fatal, part.height - fatal) >= FEWEST_OF_AN_OUTCOME


def _changes(part: pl.DataFrame) -> dict[str, float]:
    y, new, old = (part[name].to_numpy() for name in ("y", "new", "old"))
    ece = [float(metrics.ece(y, p, n_bins=GROUP_BINS)) for p in (new, old)]
    auc = [float(metrics.roc_auc(y, p)) for p in (new, old)]
    return {"roc_auc": auc[0] - auc[1], "ece": ece[0] - ece[1]}
