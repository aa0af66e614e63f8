"""Whether a challenger takes longer for one row than the champion: a ratio, in one run."""

import statistics
import time

import polars as pl

from hindcast.model.bundle import Bundle
from hindcast.model.registry.contenders import Check, Pair

TIMED_ROWS = 200


def check(pair: Pair, frame: pl.DataFrame, ratio: float) -> Check:
    """Return the check that one row takes at most ``ratio`` times as long."""
    old, new = latency_ms(pair, frame)
    found = f"{old:.2f} ms to {new:.2f} ms for a row, {new / old:.2f} times"
    return Check("speed", found, f"at most {ratio:g} times", new / old <= ratio)


def latency_ms(pair: Pair, frame: pl.DataFrame) -> tuple[float, float]:
    """Return the median time for one row of features, of champion and challenger, in ms.

    They take turns, row by row: what else the machine does meets both.
    """
    sample = frame.head(TIMED_ROWS)
    timed = [[_ms(one.bundle, sample[row]) for one in pair] for row in range(sample.height)]
    champion, challenger = map(statistics.median, zip(*timed, strict=True))
    return champion, challenger


def _ms(bundle: Bundle, row: pl.DataFrame) -> float:
    absent = [pl.lit(None).alias(name) for name in bundle.names if name not in row.columns]
    features = row.with_columns(absent).select(bundle.names)
    start = time.perf_counter()
    bundle.predict(features)
    return (time.perf_counter() - start) * 1e3
