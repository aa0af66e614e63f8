"""Time the derived inputs on made-up events spread like real ones; print the figures as JSON.

Run with ``python benchmarks/history.py [events] [years]``.
"""

import json
import resource
import sys
import time
from datetime import date, timedelta

import numpy as np
import polars as pl

from hindcast.features import airports
from hindcast.features.derive import enrich
from hindcast.features.history import history, state_at

FIRST = date(1982, 1, 1)


def made_up(n: int, years: int) -> pl.DataFrame:
    random = np.random.default_rng(7)
    known = airports.fields()
    inside = known.tree.query_ball_point(known.tree.data[np.argmax(known.elevation_ft < 700)], 0.4)
    xyz = known.tree.data[random.choice(inside, n)] + random.normal(0, 0.003, (n, 3))
    longitude = np.degrees(np.arctan2(xyz[:, 1], xyz[:, 0]))
    days = random.integers(0, 365 * years, n)
    return pl.DataFrame(
        {
            "ev_id": [f"E{i}" for i in range(n)],
            "ev_date": [FIRST + timedelta(days=int(day)) for day in days],
            "ev_time": random.integers(0, 24, n) * 100 + random.integers(0, 60, n),
            "ev_state": random.choice(["AK", "CA", "FL", "MN", "NY", "OR", "TX", "WI"], n),
            "dec_latitude": np.degrees(np.arcsin(xyz[:, 2] / np.linalg.norm(xyz, axis=1))),
            "dec_longitude": longitude,
            "ev_type": "ACC",
            "ev_country": "USA",
            "ev_highest_injury": random.choice(["FATL", "SERS", "MINR", "NONE"], n),
            "acft_make": [f"Make {i}, Inc." for i in random.zipf(1.5, n) % 3000],
            "acft_model": [f"M-{i}" for i in random.zipf(1.3, n) % 15000],
            "homebuilt": random.choice(["Y", "N"], n, p=[0.1, 0.9]),
            "far_part": random.choice(["091", "135", "137"], n),
            "type_fly": random.choice(["PERS", "INST", "BUS"], n),
        }
    )


def seconds(action, repeats: int = 3, clock=time.perf_counter) -> float:
    def once() -> float:
        start = clock()
        action()
        return clock() - start

    return min(once() for _ in range(repeats))


def main(n: int, years: int) -> dict[str, float]:
    events = made_up(n, years)
    until = FIRST + timedelta(days=365 * years - 400)
    state = state_at(events, until)
    one = events.filter(pl.col("ev_date") > until).head(1)
    enrich(one, state)
    return {
        "events": n,
        "years": years,
        "enrich_seconds": seconds(lambda: enrich(events)),
        "enrich_cpu_seconds": seconds(lambda: enrich(events), clock=time.process_time),
        "history_seconds": seconds(lambda: history(events)),
        "state_seconds": seconds(lambda: state_at(events, until), 1),
        "state_bytes": len(state.model_dump_json()),
        "one_row_with_state_ms": 1000 * seconds(lambda: enrich(one, state), 50),
        "one_row_with_state_cpu_ms": 1000
        * seconds(lambda: enrich(one, state), 50, time.process_time),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    print(json.dumps(main(*(given + [100_000, 40][len(given) :])), indent=2))
