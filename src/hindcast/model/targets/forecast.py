"""Forecasts of a target's outputs beside what happened: what is judged, drawn and written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from hindcast.model.targets.outcomes import KEYS

MODEL = "xgboost"
JUDGED = ("validation", "test")


@dataclass(frozen=True)
class Forecast:
    """One model's forecasts at one horizon.

    Attributes
    ----------
    events
        ``ev_id, ev_date, part``, one row an event, validation before test.
    outputs
        What is forecast.
    happened, probability
        Shape (events, outputs); ``in_set`` as well, where the model has sets of answers.
    """

    target: str
    horizon: str
    model: str
    events: pl.DataFrame
    outputs: Sequence[str]
    happened: np.ndarray
    probability: np.ndarray
    in_set: np.ndarray | None = None

    def part(self, part: str) -> "Forecast":
        """Return the events of one part, in an order that depends on the events alone."""
        rows = self.events.with_row_index("row").filter(pl.col("part") == part).sort("ev_id")
        at = rows["row"].to_numpy()
        held = None if self.in_set is None else self.in_set[at]
        return replace(
            self,
            events=rows.drop("row"),
            happened=self.happened[at],
            probability=self.probability[at],
            in_set=held,
        )

    @property
    def outcome(self) -> np.ndarray:
        """Return the place of the one output that happened, shape (events,)."""
        return self.happened.argmax(axis=1)

    def long(self) -> pl.DataFrame:
        """Return one row for each event and output."""
        n = self.events.height
        held = [None] * n * len(self.outputs) if self.in_set is None else self.in_set.ravel()
        events = self.events.select("ev_id", "part")
        repeated = events.select(pl.all().repeat_by(len(self.outputs)).explode())
        names = pl.DataFrame(
            {"target": self.target, "horizon": self.horizon, "model": self.model}
        ).select(pl.all().repeat_by(repeated.height).explode())
        values = {
            "output": list(self.outputs) * n,
            "happened": self.happened.ravel().astype(bool),
            "probability": self.probability.ravel().astype(np.float32),
            "in_set": held,
        }
        typed = pl.DataFrame(values, schema_overrides={"in_set": pl.Boolean})
        return pl.concat([names, repeated, typed], how="horizontal")


def of(
    frame: pl.DataFrame,
    target: str,
    horizon: str,
    model: str,
    outputs: Sequence[str],
    happened: np.ndarray,
    by_part: dict[str, np.ndarray],
) -> Forecast:
    """Put together the forecasts of validation and test.

    Parameters
    ----------
    frame
        Events with `hindcast.model.targets.outcomes.KEYS`.
    target, horizon, model, outputs
        What is forecast, and by which model.
    happened
        For every row of ``frame``, (rows, outputs).
    by_part
        Probabilities of the validation rows and of the test rows, (rows, outputs) or (rows,).
    """
    at = np.concatenate([np.flatnonzero((frame["part"] == part).to_numpy()) for part in JUDGED])
    given = [by_part[part].reshape(-1, len(outputs)) for part in JUDGED]
    probability = np.vstack(given).astype(float)
    events = frame.select(KEYS)[at]
    return Forecast(target, horizon, model, events, outputs, happened[at], probability)
