"""Take values away at random while learning, as other releases and requests do for good.

Every release, source and request brings other columns. A model that has only seen the columns of
its own release takes a missing one for a sign, because within a release it often is one: reports
of fatal accidents lack what a dead pilot did not fill in. A part of the accidents, another one for
each booster, is therefore learned from without some inputs, some tables or some whole groups.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

ALWAYS_THERE = frozenset(("ev_date", "era"))
"""Inputs no record is without: the day decides the period of a record."""
JOINT = 0.5
"""How likely a table or a group is lost, against a single input: it takes many features along."""


@dataclass(frozen=True)
class Unit:
    """Columns of the matrix that are lost together, and how likely against a single input."""

    weight: float
    columns: tuple[int, ...]


def units(schema: Sequence[dict[str, Any]]) -> list[Unit]:
    """Return what can be lost: each input, each source table, each group of features.

    Parameters
    ----------
    schema
        Entries of feature_schema.json in the order of the matrix' columns.

    Examples
    --------
    >>> age = {"inputs": ["crew_age"], "source": "Flight_Crew.crew_age", "group": "crew"}
    >>> wind = {"inputs": ["wind_vel_kts"], "source": "events.wind_vel_kts", "group": "weather"}
    >>> len(units([age, wind]))
    6
    """
    found: dict[tuple[str, str], list[int]] = {}
    for column, feature in enumerate(schema):
        for name in _names(feature):
            found.setdefault(name, []).append(column)
    return [Unit(1.0 if kind == "input" else JOINT, tuple(at)) for (kind, _), at in found.items()]


def _names(feature: dict[str, Any]) -> list[tuple[str, str]]:
    table = re.match(r"\w+", feature.get("source", ""))
    inputs = [name for name in feature.get("inputs", ()) if name not in ALWAYS_THERE]
    return [
        *(("input", name) for name in inputs),
        *([("table", table[0])] if table else []),
        *([("group", feature["group"])] if "group" in feature else []),
    ]


def blanked(
    matrix: np.ndarray, lost: Sequence[Unit], share: float, generator: np.random.Generator
) -> np.ndarray:
    """Return a copy of the matrix with values taken away.

    Each row draws how much it loses, between nothing and twice ``share`` of its inputs; so rows
    that keep nearly all and rows that keep little are both seen.

    Parameters
    ----------
    matrix
        Rows by features, NaN where missing.
    lost
        What `units` returned for the columns.
    share
        Mean share of inputs that a row loses, 0 to .5.
    generator
        Decides which.
    """
    copy = matrix.copy()
    chance = generator.random(len(matrix)) * 2 * share
    for unit in lost:
        rows = np.flatnonzero(generator.random(len(matrix)) < chance * unit.weight)
        copy[np.ix_(rows, unit.columns)] = np.nan
    return copy


def thinned(
    matrix: np.ndarray,
    schema: Sequence[dict[str, Any]],
    rows: float,
    share: float,
    generator: np.random.Generator,
) -> np.ndarray:
    """Return the matrix with values taken away from a part of the rows.

    Parameters
    ----------
    matrix
        Rows by features, in the order of ``schema``.
    rows
        Share of the rows that lose something, drawn at random.
    share
        As for `blanked`.
    """
    chosen = np.flatnonzero(generator.random(len(matrix)) < rows)
    copy = matrix.copy()
    copy[chosen] = blanked(matrix[chosen], units(schema), share, generator)
    return copy
