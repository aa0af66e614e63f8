"""Train severity in four classes at one horizon, beside simpler ways to answer.

The question "injured?" is asked of every accident that all survived and "seriously?" of those with
injured, see `hindcast.model.targets.chain`: on validation this does at least as well as one booster
with three classes, which is kept beside it, and each answer is a plain probability to calibrate.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from hindcast.model import baselines, calibrate
from hindcast.model.targets import boost, chain, conformal, forecast, limits, outcomes
from hindcast.model.targets.boost import Fitted, Recipe
from hindcast.model.targets.bundle import Target
from hindcast.model.targets.forecast import JUDGED, Forecast
from hindcast.model.targets.horizon import Ground

TARGET = "severity"
ESTIMAND = (
    "P(highest injury is none, minor, serious, fatal | an accident happened): of all people in the "
    "accident, on the ground as well. It is not the risk of having an accident."
)
LOGISTIC_TOLERANCE = 0.03
"""Four classes converge slowly: a finer stop takes many times as long, and forecasts no better."""
ONE_LIMIT = 1e6
"""A slack so large that no kind has a number of its own."""
ByPart = dict[str, np.ndarray]


@dataclass(frozen=True)
class Sets:
    """How sets of answers are made, see `hindcast.model.targets.limits.learn`."""

    coverage: float
    score: str
    least: int
    slack: float


@dataclass(frozen=True)
class Severity:
    """A horizon's bundle, and the forecasts of the model and of those beside it.

    ``one_limit`` is the model again, with sets by one limit for all kinds of accident.
    """

    bundle: Target
    forecasts: list[Forecast]
    one_limit: Forecast


def train(ground: Ground, recipe: Recipe, calibration: str, sets: Sets) -> Severity:
    """Fit the chain and what it is compared with, and learn the limits of its sets.

    Parameters
    ----------
    ground
        The horizon.
    recipe
        How boosters are made.
    calibration
        How the two questions are calibrated on validation, see `hindcast.model.calibrate`.
    sets
        How sets are made.
    """
    frame = ground.study.known("severity")
    matrix, masks = ground.encoded(frame), outcomes.masks(frame)
    severity, fatal = frame["severity"].to_numpy(), ground.p_fatal(frame)
    steps = {step: _step(matrix, severity, masks, ground, recipe, step) for step in chain.STEPS}
    learned = {
        step: _calibration(fitted, matrix, severity, masks, step, calibration)
        for step, fitted in steps.items()
    }
    by_model = {
        forecast.MODEL: _chained(steps, learned, matrix, masks, fatal),
        "softmax": _softmax(matrix, severity, masks, ground, recipe, fatal),
        "logistic": _logistic(matrix, severity, masks, ground, recipe.seed),
        "majority": _shares(severity, masks),
    }
    happened = np.eye(len(chain.CLASSES))[severity]
    made = [
        forecast.of(frame, TARGET, ground.horizon, model, chain.CLASSES, happened, by_part)
        for model, by_part in by_model.items()
    ]
    found, plain = (
        _learned(made[0], frame, chosen) for chosen in (sets, replace(sets, slack=ONE_LIMIT))
    )
    return Severity(
        _bundle(ground, frame, steps, learned, recipe, found),
        [with_sets(made[0], frame, found), *made[1:]],
        with_sets(made[0], frame, plain),
    )


def _step(
    matrix: np.ndarray,
    severity: np.ndarray,
    masks: boost.Masks,
    ground: Ground,
    recipe: Recipe,
    step: str,
) -> Fitted:
    asked = {part: mask & chain.asked(severity, step) for part, mask in masks.items()}
    return boost.fitted(matrix, chain.answer(severity, step), asked, ground.fatal.schema, recipe)


def _calibration(
    fitted: Fitted,
    matrix: np.ndarray,
    severity: np.ndarray,
    masks: boost.Masks,
    step: str,
    method: str,
) -> dict[str, Any]:
    rows = masks["validation"] & chain.asked(severity, step)
    found = boost.margin(fitted.learned, matrix[rows])
    return calibrate.learn(method, found, chain.answer(severity[rows], step))


def _chained(
    steps: dict[str, Fitted],
    learned: dict[str, Any],
    matrix: np.ndarray,
    masks: boost.Masks,
    fatal: np.ndarray,
) -> ByPart:
    margins = {step: fitted.margins(matrix, masks) for step, fitted in steps.items()}
    said = {
        step: {part: calibrate.apply(learned[step], margins[step][part]) for part in JUDGED}
        for step in steps
    }
    return {
        part: chain.classes(fatal[masks[part]], said["injured"][part], said["serious"][part])
        for part in JUDGED
    }


def _softmax(
    matrix: np.ndarray,
    severity: np.ndarray,
    masks: boost.Masks,
    ground: Ground,
    recipe: Recipe,
    fatal: np.ndarray,
) -> ByPart:
    """Return the same P(fatal), with one booster of three classes for the accidents survived."""
    survived = {part: mask & chain.asked(severity, "injured") for part, mask in masks.items()}
    objective = {"objective": "multi:softprob", "eval_metric": "mlogloss", "num_class": 3}
    once = replace(recipe, n_boosters=1)
    fitted = boost.fitted(
        matrix, severity, survived, ground.fatal.schema, once, refitted=False, **objective
    )
    return {
        part: np.column_stack([_softened(found) * (1 - p)[:, None], p])
        for part, found in fitted.margins(matrix, masks).items()
        for p in [fatal[masks[part]]]
    }


def _softened(margin: np.ndarray) -> np.ndarray:
    raised = np.exp(margin - margin.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _logistic(
    matrix: np.ndarray, severity: np.ndarray, masks: boost.Masks, ground: Ground, seed: int
) -> ByPart:
    model = baselines.build("logistic", ground.fatal.schema, seed, 1)
    model.set_params(logisticregression__tol=LOGISTIC_TOLERANCE)
    model.fit(matrix[masks["train"]], severity[masks["train"]])
    return {part: model.predict_proba(matrix[masks[part]]) for part in JUDGED}


def _shares(severity: np.ndarray, masks: boost.Masks) -> ByPart:
    counts = np.bincount(severity[masks["train"]], minlength=len(chain.CLASSES))
    shares = counts / counts.sum()
    return {part: np.tile(shares, (int(masks[part].sum()), 1)) for part in JUDGED}


def _learned(made: Forecast, frame: pl.DataFrame, sets: Sets) -> dict[str, Any]:
    """Return the limits that the validation part teaches, in order of time."""
    own = made.events["part"].to_numpy() == "validation"
    rows = frame.filter(pl.col("part") == "validation")
    return limits.learn(made.probability[own], made.outcome[own], rows, **vars(sets))


def with_sets(made: Forecast, frame: pl.DataFrame, sets: dict[str, Any]) -> Forecast:
    """Return the forecasts with their sets of answers by the limits ``sets``."""
    kinds = frame.select("ev_id", *conformal.BY)
    rows = made.events.join(kinds, on="ev_id", how="left", validate="1:1", maintain_order="left")
    return replace(made, in_set=conformal.members(sets, made.probability, rows))


def _bundle(
    ground: Ground,
    frame: pl.DataFrame,
    steps: dict[str, Fitted],
    learned: dict[str, Any],
    recipe: Recipe,
    sets: dict[str, Any],
) -> Target:
    manifest = ground.manifest(
        TARGET,
        frame,
        estimand=ESTIMAND,
        outputs=list(chain.CLASSES),
        recipe=vars(recipe),
        rounds={step: fitted.rounds for step, fitted in steps.items()},
    )
    served = {step: fitted.served for step, fitted in steps.items()}
    return Target(served, ground.fatal.schema, learned, manifest, ground.fatal, sets)
