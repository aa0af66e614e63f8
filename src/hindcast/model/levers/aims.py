"""What was aimed at and what the study's own model reaches on the test years: how far it is.

Accuracy and weighted F1 call an accident fatal from one half on, F1 from the threshold that is best
on validation. The Brier skill is the share of the base-rate forecast's Brier score that is saved.
"""

from functools import partial
from typing import Any

import numpy as np
import polars as pl

from hindcast import paths
from hindcast.model import bootstrap, calls, metrics
from hindcast.model.levers.groups import LeverError

MODEL, BASE_RATE = "xgboost", "majority"
REACHED, OPEN, MISSED = "reached", "within the interval", "missed"
AT_MOST = "at most"


def read() -> pl.DataFrame:
    """Return the aims: ``horizon, metric, aim, sense``."""
    return pl.read_csv(paths.reference() / "aims.csv").drop("source")


def compare(
    aims: pl.DataFrame, forecasts: pl.DataFrame, *, rounds: int, seed: int
) -> list[dict[str, Any]]:
    """Return each aim with what is reached, its 95% interval, the gap and a verdict.

    Parameters
    ----------
    aims
        ``horizon, metric, aim, sense``.
    forecasts
        ``ev_id, part, is_fatal, horizon, model, probability`` of the train stage.
    rounds, seed
        Of the bootstrap by event.

    Returns
    -------
    list of dict
        The columns of ``aims``, ``reached``, ``lo``, ``hi``, ``gap`` (positive: beyond the aim)
        and ``verdict``: ``within the interval`` where chance alone could tell either way.

    Raises
    ------
    LeverError
        There is no forecast of the model at a horizon that has an aim.
    """
    summaries = {
        horizon: summary(forecasts.filter(pl.col("horizon") == horizon), rounds, seed)
        for horizon in aims["horizon"].unique(maintain_order=True)
    }
    return [row | _against(row, summaries[row["horizon"]]) for row in aims.iter_rows(named=True)]


def summary(forecasts: pl.DataFrame, rounds: int, seed: int) -> dict[str, Any]:
    """Return one horizon's figures on the test, by name, with intervals (``<name>_ci``)."""
    y_val, p_val = _of(forecasts, MODEL, "validation")
    y, p = _of(forecasts, MODEL, "test")
    _, base_rate = _of(forecasts, BASE_RATE, "test")
    threshold = metrics.best_f1_threshold(y_val, p_val)
    judge = partial(_figures, y, p, base_rate, threshold)
    return bootstrap.summary(judge, len(y), rounds=rounds, seed=seed)


def _figures(y, p, base_rate, threshold: float, weights) -> dict[str, np.ndarray]:
    saved = 1 - metrics.brier(y, p, weights) / metrics.brier(y, base_rate, weights)
    best = calls.calls(y, p, weights, threshold)["f1"]
    return metrics.all_of(y, p, weights) | {"f1": best, "brier_skill": saved}


def _of(forecasts: pl.DataFrame, model: str, part: str) -> tuple[np.ndarray, np.ndarray]:
    rows = forecasts.filter(pl.col("model") == model, pl.col("part") == part).sort("ev_id")
    if rows.is_empty():
        there = ", ".join(sorted(forecasts["model"].unique())) or "no model at all"
        raise LeverError(f"no {part} forecasts of {model}: found {there}; run the train stage")
    return rows["is_fatal"].to_numpy().astype(float), rows["probability"].to_numpy()


def _against(aim: dict[str, Any], figures: dict[str, Any]) -> dict[str, Any]:
    reached, (lo, hi) = figures[aim["metric"]], figures[f"{aim['metric']}_ci"]
    sign = -1 if aim["sense"] == AT_MOST else 1
    gap = bootstrap.number(sign * (reached - aim["aim"]))
    verdict = REACHED if gap >= 0 else OPEN if lo <= aim["aim"] <= hi else MISSED
    return {"reached": reached, "lo": lo, "hi": hi, "gap": gap, "verdict": verdict}
