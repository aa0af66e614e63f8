"""How long the catalog takes over 100,000 rows and over one; prints JSON."""

import json
import statistics
import sys
import time
from pathlib import Path

import polars as pl

from hindcast import paths
from hindcast.features import catalog, derive, inputs

ROWS = 100_000


def seconds(frame, features, repeats):
    """Return the median time of computing ``features`` over ``frame``."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        catalog.compute(frame, features)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main(core):
    frame = derive.enrich(inputs.build(core))
    many = pl.concat([frame] * (ROWS // frame.height + 1)).head(ROWS)
    dispatch = catalog.for_horizon(catalog.Horizon.DISPATCH)
    absent = set(catalog.absent(frame))
    present = [feature for feature in dispatch if feature.name not in absent]
    return {
        "rows": many.height,
        "features": len(catalog.FEATURES),
        "all_features_s": round(seconds(many, catalog.FEATURES, 3), 3),
        "one_row_all_features_ms": round(1000 * seconds(frame.head(1), catalog.FEATURES, 50), 2),
        "dispatch_features": len(present),
        "one_row_dispatch_ms": round(1000 * seconds(frame.head(1), present, 50), 2),
    }


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else paths.interim("core")
    print(json.dumps(main(given), indent=2))
