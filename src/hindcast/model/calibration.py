"""What each way of calibrating would have given: learned on validation, shown on the test.

A report, not a choice: the method in use was chosen on validation. The table says what the choice
was worth, and what no choice can mend.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from hindcast.model import bootstrap, calibrate, chance, metrics, predictions

JUDGED = ("validation", "test")


def margins(predicted: pl.DataFrame) -> pl.DataFrame | None:
    """Return the model's log odds before calibration on validation and test, in order of date.

    Those that the calibration in use was learned from: a bundle's own booster may have been
    fitted again with the validation part, and must not be asked for it.

    Parameters
    ----------
    predicted
        As `hindcast.model.evaluate.assemble` takes them.

    Returns
    -------
    polars.DataFrame or None
        ``horizon, ev_id, part, is_fatal, margin``; ``None`` where predictions have no margins, or
        not of every event.
    """
    own = predicted.filter(pl.col("model") == predictions.MODEL, pl.col("part").is_in(JUDGED))
    if "margin" not in own.columns or own["margin"].has_nulls():
        return None
    return own.sort("ev_date", "ev_id").select("horizon", "ev_id", "part", "is_fatal", "margin")


def study(rows: pl.DataFrame, used: Mapping[str, Any], *, rounds: int, seed: int) -> dict[str, Any]:
    """Return the method in use with its reason, and what each method gives on the test.

    Parameters
    ----------
    rows
        Of `margins`, one horizon.
    used
        The bundle's calibration.
    rounds, seed
        Of the draws that tell what chance alone would give.
    """
    learned, judged = (rows.filter(pl.col("part") == part) for part in JUDGED)
    given = learned["margin"].to_numpy(), learned["is_fatal"].to_numpy().astype(float)
    if not 0 < given[1].sum() < len(given[1]):
        return {"method": used["method"], "by_method": []}
    return {
        "method": used["method"],
        "chosen": used.get("chosen"),
        "by_method": [
            {"method": method}
            | _judged(calibrate.learn(method, *given), judged, rounds=rounds, seed=seed)
            for method in calibrate.METHODS
        ],
    }


def _judged(
    learned: Mapping[str, Any], judged: pl.DataFrame, *, rounds: int, seed: int
) -> dict[str, Any]:
    fatal = judged["is_fatal"].to_numpy().astype(float)
    probability = calibrate.apply(dict(learned), judged["margin"].to_numpy())
    scores = {"ece": metrics.ece, "log_loss": metrics.log_loss, "brier": metrics.brier}
    return {name: bootstrap.number(of(fatal, probability)) for name, of in scores.items()} | (
        chance.ece_expected_by_chance(fatal, probability, rounds=rounds, seed=seed)
    )
