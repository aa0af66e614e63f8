"""Which lever each feature belongs to: those of the first study are the base, the rest are named.

``base_features.csv`` lists the base by name; ``feature_levers.csv`` has a pattern for each group of
the features that came later, so that a table can add one group at a time.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from hindcast import paths
from hindcast.errors import HindcastError

BASE = "base"


class LeverError(HindcastError, ValueError):
    """A lever cannot be pulled; the message names it, what was found and what to do."""


@dataclass(frozen=True)
class Groups:
    """The base's features, and ``(lever, pattern, what)`` of the features that came later."""

    base: frozenset[str]
    patterns: tuple[tuple[str, str, str], ...]

    @property
    def told(self) -> dict[str, str]:
        """Return what each lever adds, in words, in the table's order."""
        told: dict[str, str] = {}
        for lever, _, what in self.patterns:
            told.setdefault(lever, what)
        return told

    def levers_of(self, feature: str) -> list[str]:
        """Return every group that claims a feature, the base before all; it should be one."""
        if feature in self.base:
            return [BASE]
        claimed = [lever for lever, pattern, _ in self.patterns if re.fullmatch(pattern, feature)]
        return list(dict.fromkeys(claimed))

    def lever_of(self, feature: str) -> str:
        """Return the group of a feature.

        Raises
        ------
        LeverError
            No group claims it, or several do.
        """
        found = self.levers_of(feature)
        if len(found) != 1:
            raise LeverError(
                f"feature {feature!r} belongs to {' and '.join(found) or 'no lever'}; expected "
                "one: see data/reference/base_features.csv and feature_levers.csv"
            )
        return found[0]


@cache
def _read(folder: Path) -> Groups:
    base = pl.read_csv(folder / "base_features.csv")["feature"]
    rows = pl.read_csv(folder / "feature_levers.csv").select("lever", "pattern", "what")
    return Groups(frozenset(base), tuple(rows.iter_rows()))


def read(folder: Path | None = None) -> Groups:
    """Return the groups that data/reference, or ``folder``, declares."""
    return _read(folder or paths.reference())


def only(
    features: Iterable[dict[str, Any]], levers: Sequence[str], groups: Groups
) -> list[dict[str, Any]]:
    """Return the features of the named groups, in the schema's order.

    Examples
    --------
    >>> groups = Groups(frozenset({"season"}), (("terrain", "terrain_.*", "ground"),))
    >>> entries = [{"name": "season"}, {"name": "terrain_slope"}]
    >>> [entry["name"] for entry in only(entries, ["terrain"], groups)]
    ['terrain_slope']
    """
    return [entry for entry in features if groups.lever_of(entry["name"]) in levers]


def present(features: Iterable[dict[str, Any]], groups: Groups) -> list[str]:
    """Return the levers that have at least one feature here, in their declared order."""
    here = {groups.lever_of(entry["name"]) for entry in features}
    return [lever for lever in groups.told if lever in here]
