"""The SHAP interaction of two features, exactly, for as many accidents as wanted.

XGBoost's ``pred_interactions`` gives all pairs of features and takes, for the 130 features and the
thousand trees of this study, minutes for a few hundred accidents. One pair needs only the leaves
below splits on both features. Within a tree, the value a leaf adds for a set of known features is
a product over the features on its path: 1 or 0 where the feature is known (does the accident
follow the path?), the share of training weight that goes that way where it is not. Shapley's
weights of such a product have a closed form, and a test holds the result to XGBoost's own.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import factorial
from typing import Any

import numpy as np
import polars as pl

from hindcast.model import metrics
from hindcast.model.bundle import Bundle
from hindcast.model.explain import Explained

BINS = 6
MISSING = "missing"
OTHERS = "all others"


@dataclass(frozen=True)
class Step:
    """One split on the way to a leaf: on which feature, at which node, to which side, how common.

    ``share`` is the part of the node's training weight (sum of Hessians) that goes to that side.
    """

    feature: int
    node: int
    is_left: bool
    share: float


@dataclass(frozen=True)
class Tree:
    """One tree as XGBoost's JSON holds it."""

    held: dict[str, Any]

    def paths(self, node: int = 0, steps: tuple[Step, ...] = ()) -> Iterator[tuple[float, tuple]]:
        """Yield each leaf's value and the steps that lead to it."""
        left, right = self.held["left_children"][node], self.held["right_children"][node]
        if left == -1:
            yield self.held["split_conditions"][node], steps
            return
        weight = self.held["sum_hessian"]
        for child, is_left in ((left, True), (right, False)):
            share = weight[child] / weight[node]
            step = Step(self.held["split_indices"][node], node, is_left, share)
            yield from self.paths(child, (*steps, step))

    @cached_property
    def _categories(self) -> dict[int, list[int]]:
        """Return, for each split on a category, the codes that go to the right."""
        held = self.held
        ends = zip(held["categories_segments"], held["categories_sizes"], strict=True)
        codes = [held["categories"][start : start + size] for start, size in ends]
        return dict(zip(held["categories_nodes"], codes, strict=True))

    def goes_left(self, matrix: np.ndarray, node: int) -> np.ndarray:
        """Return which rows of the encoded matrix go left at a node, shape (rows,)."""
        values = matrix[:, self.held["split_indices"][node]]
        if node in self._categories:
            left = ~np.isin(values, np.array(self._categories[node], np.float32))
        else:
            left = values < np.float32(self.held["split_conditions"][node])
        return np.where(np.isnan(values), bool(self.held["default_left"][node]), left)


def pair(bundle: Bundle, features: pl.DataFrame, first: str, second: str) -> np.ndarray:
    """Return how much two features add together beyond what each adds, in log odds, shape (rows,).

    Twice the entry of ``pred_interactions``, which gives each of the two half of it.

    Parameters
    ----------
    bundle
        A horizon's model.
    features
        The model's features.
    first, second
        Names of two features.
    """
    chosen = (bundle.names.index(first), bundle.names.index(second))
    matrix = bundle.matrix(features)
    total = np.zeros(len(matrix))
    for tree in trees(bundle):
        if set(chosen) <= set(tree.held["split_indices"]):
            total += _in_tree(tree, matrix, chosen)
    return total


def trees(bundle: Bundle) -> list[Tree]:
    """Return the trees of a bundle's booster."""
    model = json.loads(bundle.booster.save_raw("json"))
    return [Tree(held) for held in model["learner"]["gradient_booster"]["model"]["trees"]]


def _in_tree(tree: Tree, matrix: np.ndarray, chosen: tuple[int, int]) -> np.ndarray:
    left: dict[int, np.ndarray] = {}
    total = np.zeros(len(matrix))
    for value, steps in tree.paths():
        if set(chosen) <= {step.feature for step in steps}:
            for step in steps:
                if step.node not in left:
                    left[step.node] = tree.goes_left(matrix, step.node)
            total += value * _at_leaf(steps, left, chosen)
    return total


def _at_leaf(
    steps: tuple[Step, ...], left: dict[int, np.ndarray], chosen: tuple[int, int]
) -> np.ndarray:
    """Return the interaction of the chosen features in the product game of one leaf."""
    follows: dict[int, np.ndarray] = {}
    shares: dict[int, float] = {}
    for step in steps:
        fits = left[step.node] == step.is_left
        follows[step.feature] = follows.get(step.feature, True) & fits
        shares[step.feature] = shares.get(step.feature, 1.0) * step.share
    gains = [follows[feature] - shares[feature] for feature in chosen]
    rest = [feature for feature in follows if feature not in chosen]
    return gains[0] * gains[1] * _shapley(follows, shares, rest)


def _shapley(
    follows: dict[int, np.ndarray], shares: dict[int, float], rest: list[int]
) -> np.ndarray | float:
    """Return the mean, by Shapley's weights, of the product over subsets of ``rest`` being known.

    The coefficients of the product over ``rest`` of (share + follows * t) sum up, for each number
    of known features, all subsets of that size.
    """
    by_size: list[Any] = [1.0]
    for feature in rest:
        unknown = [share * shares[feature] for share in by_size] + [0.0]
        known = [0.0] + [share * follows[feature] for share in by_size]
        by_size = [a + b for a, b in zip(unknown, known, strict=True)]
    n = len(rest)
    weights = [factorial(s) * factorial(n - s) / factorial(n + 1) for s in range(n + 1)]
    return sum(weight * part for weight, part in zip(weights, by_size, strict=True))


def table(explained: Explained, bundle: Bundle, first: str, second: str) -> pl.DataFrame:
    """Return the mean interaction over accidents by the values of two features.

    Returns
    -------
    polars.DataFrame
        ``first``, ``second`` (their values as text: levels, or ranges of about equal numbers),
        ``effect`` (log odds) and ``n``, in the order of the values.
    """
    effect = pair(bundle, explained.features, first, second)
    named = {"first": first, "second": second}
    values = {key: explained.features[name] for key, name in named.items()}
    ranks = pl.DataFrame(
        {key: _binned(value) for key, value in values.items()} | {"effect": effect}
    )
    means = ranks.group_by("first", "second", maintain_order=True).agg(
        pl.col("effect").mean(), pl.len().alias("n")
    )
    return means.sort("first", "second").with_columns(pl.col("first", "second").cast(pl.String))


def _binned(values: pl.Series) -> pl.Series:
    """Return values as an ordered Enum: ranges by size, or common levels by frequency."""
    text, levels = _ranges(values) if values.dtype.is_numeric() else _common(values)
    order = [*levels, OTHERS, MISSING]
    return text.fill_null(MISSING).cast(pl.Enum(list(dict.fromkeys(order))))


def _ranges(values: pl.Series) -> tuple[pl.Series, list[str]]:
    """Return each number's range, of about equal numbers of accidents, and the ranges in order."""
    known = pl.DataFrame({"value": values}).with_row_index().drop_nulls()
    if known.is_empty():
        return values.cast(pl.String), []
    bins = metrics.equal_mass_bins(known["value"].to_numpy(), BINS)
    ends = [
        end.over("bin").round_sig_figs(3) for end in (pl.col("value").min(), pl.col("value").max())
    ]
    lo, hi = (end.cast(pl.String).str.strip_suffix(".0") for end in ends)
    told = known.with_columns(bin=bins).with_columns(text=pl.format("{} to {}", lo, hi))
    rows = pl.DataFrame({"value": values}).with_row_index()
    text = rows.join(told.select("index", "text"), on="index", how="left", validate="1:1")
    return text.sort("index")["text"], told.sort("bin")["text"].unique(
        maintain_order=True
    ).to_list()


def _common(values: pl.Series) -> tuple[pl.Series, list[str]]:
    """Return each value as text, rare ones as "all others", and the common ones in order."""
    text = values.cast(pl.String)
    counts = (
        text.drop_nulls().value_counts(name="n").sort("n", values.name, descending=[True, False])
    )
    levels = counts[values.name].head(BINS).to_list()
    kept = {level: level for level in levels} | {None: None}
    return text.replace_strict(kept, default=OTHERS, return_dtype=pl.String), levels
