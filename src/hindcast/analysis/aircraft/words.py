"""The page's three findings, their words chosen by their numbers."""

import pandas as pd

from hindcast.analysis import shares
from hindcast.analysis.aircraft import heldout
from hindcast.analysis.aircraft.comparisons import STEPS
from hindcast.analysis.findings import Finding, ratio, share

FULL = list(STEPS)[-1]


def findings(
    fleet: pd.DataFrame,
    steps: pd.DataFrame,
    table: pd.DataFrame,
    forecasts: pd.DataFrame,
    least: int,
) -> list[Finding]:
    """Return the three findings of the page.

    Parameters
    ----------
    fleet
        Of `hindcast.analysis.aircraft.fleet.fleet`.
    steps
        Of `hindcast.analysis.aircraft.effects.steps`.
    table
        Of `hindcast.analysis.aircraft.pooling.models`.
    forecasts
        Of `hindcast.analysis.aircraft.heldout.forecasts`.
    least
        Accidents that a model needs to be named.
    """
    return [homebuilt(fleet, steps), counts(table, least), pooling(forecasts)]


def side(low: float, high: float, at: float = 1.0) -> str:
    """Return where an interval lies: ``above``, ``below`` or ``around`` a value.

    Examples
    --------
    >>> side(1.2, 1.9), side(0.5, 0.8), side(0.8, 1.3), side(float("nan"), float("nan"))
    ('above', 'below', 'around', 'around')
    """
    return "above" if low > at else "below" if high < at else "around"


def homebuilt(fleet: pd.DataFrame, steps: pd.DataFrame) -> Finding:
    """Return whether accidents of amateur-built aircraft are more often fatal."""
    found = shares.by(fleet, "is_homebuilt").set_index("is_homebuilt")
    rows = steps[steps["exposure"] == "amateur-built"].set_index("step")
    figure = "fig-aircraft-odds"
    if not {True, False} <= set(found.index.dropna()) or not rows["odds_ratio"].notna().any():
        return Finding("Homebuilts cannot be compared", "These records do not say enough of which "
                       "aircraft were amateur-built.", figure, {})  # fmt: skip
    own, other, crude, full = found.loc[True], found.loc[False], rows.loc["crude"], rows.loc[FULL]
    headline = {
        "above": "Accidents of homebuilt aircraft are more often fatal",
        "below": "Accidents of homebuilt aircraft are less often fatal",
        "around": "Homebuilts: no clear difference once like is compared with like",
    }[side(full["low"], full["high"])]
    text = (
        f"{_share(own)} of the accidents of amateur-built aircraft were fatal, {_share(other)} of "
        "those of factory-built ones. Among single-engine piston airplanes the odds ratio of an "
        f"accident's being fatal is {_ratio(crude)} as they are and {_ratio(full)} with use, "
        "place, year, other traits, pilot and year built held equal."
    )
    numbers = {
        "share_homebuilt": own["fatal_share"],
        "share_factory_built": other["fatal_share"],
        "accidents_homebuilt": int(own["accidents"]),
    }
    numbers |= _told("crude", crude) | _told("adjusted", full)
    return Finding(headline, text, figure, numbers)


def _share(row: pd.Series) -> str:
    return share(row["fatal_share"], row["low"], row["high"])


def _ratio(row: pd.Series) -> str:
    return ratio(row["odds_ratio"], row["low"], row["high"])


def _told(kind: str, row: pd.Series) -> dict[str, float]:
    return {f"{kind}_{name}": float(row[name]) for name in ("odds_ratio", "low", "high")}


def counts(table: pd.DataFrame, least: int) -> Finding:
    """Return how the model with the most accidents compares with the one with the deadliest."""
    rows, figure = table[table["known"] >= least], "fig-aircraft-models"
    if len(rows) < 2:
        return Finding("Too few accidents to compare models", "No two models have enough of them.",
                       figure, {})  # fmt: skip
    overall = table["fatal"].sum() / table["known"].sum()
    most = rows.loc[rows["known"].idxmax()]
    deadliest = rows.loc[rows["pooled_share"].idxmax()]
    headline = {
        "below": "The aircraft with the most accidents has milder ones than most",
        "around": "The aircraft with the most accidents has ordinary ones",
        "above": "The aircraft with the most accidents has deadlier ones than most",
    }[side(most["low"], most["high"], overall)]
    text = (
        f"{most['aircraft']} has the most accidents, {most['known']:,}. The share of them that was "
        f"fatal, pooled with its kin, is {_pooled(most)}, against {share(overall)} of all; the "
        f"largest among models of at least {least} accidents is that of {deadliest['aircraft']}: "
        f"{_pooled(deadliest)} of {deadliest['known']:,} accidents. Counts grow with the hours "
        "flown, which these records do not hold: neither number is a risk of having an accident."
    )
    return Finding(headline, text, figure, {
        "overall_share": overall,
        "most_accidents": most["aircraft"],
        "most_accidents_count": int(most["known"]),
        "most_accidents_pooled_share": most["pooled_share"],
        "deadliest_accidents": deadliest["aircraft"],
        "deadliest_accidents_count": int(deadliest["known"]),
        "deadliest_accidents_pooled_share": deadliest["pooled_share"],
    })  # fmt: skip


def _pooled(row: pd.Series) -> str:
    return share(row["pooled_share"], row["low"], row["high"])


def pooling(forecasts: pd.DataFrame) -> Finding:
    """Return whether pooled shares of models foretell held-out years better than raw ones."""
    figure = "fig-aircraft-gain"
    if forecasts.empty:
        return Finding("No year could be held out", "These records have fewer than two years.",
                       figure, {})  # fmt: skip
    gap = heldout.gap(forecasts, "pooled", "raw_model")
    loss = heldout.losses(forecasts).set_index("method")["log_loss"]
    names = (heldout.METHODS[name] for name in ("overall", "raw_model", "pooled"))
    overall, raw, pooled = (float(loss[name]) for name in names)
    headline = {
        "above": "A model's share is best believed only in part",
        "below": "Here raw shares of models foretell better than pooled ones",
        "around": "Pooling models makes no clear difference here",
    }[side(gap["low"], gap["high"], 0.0)]
    text = (
        f"For the {len(forecasts):,} accidents of held-out years the logarithmic loss is "
        f"{overall:.4f} with one share for all, {raw:.4f} with each model's own and {pooled:.4f} "
        "with shares drawn toward their maker's and all: pooled shares save "
        f"{gap['gain']:.4f} nats an accident against raw ones (95% interval {gap['low']:.4f} to "
        f"{gap['high']:.4f})."
    )
    numbers = {"loss_overall": overall, "loss_raw": raw, "loss_pooled": pooled}
    return Finding(headline, text, figure, numbers | {f"saved_{k}": v for k, v in gap.items()})
