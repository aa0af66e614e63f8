"""One accident from raw inputs to P(fatal), in process: without frames, and through them.

Run after `hindcast stage train`: python benchmarks/one_row.py [rows]. Prints one line of JSON: for
each horizon the milliseconds a row takes (5th percentile, median and 95th on the clock; of the
processor too, which waits for nobody), the same for each part of the way and for XGBoost's alone,
how many times faster it is than one row through frames, and how far the two forecasts differ; and
the processor's microseconds a row takes in each part of a served request: its fields checked, its
features (where its codes are new, and where they came before), and these encoded.
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
from hindcast.features import catalog, derive, inputs, population
from hindcast.features.onerow import given
from hindcast.features.state import HistoryState
from hindcast.model import bundle, encode, single

ROWS = 500
FRAME_ROWS = 40
TURNS = 3
GOAL_MS = {"predict": 1.5, "explain": 6.0}


def requests(n: int) -> list[dict[str, object]]:
    """Return raw inputs of the latest accidents, dated anew to follow the bundles' history."""
    raw, _ = population.select(inputs.build(paths.interim("core")))
    raw = raw.tail(n).select(name for name in raw.columns if name in given.types())
    until = HistoryState.model_validate_json(bundle.load(folder("event")).history_text).until
    later = pl.date(until.year, until.month, until.day) + pl.duration(days=1 + pl.int_range(n) % 20)
    return raw.with_columns(ev_date=later.cast(pl.Datetime("us"))).to_dicts()


def folder(horizon: str):
    return paths.models("fatal", horizon)


def timed(work: Callable[[dict], object], rows: list[dict]) -> dict[str, float]:
    """Return quantiles over rows of the time that one takes, in ms, after a turn to warm up."""
    for row in rows[:50]:
        work(row)
    taken = []
    for row in rows:
        wall, cpu = time.perf_counter(), time.thread_time()
        work(row)
        taken.append((time.perf_counter() - wall, time.thread_time() - cpu))
    wall, cpu = 1000 * np.array(taken).T
    return {
        "p05_ms": round(float(np.quantile(wall, 0.05)), 3),
        "p50_ms": round(float(np.median(wall)), 3),
        "p95_ms": round(float(np.quantile(wall, 0.95)), 3),
        "p50_cpu_ms": round(float(np.median(cpu)), 3),
        "p95_cpu_ms": round(float(np.quantile(cpu, 0.95)), 3),
    }


def cpu_us(work: Callable[[object], object], rows: list) -> float:
    """Return the processor's microseconds that a row takes, all rows in one go."""
    began = time.process_time()
    for row in rows:
        work(row)
    return round(1e6 * (time.process_time() - began) / len(rows), 1)


def parts(model: bundle.Bundle, rows: list[dict]) -> dict[str, float]:
    """Return what each part of a served request takes, in microseconds of the processor."""
    prepared = single.prepare(model)
    known = [{name: value for name, value in row.items() if value is not None} for row in rows]
    cpu_us(prepared.of_request, known[::2])
    fresh = cpu_us(prepared.of_request, known[1::2])
    values = [prepared.of_request(row)[0] for row in known]
    return {
        "fields": round(sum(map(len, known)) / len(known), 1),
        "checked_us": min(cpu_us(given.checked, known) for _ in range(TURNS)),
        "fresh_request_us": fresh,
        "request_us": min(cpu_us(prepared.of_request, known) for _ in range(TURNS)),
        "of_it_encoded_us": min(cpu_us(prepared.encoded, values) for _ in range(TURNS)),
    }


def through_frames(model: bundle.Bundle) -> Callable[[dict], float]:
    declared = {feature.name: feature for feature in catalog.FEATURES}
    features = [declared[name] for name in model.names]
    state = HistoryState.model_validate(model.history)

    def predict(row: dict) -> float:
        frame = derive.enrich(given.frame([row]), state)
        return float(model.predict(catalog.compute(frame, features))[0])

    return predict


def measured(horizon: str, rows: list[dict]) -> dict[str, object]:
    model = bundle.load(folder(horizon))
    start = time.perf_counter()
    prepared = single.prepare(model)
    prepare_ms = 1000 * (time.perf_counter() - start)
    by_frames = through_frames(model)
    steps = {
        "predict": prepared.predict,
        "explain": prepared.explain,
        "features": prepared.features,
    }
    told = {name: timed(work, rows) for name, work in steps.items()}
    frames = timed(by_frames, rows[:FRAME_ROWS])
    gaps = [abs(by_frames(row) - prepared.predict(row)) for row in rows[:FRAME_ROWS]]
    return {
        "features": len(model.names),
        "trees": model.booster.num_boosted_rounds(),
        "prepare_ms": round(prepare_ms, 1),
        **told,
        "parts": parts(model, rows),
        "through_frames": frames,
        "times_faster": round(frames["p50_cpu_ms"] / told["predict"]["p50_cpu_ms"], 1),
        "largest_gap": max(gaps),
        "p95_over_goal": {
            name: round(told[name]["p95_ms"] / goal, 2) for name, goal in GOAL_MS.items()
        },
    }


if __name__ == "__main__":
    asked = requests(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
    print(
        json.dumps(
            {
                "cores": os.cpu_count(),
                "load": os.getloadavg()[0],
                "xgboost": xgboost.__version__,
                "rows": len(asked),
                "horizons": {horizon: measured(horizon, asked) for horizon in encode.HORIZONS},
            }
        )
    )
