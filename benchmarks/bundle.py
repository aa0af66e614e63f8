"""Size of each trained bundle, time to load it, time for one row; as JSON on standard output.

Run after `hindcast stage train`: python benchmarks/bundle.py
"""

import json
import statistics
import time
from collections.abc import Callable

import polars as pl
import xgboost  # imported first: its own import is no part of a load

from hindcast import paths
from hindcast.model import bundle, encode

ROUNDS = 30


def median_ms(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return round(1000 * statistics.median(taken), 2)


def measured(horizon: str, features: pl.DataFrame) -> dict[str, float]:
    folder = paths.models("fatal", horizon)
    loaded = bundle.load(folder)
    row = features.select(loaded.names)[:1]
    return {
        "features": len(loaded.names),
        "trees": loaded.booster.num_boosted_rounds(),
        "size_mb": round(bundle.size_bytes(folder) / 1e6, 2),
        "load_ms": median_ms(lambda: bundle.load(folder)),
        "one_row_predict_ms": median_ms(lambda: loaded.predict(row)),
    }


if __name__ == "__main__":
    frame = pl.read_parquet(paths.processed("features.parquet"))
    by_horizon = {horizon: measured(horizon, frame) for horizon in encode.HORIZONS}
    print(json.dumps({"xgboost": xgboost.__version__, "bundles": by_horizon}, indent=2))
