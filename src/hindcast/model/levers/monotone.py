"""Directions that physics is sure of: a booster may not learn the opposite from a few odd years.

``monotone.csv`` gives each with its reason. P(fatal | an accident happened) may then only rise (+1)
or only fall (-1) along the feature, all else equal.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl

from hindcast import paths
from hindcast.model.levers.lever import Bench


@cache
def _read(path: Path) -> dict[str, int]:
    return dict(pl.read_csv(path).select("feature", "direction").iter_rows())


def directions() -> dict[str, int]:
    """Return +1 or -1 for each constrained feature."""
    return _read(paths.reference() / "monotone.csv")


def constrained(bench: Bench) -> Bench:
    """Return the bench with constraints on those of its features that have a sure direction."""
    here = {feature["name"] for feature in bench.features}
    kept = {name: sign for name, sign in directions().items() if name in here}
    booster = bench.recipe.booster | {"monotone_constraints": kept}
    return replace(bench, recipe=replace(bench.recipe, booster=booster))
