"""How often the monitor speaks where nothing has changed: quarters drawn from training itself."""

from typing import Any

import numpy as np
import polars as pl

from hindcast.model.evidence.level import Z
from hindcast.monitor import bins, drift, replay
from hindcast.monitor.reference import SEASONS, Reference, season


def drawn(
    learned: pl.DataFrame,
    scores: dict[str, pl.DataFrame],
    reference: Reference,
    *,
    size: int,
    rounds: int,
    seed: int,
) -> pl.DataFrame:
    """Return what the monitor says of quarters drawn from what the reference is made of.

    In each round ``size`` events of one quarter of the year are drawn without replacement and taken
    out of the reference; they are held against the rest. Both are then samples of one population.

    Parameters
    ----------
    learned
        The accidents of the reference, with features.
    scores
        By horizon, the forecasts that the scores' reference is made of.
    reference
        What training looked like.
    size
        Events a quarter; at most half of what there is.
    rounds, seed
        How many quarters are drawn.

    Returns
    -------
    polars.DataFrame
        One row a round and horizon, as `hindcast.monitor.replay.spoken`; ``quarter`` is the round.
    """
    generator = np.random.default_rng(seed)
    inputs = _Drawing(learned, reference.features, np.array(reference.counts))
    own = {
        name: _Drawing(
            rows, [reference.horizons[name].bins], np.array(reference.horizons[name].counts)
        )
        for name, rows in scores.items()
    }
    found = []
    for number in range(rounds):
        quarter = number % SEASONS
        tests = [inputs.table(quarter, size, generator, what="input")]
        tests += [
            one.table(quarter, size, generator, what="score", horizon=name)
            for name, one in own.items()
        ]
        told = drift.discoveries(pl.concat(tests), reference.limits)
        head = {"quarter": pl.lit(number), "is_learned": pl.lit(True)}
        found.append(told.with_columns(**head))
    return replay.spoken(pl.concat(found), reference)


class _Drawing:
    """Rows coded once, to be drawn from many times."""

    def __init__(self, frame: pl.DataFrame, features: list[bins.Bins], counts: np.ndarray) -> None:
        self._features, self._counts = features, counts
        self._coded = bins.codes(frame, features)
        seasons = season(frame["ev_date"])
        self._rows = [np.flatnonzero(seasons == one) for one in range(SEASONS)]

    def table(
        self, quarter: int, size: int, generator: np.random.Generator, **told: str
    ) -> pl.DataFrame:
        """Return the tests of one draw against the rest."""
        rows = self._rows[quarter]
        chosen = generator.choice(rows, min(size, len(rows) // 2), replace=False)
        now = np.zeros_like(self._counts)
        now[quarter] = bins.counts(self._coded[chosen], self._counts.shape[-1])
        return drift.table(self._counts - now, now, self._features, **told)


def rates(said: pl.DataFrame) -> pl.DataFrame:
    """Return how often the monitor speaks, by horizon, with Wilson's 95% interval.

    Parameters
    ----------
    said
        Of `hindcast.monitor.replay.spoken` or `drawn`.

    Returns
    -------
    polars.DataFrame
        ``horizon, condition, quarters, spoken, share, lo, hi``, and ``inputs_drifted``, the mean
        number of inputs that drifted.
    """
    rows = [
        {"horizon": name, "condition": condition, "inputs_drifted": own["inputs_drifted"].mean()}
        | _rate(own[condition].drop_nulls())
        for (name,), own in said.group_by("horizon", maintain_order=True)
        for condition in ("input_drift", "score_drift")
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _rate(said: pl.Series) -> dict[str, Any]:
    n, k = len(said), int(said.sum())
    if not n:
        return {"quarters": 0, "spoken": 0, "share": None, "lo": None, "hi": None}
    centre, reach = (
        (k + Z**2 / 2) / (n + Z**2),
        Z * np.sqrt(k * (n - k) / n + Z**2 / 4) / (n + Z**2),
    )
    ends = {"lo": max(0.0, centre - reach), "hi": min(1.0, centre + reach)}
    return {"quarters": n, "spoken": k, "share": k / n} | ends
