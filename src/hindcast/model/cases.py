"""Four accidents, chosen by rule and told in words without saying which accidents they were.

A value is told only if it cannot point to an accident: weather, phase, what happened, damage.
Where and when it was, who flew, and which aircraft are withheld, also in the figures.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from hindcast.model.explain import Explained

TOLD_GROUPS = frozenset({"weather", "operation", "sequence", "scene", "findings"})
WITHHELD = "withheld"
MISSING = "not recorded"
RULES = {
    "highest": "the highest probability among the fatal accidents",
    "lowest": "the lowest probability among the accidents nobody died in",
    "miss": "the lowest probability among the fatal accidents: the model's worst miss",
    "borderline": "the probability closest to one half",
}


@dataclass(frozen=True)
class Case:
    """One chosen accident: the rule that chose it and its row in the explained set."""

    rule: str
    row: int


def choose(explained: Explained) -> list[Case]:
    """Return the four cases of `RULES`, in their order; ties go to the first row.

    An accident that two rules choose comes twice.
    """
    probability = explained.keys["probability"].to_numpy()
    fatal = explained.keys["is_fatal"].to_numpy()
    rows = {
        "highest": np.argmax(np.where(fatal, probability, -1)),
        "lowest": np.argmin(np.where(fatal, 2, probability)),
        "miss": np.argmin(np.where(fatal, probability, 2)),
        "borderline": np.argmin(np.abs(probability - 0.5)),
    }
    return [Case(rule, int(row)) for rule, row in rows.items()]


def told(value: Any, feature: dict[str, Any]) -> str:
    """Return a feature's value in words, or that it is withheld.

    Parameters
    ----------
    value
        The value, None where missing.
    feature
        Its entry in the feature schema: name, group, kind, unit.

    Examples
    --------
    >>> told(0.25, {"name": "visibility_sm", "group": "weather", "kind": "number", "unit": "sm"})
    '0.25 sm'
    >>> told("AK", {"name": "state", "group": "place", "kind": "category", "unit": "-"})
    'withheld'
    """
    if value is None:
        return MISSING
    if feature["group"] not in TOLD_GROUPS:
        return WITHHELD
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.replace("_", " ")
    unit = feature["unit"] if feature["unit"] not in {"", "-", "1"} else ""
    return f"{float(f'{value:.2g}'):g} {unit}".strip()


def values(explained: Explained, row: int) -> list[str]:
    """Return every feature of an accident as `told` tells it, in the model's order."""
    found = explained.features.row(row, named=True)
    return [told(found[feature["name"]], feature) for feature in explained.schema]


def story(explained: Explained, case: Case, count: int = 6) -> pl.DataFrame:
    """Return what moved one forecast most: ``feature, value, log_odds``, largest first.

    Parameters
    ----------
    explained
        SHAP values of a horizon.
    case
        One of `choose`.
    count
        Number of features.
    """
    names = [name.replace("_", " ") for name in explained.names]
    moved = pl.DataFrame(
        {
            "feature": names,
            "value": values(explained, case.row),
            "log_odds": explained.values[case.row],
        }
    )
    return moved.sort(pl.col("log_odds").abs(), descending=True).head(count)


def words(explained: Explained, case: Case, count: int = 6) -> str:
    """Return one case as Markdown: the rule, the forecast, the outcome, and what moved it."""
    probability, fatal = explained.keys.select("probability", "is_fatal").row(case.row)
    moves = [_move(*move) for move in story(explained, case, count).rows()]
    return (
        f"**Chosen for {RULES[case.rule]}.** P(fatal | an accident happened) was forecast as "
        f"{probability:.1%}; {'somebody died' if fatal else 'nobody died'}. "
        f"From the mean forecast, {'; '.join(moves)}."
    )


def _move(name: str, value: str, log_odds: float) -> str:
    direction = "raised" if log_odds > 0 else "lowered"
    what = f"*{name}*" if value == WITHHELD else f"*{name}* ({value})"
    return f"{what} {direction} the log odds by {abs(log_odds):.2f}"


def tell(explained: Explained, chosen: list[Case], count: int = 6) -> str:
    """Return the chosen cases as a Markdown list, each with the features that moved it most."""
    told_cases = (words(explained, case, count) for case in chosen)
    return "\n".join(f"{place}. {text}" for place, text in enumerate(told_cases, 1))
