"""Train the families of findings at one horizon: several may hold of one accident.

One booster with an output a family: the families share the matrix and the number of rounds.
Findings are the label here, and are known at the horizon `investigation` alone; at `event` and
`scene` no feature tells of them.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from hindcast.model.targets import boost, families, forecast, outcomes
from hindcast.model.targets.boost import Recipe
from hindcast.model.targets.bundle import Target
from hindcast.model.targets.forecast import JUDGED, Forecast
from hindcast.model.targets.horizon import Ground
from hindcast.model.targets.outcomes import OutcomeError

TARGET = "causes"
HORIZONS = ("event", "scene")
ESTIMAND = (
    "P(the investigation lists a finding of this family | an accident happened). Findings are not "
    "all probable causes: marks of cause are missing from these records."
)
PHASE_PRIOR_EVENTS = 20
"""How many events of all phases stand beside those of one phase in the phase-only baseline."""


@dataclass(frozen=True)
class Causes:
    """A horizon's bundle, and the forecasts of the model and of the two baselines."""

    bundle: Target
    forecasts: list[Forecast]


def train(ground: Ground, recipe: Recipe) -> Causes:
    """Fit one booster for all families kept, and the shares that it stands beside.

    Raises
    ------
    OutcomeError
        A feature of the horizon is a finding.
    """
    check_inputs(ground.fatal.schema)
    kept = ground.study.families.filter("kept")
    frame = ground.study.known("codes")
    matrix, masks = ground.encoded(frame), outcomes.masks(frame)
    label = families.matrix(frame["codes"], kept["code"].to_list())
    fitted = boost.fitted(matrix, label, masks, ground.fatal.schema, recipe)
    by_model = {
        forecast.MODEL: {
            part: 1 / (1 + np.exp(-found.astype(float)))
            for part, found in fitted.margins(matrix, masks).items()
        },
        "phase": by_phase(frame, label, masks),
        "prior": {
            part: np.tile(_shares(label, masks), (int(masks[part].sum()), 1)) for part in JUDGED
        },
    }
    names = kept["name"].to_list()
    manifest = ground.manifest(
        TARGET,
        frame,
        estimand=ESTIMAND,
        outputs=names,
        families=kept.drop("kept").to_dicts(),
        recipe=vars(recipe),
        rounds=fitted.rounds,
    )
    steps = {"families": fitted.served}
    return Causes(
        Target(steps, ground.fatal.schema, {"families": {"method": "none"}}, manifest),
        [
            forecast.of(frame, TARGET, ground.horizon, model, names, label, by_part)
            for model, by_part in by_model.items()
        ],
    )


def check_inputs(schema: list[dict]) -> None:
    """Refuse findings among the features.

    Raises
    ------
    OutcomeError
        Names them.

    Examples
    --------
    >>> check_inputs([{"name": "phase", "group": "sequence"}])
    """
    if told := [feature["name"] for feature in schema if feature["group"] == "findings"]:
        raise OutcomeError(
            f"findings are what is forecast, and {', '.join(told)} would tell them: expected a "
            "horizon before the investigation"
        )


def _shares(label: np.ndarray, masks: boost.Masks) -> np.ndarray:
    return label[masks["train"]].mean(axis=0)


def by_phase(frame: pl.DataFrame, label: np.ndarray, masks: boost.Masks) -> dict[str, np.ndarray]:
    """Return the training shares of the accident's phase of flight, drawn towards those of all.

    Parameters
    ----------
    frame
        ``part`` and ``phase``; not recorded is a phase of its own.
    label
        Which event has which family, (events, families).
    masks
        Rows of each part.
    """
    phase = frame["phase"].cast(pl.String).fill_null("").to_numpy()
    overall = _shares(label, masks)
    shares = {}
    for name in np.unique(phase):
        rows = label[masks["train"] & (phase == name)]
        above = rows.sum(axis=0) + PHASE_PRIOR_EVENTS * overall
        shares[name] = above / (len(rows) + PHASE_PRIOR_EVENTS)
    return {part: np.stack([shares[name] for name in phase[masks[part]]]) for part in JUDGED}
