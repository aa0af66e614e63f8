"""Margins and SHAP values of trained models: NumPy beside XGBoost, on rows of the test part.

Run after `hindcast stage train targets`: python benchmarks/explain.py [rows]. Prints one line of
JSON: for each horizon the milliseconds of the processor that a row takes, how many times less that
is than XGBoost's, and how far the two are apart.
"""

import json
import os
import sys
import time
from collections.abc import Callable

import numpy as np
import polars as pl
import xgboost

from hindcast import paths
from hindcast.serve.forecast import engine

ROWS = 200
TOGETHER = (1, 8, 32)


def per_row(work: Callable[[np.ndarray], object], matrix: np.ndarray, together: int) -> float:
    """Return the median over calls of the processor's milliseconds for a row."""
    taken = []
    for start in range(0, len(matrix) - together + 1, together):
        rows = np.ascontiguousarray(matrix[start : start + together])
        began = time.thread_time()
        work(rows)
        taken.append(time.thread_time() - began)
    return round(1000 * float(np.median(taken)) / together, 4)


def measured(held: engine.Engine, matrix: np.ndarray) -> dict[str, object]:
    boosters = [held.fatal.booster, *held.severity.boosters.values()]

    def margins(rows: np.ndarray) -> np.ndarray:
        told = {"predict_type": "margin", "validate_features": False}
        return np.stack([one.inplace_predict(rows, **told) for one in boosters], axis=1)

    def shares(rows: np.ndarray) -> np.ndarray:
        told = xgboost.DMatrix(rows, nthread=1)
        return boosters[0].predict(told, pred_contribs=True, validate_features=False)

    quick = held.quick["severity"]
    ways = {"margins": (quick.margins, margins), "shares": (quick.contributions, shares)}
    found: dict[str, object] = {}
    for name, (own, theirs) in ways.items():
        gap = float(np.abs(own(matrix) - theirs(matrix)).max())
        for together in TOGETHER:
            ours, xgboosts = (per_row(work, matrix, together) for work in (own, theirs))
            told = {"ms_a_row": ours, "xgboost_ms_a_row": xgboosts}
            found[f"{name}_{together}"] = told | {"times_less": round(xgboosts / ours, 1)}
        found[f"{name}_largest_gap"] = gap
    return found


def rows_of(held: engine.Engine, n: int) -> np.ndarray:
    features = pl.read_parquet(paths.processed("features.parquet")).tail(n)
    return held.fatal.matrix(features.select(held.names))


if __name__ == "__main__":
    n = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    engines = engine.load_all(paths.models())
    told = {name: measured(held, rows_of(held, n)) for name, held in engines.items()}
    load = os.getloadavg()[0]
    print(json.dumps({"load": load, "rows": n, "horizons": told}))
