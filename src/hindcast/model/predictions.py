"""Predictions as a frame: one row for each event, horizon, model and part.

An event is one row, because the bootstrap draws events by drawing rows.
"""

import numpy as np
import polars as pl

from hindcast.errors import HindcastError

HORIZONS = ("dispatch", "event", "scene", "investigation")
MODEL = "xgboost"
COLUMNS = ("ev_id", "ev_date", "part", "is_fatal", "horizon", "model", "probability")


class EvaluationError(HindcastError, ValueError):
    """The predictions cannot be judged; the message says what is wrong and where they come from."""


def check(predictions: pl.DataFrame) -> None:
    """Refuse predictions that would give a number that means something else.

    Raises
    ------
    EvaluationError
        See `hindcast.model.evaluate.assemble`.
    """
    if absent := [name for name in COLUMNS if name not in predictions.columns]:
        raise EvaluationError(
            f"the predictions lack {', '.join(absent)}; they have {', '.join(predictions.columns)}"
        )
    wrong = predictions.filter(
        pl.any_horizontal(pl.col(*COLUMNS).is_null())
        | ~pl.col("probability").is_between(0, 1)
        | pl.col("probability").is_nan()
    )
    if wrong.height:
        models = ", ".join(sorted(wrong["model"].drop_nulls().unique()))
        raise EvaluationError(
            f"{wrong.height} of {predictions.height} predictions (models {models}) have a missing "
            "value or a probability outside 0 to 1: run the train stage again"
        )
    if repeated := predictions.select("ev_id", "horizon", "model", "part").is_duplicated().sum():
        raise EvaluationError(
            f"{repeated} predictions repeat an event within a horizon, model and part; expected "
            "one row an event, because the bootstrap draws events by drawing rows"
        )


def tested(predictions: pl.DataFrame, horizon: str, model: str = MODEL) -> pl.DataFrame:
    """Return a model's test predictions at one horizon, sorted by event."""
    return of(predictions.filter(pl.col("horizon") == horizon), model)


def of(rows: pl.DataFrame, model: str, part: str = "test") -> pl.DataFrame:
    """Return a model's rows of one part, in an order that depends on the events alone."""
    chosen = rows.filter(pl.col("model") == model, pl.col("part") == part)
    return chosen.sort("ev_id")


def arrays(rows: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return outcomes and probabilities, each of shape (rows,)."""
    return rows["is_fatal"].to_numpy().astype(float), rows["probability"].to_numpy()
