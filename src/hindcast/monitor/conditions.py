"""From what was found to conditions: each is on or off, and says in a sentence why."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from hindcast.monitor.alerts import Condition
from hindcast.monitor.reference import Reference
from hindcast.monitor.watch import Watched


def of(found: Watched, reference: Reference) -> list[Condition]:
    """Return every condition that could be judged, on or off.

    ``input_drift`` a horizon; ``score_drift`` a model; ``calibration`` and ``discrimination`` a
    model with outcomes enough.
    """
    return [
        *_inputs(found, reference),
        *_scores(found.drift),
        *_performance(found.models, reference),
    ]


def drifted_gain(rows: pl.DataFrame, gain: dict[str, float]) -> float:
    """Return how much of what the model gained in training came from features that drifted.

    The share is of the gain of the features that were looked at.
    """
    looked = sum(gain.get(name, 0.0) for name in rows["feature"])
    drifted = rows.filter("is_drifted")["feature"]
    return sum(gain.get(name, 0.0) for name in drifted) / looked if looked else 0.0


def _inputs(found: Watched, reference: Reference) -> Iterator[Condition]:
    tested = found.drift.filter(pl.col("what") == "input")
    tested = tested.filter(pl.col("n") >= reference.limits.least_rows)
    for (horizon,), rows in tested.group_by("horizon", maintain_order=True):
        share = drifted_gain(rows, reference.horizons[horizon].gain)
        drifted = rows.filter("is_drifted").sort("psi", descending=True)["feature"]
        told = (
            f"{len(drifted)} of {rows.height} inputs drifted; they gave {share:.0%} of what the "
            f"model at {horizon} gained in training (limit {reference.limits.drifted_gain:.0%})"
        )
        named = f": {', '.join(drifted.head(5))}" if len(drifted) else ""
        is_on = share >= reference.limits.drifted_gain
        yield Condition("input_drift", horizon, is_on, told + named)


def _scores(drift: pl.DataFrame) -> Iterator[Condition]:
    asked = drift.filter(pl.col("what") == "score", pl.col("q").is_not_null())
    for row in asked.iter_rows(named=True):
        told = (
            f"forecasts of {row['n']} predictions against training: PSI {row['psi']:.2f} (chance "
            f"{row['psi_by_chance']:.2f}), {row['test']} {row['statistic']:.2f}, q {row['q']:.2g}"
        )
        yield Condition("score_drift", subject(row), row["is_drifted"], told)


def _performance(models: list[dict[str, Any]], reference: Reference) -> Iterator[Condition]:
    for one in models:
        if not one["enough"]:
            continue
        told, name = one["complete"], subject(one)
        deaths = (
            f"{told['observed']} fatal of {told['n']} with outcome, {told['expected']:.1f} foreseen"
            f" (ratio {told['ratio']:.2f}, {told['ratio_lo']:.2f} to {told['ratio_hi']:.2f})"
        )
        yield Condition("calibration", name, one["is_miscalibrated"], deaths)
        if (own := reference.horizons.get(one["horizon"])) and told["roc_auc_ci"]:
            lo, hi = told["roc_auc_ci"]
            order = (
                f"ROC AUC {told['roc_auc']:.3f} ({lo:.3f} to {hi:.3f}) on {told['n']} with "
                f"outcome, {own.roc_auc:.3f} on training's validation part"
            )
            yield Condition("discrimination", name, one["is_worse"], order)


def subject(row: dict[str, Any]) -> str:
    """Return what a condition is about: horizon, version and role."""
    return "/".join((row["horizon"], row["version"], row["role"]))
