"""Which traits are compared, among which accidents, and what measures the diagram's nodes."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hindcast.analysis.aircraft import reasons

log = logging.getLogger(__name__)

AIRPLANES, PISTON, POWERED = (
    "airplanes outside the airlines",
    "single-engine piston airplanes",
    "airplanes and helicopters outside the airlines",
)
LEVELS = ("purpose", "rules", "region", "year")
IMPUTED = ("age_decades", "pilot_log_hours")
TRAITS = ("is_homebuilt", "is_retractable", "is_multi_engine", "is_turbine", "is_tailwheel")
LEAST_OF_EACH = 5
"""A category of fewer fatal, or fewer other, accidents is ``other`` in a regression."""


@dataclass(frozen=True)
class Comparison:
    """A trait, in whom it is compared, and which other traits it is adjusted for."""

    label: str
    column: str
    population: str
    others: tuple[str, ...]


COMPARISONS = (
    Comparison("amateur-built", "is_homebuilt", PISTON, ("is_retractable", "is_tailwheel")),
    Comparison("retractable gear", "is_retractable", AIRPLANES,
               ("is_homebuilt", "is_multi_engine", "is_turbine", "is_tailwheel")),
    Comparison("two or more engines", "is_multi_engine", AIRPLANES,
               ("is_homebuilt", "is_retractable", "is_turbine", "is_tailwheel")),
    Comparison("turbine, not piston", "is_turbine", AIRPLANES,
               ("is_homebuilt", "is_retractable", "is_multi_engine", "is_tailwheel")),
    Comparison("tailwheel", "is_tailwheel", PISTON, ("is_homebuilt", "is_retractable")),
    Comparison("helicopter, not airplane", "is_helicopter", POWERED,
               ("is_homebuilt", "is_multi_engine", "is_turbine")),
    Comparison("ten years older", "age_decades", AIRPLANES, TRAITS),
)  # fmt: skip
_CIRCUMSTANCES = (reasons.USE, reasons.PLACE, reasons.YEAR)
STEPS = {
    "crude": (),
    "+ use, place, year": _CIRCUMSTANCES,
    "+ other traits": (*_CIRCUMSTANCES, reasons.OTHERS),
    "+ pilot, year built": (*_CIRCUMSTANCES, reasons.OTHERS, reasons.PILOT, reasons.BUILT),
}
"""From nothing to all that the diagram asks for."""


def population(fleet: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the accidents of known severity among whom a trait is compared.

    Parameters
    ----------
    fleet
        Of `hindcast.analysis.aircraft.fleet.fleet`.
    name
        `AIRPLANES`, `PISTON` or `POWERED`. An aircraft of unknown engines is in no population that
        asks for one piston engine.

    Raises
    ------
    KeyError
        No such population.
    """
    airplane, airline = fleet["category"] == "Airplane", fleet["rules"] == "Part 121"
    single = ~fleet["is_multi_engine"].fillna(True) & (fleet["engine_kind"] == "Reciprocating")
    masks = {
        AIRPLANES: airplane & ~airline,
        PISTON: airplane & ~airline & single,
        POWERED: (airplane | (fleet["category"] == "Helicopter")) & ~airline,
    }
    rows = fleet[masks[name].astype(bool) & fleet["is_fatal"].notna()]
    log.info("%s: %d of %d accidents", name, len(rows), len(fleet))
    return rows


def columns(comparison: Comparison, nodes: Iterable[str]) -> list[str]:
    """Return the columns that measure some nodes of the diagram, without the trait's own."""
    found = [c for node in nodes for c in reasons.COLUMNS.get(node, comparison.others)]
    return [column for column in found if column != comparison.column]


def lumped(values: pd.Series, outcome: pd.Series, least: int = LEAST_OF_EACH) -> pd.Series:
    """Return categories as text, rare ones as ``other``, so that none is all fatal or all not.

    Parameters
    ----------
    outcome
        0 or 1. A category with fewer than ``least`` of either is rare; where that holds for all
        rare ones together, they join the largest category.

    Examples
    --------
    >>> outcome = pd.Series([0, 1, 0, 1, 1, 0, 0])
    >>> lumped(pd.Series(list("aaaabcb")), outcome, 1).to_list()
    ['a', 'a', 'a', 'a', 'b', 'a', 'b']
    """
    text = values.astype("object").astype(str).to_numpy()
    largest = str(values.astype("object").mode().iloc[0])
    for name in ("other", largest):
        at, names = pd.factorize(text)
        fatal, of = np.bincount(at, outcome), np.bincount(at)
        is_rare = np.minimum(fatal, of - fatal) < least
        text = np.where(is_rare, name, names)[at]
    return pd.Series(text, values.index)


def design(rows: pd.DataFrame, terms: list[str]) -> pd.DataFrame:
    """Return a constant and the terms as numbers: flags 0 and 1, categories without their first.

    Columns that do not vary are left out.

    Parameters
    ----------
    rows
        Complete in ``terms``, with ``is_fatal``.
    """
    text = [term for term in terms if term in LEVELS]
    made = rows[[term for term in terms if term not in LEVELS]].astype("float64")
    if text and len(rows):
        outcome = rows["is_fatal"].astype("int64")
        levels = pd.DataFrame({term: lumped(rows[term], outcome) for term in text})
        made = made.join(pd.get_dummies(levels, drop_first=True, dtype=float))
    made = made.loc[:, made.min() < made.max()]
    made.insert(0, "constant", 1.0)
    return made
