"""100,000 rows of features and probabilities at each horizon; prints one line of JSON.

Run after `hindcast stage train`: python benchmarks/batch.py [rows]. Rows are the study's own input
frame, repeated.
"""

import json
import os
import sys
import time
from collections.abc import Callable

import polars as pl

from hindcast import paths
from hindcast.features import catalog, derive, inputs, population
from hindcast.model import bundle, encode

ROWS = 100_000
GOAL_S = 4.0


def seconds(work: Callable[[], object]) -> tuple[float, float, object]:
    """Return time on the clock, processor time, and what the work gave."""
    wall, cpu = time.perf_counter(), time.process_time()
    told = work()
    return time.perf_counter() - wall, time.process_time() - cpu, told


def measured(horizon: str, frame: pl.DataFrame) -> dict[str, float]:
    model = bundle.load(paths.models("fatal", horizon))
    declared = {feature.name: feature for feature in catalog.FEATURES}
    wanted = [declared[name] for name in model.names]
    features_s, features_cpu_s, features = seconds(lambda: catalog.compute(frame, wanted))
    encode_s, encode_cpu_s, matrix = seconds(lambda: model.matrix(features))
    margin_s, margin_cpu_s, _ = seconds(lambda: model.margin_of(matrix))
    return {
        "features": len(wanted),
        "trees": model.booster.num_boosted_rounds(),
        "features_s": round(features_s, 3),
        "encode_s": round(encode_s, 3),
        "trees_s": round(margin_s, 3),
        "all_s": round(features_s + encode_s + margin_s, 3),
        "all_cpu_s": round(features_cpu_s + encode_cpu_s + margin_cpu_s, 3),
        "over_goal": round((features_s + encode_s + margin_s) / GOAL_S, 2),
    }


def main(rows: int) -> dict[str, object]:
    studied, _ = population.select(derive.enrich(inputs.build(paths.interim("core"))))
    frame = pl.concat([studied] * (rows // studied.height + 1)).head(rows)
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "rows": frame.height,
        "horizons": {horizon: measured(horizon, frame) for horizon in encode.HORIZONS},
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)))
