"""How much one forecast gains over another on the same accidents.

What the two share cancels in each draw of the bootstrap: the interval of the difference is
narrower, and truer, than what one would read off two separate intervals.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from hindcast.model import bootstrap, metrics
from hindcast.model.predictions import EvaluationError, arrays, tested


def by_horizon(
    predictions: pl.DataFrame, horizons: list[str], settings: dict[str, int]
) -> list[dict[str, Any]]:
    """Return how much each horizon adds to the one before, on the same events and draws."""
    test = {h: tested(predictions, h) for h in horizons}
    return [
        {"horizon": later, "over": earlier} | _gain(test[later], test[earlier], settings)
        for earlier, later in pairwise(horizons)
    ]


def _gain(later: pl.DataFrame, earlier: pl.DataFrame, settings: dict[str, int]) -> dict[str, Any]:
    if not later["ev_id"].equals(earlier["ev_id"]):
        raise EvaluationError(
            f"horizons {later['horizon'][0]!r} and {earlier['horizon'][0]!r} are tested on "
            "different events: run the train stage again, for all horizons"
        )

    def judge(weights: np.ndarray) -> dict[str, np.ndarray]:
        now, before = (metrics.ranked(*arrays(rows), weights) for rows in (later, earlier))
        return {name: now[name] - before[name] for name in now}

    return bootstrap.summary(judge, later.height, **settings)


def on_shared_events(
    drawn: pl.DataFrame, test: pl.DataFrame, settings: dict[str, int]
) -> dict[str, Any]:
    """Return what the random split gains on the events that both test parts have.

    The two test parts are different accidents of different years; on the shared ones alone, a
    difference is the split's doing.
    """
    by_chance = drawn.join(test.select("ev_id"), on="ev_id", how="semi").sort("ev_id")
    by_time = test.join(drawn.select("ev_id"), on="ev_id", how="semi").sort("ev_id")
    if by_chance.is_empty():
        return {}
    return {"n_test": by_time.height} | _gain(by_chance, by_time, settings)
