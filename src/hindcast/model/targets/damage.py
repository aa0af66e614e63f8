"""Train damage, the aircraft destroyed or not, before anyone sees the wreck.

What investigators call destroyed drifts: its share is shown by year, and a forecast learned on
early years promises what early coding would have said.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from hindcast.model import baselines, calibrate
from hindcast.model.targets import boost, forecast, outcomes
from hindcast.model.targets.boost import Recipe
from hindcast.model.targets.bundle import Target
from hindcast.model.targets.forecast import JUDGED, Forecast
from hindcast.model.targets.horizon import Ground

TARGET = "damage"
HORIZON = "event"
OUTPUTS = ("destroyed",)
ESTIMAND = (
    "P(the aircraft is coded destroyed | an accident happened). What is called destroyed changes "
    "over the years; it is not the risk of having an accident."
)


@dataclass(frozen=True)
class Damage:
    """The bundle, and the forecasts of the model, a logistic regression and the training share."""

    bundle: Target
    forecasts: list[Forecast]


def train(ground: Ground, recipe: Recipe, calibration: str) -> Damage:
    """Fit the model and its baselines; calibrate on validation."""
    frame = ground.study.known("destroyed")
    matrix, masks = ground.encoded(frame), outcomes.masks(frame)
    label = frame["destroyed"].to_numpy().astype(np.float32)
    fitted = boost.fitted(matrix, label, masks, ground.fatal.schema, recipe)
    margins = fitted.margins(matrix, masks)
    learned = calibrate.learn(calibration, margins["validation"], label[masks["validation"]])
    logistic = baselines.build("logistic", ground.fatal.schema, recipe.seed, 1)
    logistic.fit(matrix[masks["train"]], label[masks["train"]])
    share = float(label[masks["train"]].mean())
    by_model = {
        forecast.MODEL: {part: calibrate.apply(learned, margins[part]) for part in JUDGED},
        "logistic": {part: baselines.predict(logistic, matrix[masks[part]]) for part in JUDGED},
        "majority": {part: np.full(int(masks[part].sum()), share) for part in JUDGED},
    }
    manifest = ground.manifest(
        TARGET,
        frame,
        estimand=ESTIMAND,
        outputs=list(OUTPUTS),
        recipe=vars(recipe),
        rounds=fitted.rounds,
    )
    steps = {"destroyed": fitted.served}
    return Damage(
        Target(steps, ground.fatal.schema, {"destroyed": learned}, manifest),
        [
            forecast.of(frame, TARGET, HORIZON, model, OUTPUTS, label[:, None], by_part)
            for model, by_part in by_model.items()
        ],
    )


def by_year(frame: pl.DataFrame) -> pl.DataFrame:
    """Return how many accidents of each year are coded destroyed, and their share.

    Parameters
    ----------
    frame
        ``ev_date, part`` and ``destroyed``, one row an event.
    """
    return (
        frame.group_by(pl.col("ev_date").dt.year().alias("year"))
        .agg(
            pl.len().alias("n"),
            pl.col("destroyed").sum().alias("n_destroyed"),
            pl.col("destroyed").mean().alias("share"),
        )
        .sort("year")
    )
