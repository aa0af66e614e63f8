"""Boosters' trees as arrays: for computations that XGBoost does not do fast enough for one row.

XGBoost lays its trees out anew at each call, some 250 microseconds whatever it is asked. Here they
are read once, into NumPy arrays. Many splits of a booster are the same (a feature, a limit, a side
for what is missing), so each distinct one is asked once a row.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hindcast.errors import HindcastError
from hindcast.model import ubjson

if TYPE_CHECKING:
    import xgboost

OBJECTIVE = "binary:logistic"
COLUMNS = ("left_children", "right_children", "split_conditions", "sum_hessian", "loss_changes")
SPLIT = np.dtype([("feature", "<i4"), ("missing_left", "?"), ("limit", "<f4")])
"""A split by number: from its limit on, a row goes right."""
ASKED = {"feature": "split_indices", "missing_left": "default_left", "limit": "split_conditions"}
"""The column of each part of a split."""


class TreesError(HindcastError, ValueError):
    """A booster is of a sort that is not read here; the message says which."""


@dataclass(frozen=True)
class SetSplit:
    """A split by category: rows of one of these categories go right."""

    feature: int
    missing_left: bool
    categories: tuple[int, ...]


@dataclass(frozen=True)
class Trees:
    """The trees of one booster or several, their nodes one after the other.

    Attributes
    ----------
    root
        The first node of each tree, shape (trees,).
    output
        Which output each tree adds to, shape (trees,).
    base
        The margin of each output before any tree, float32, shape (outputs,).
    left, right
        The children of each node, -1 at a leaf; shape (nodes,).
    split
        The split of each node: a place in ``numbers``, or after them in ``sets``; shape (nodes,).
    value
        What a leaf adds, log odds; of no meaning at other nodes. Shape (nodes,).
    cover
        How much training weight passed each node, shape (nodes,).
    gain
        What each split gained in training, of no meaning at leaves; shape (nodes,).
    numbers
        The distinct splits by number, of dtype `SPLIT`.
    sets
        The distinct splits by category.
    n_features
        Columns of the matrix.
    """

    root: np.ndarray
    output: np.ndarray
    base: np.ndarray
    left: np.ndarray
    right: np.ndarray
    split: np.ndarray
    value: np.ndarray
    cover: np.ndarray
    gain: np.ndarray
    numbers: np.ndarray
    sets: list[SetSplit]
    n_features: int

    @property
    def features(self) -> np.ndarray:
        """Return the feature of each split, shape (splits,)."""
        by_set = np.array([split.feature for split in self.sets], dtype=np.intp)
        return np.concatenate([self.numbers["feature"], by_set])


def read(boosters: Sequence["xgboost.Booster"]) -> Trees:
    """Return the trees of boosters that read the same matrix; their outputs follow each other.

    Raises
    ------
    TreesError
        One is not a booster of trees for yes or no.
    hindcast.model.ubjson.UbjsonError
        One is no booster.
    """
    learners = [_learner(booster) for booster in boosters]
    models = [learner["gradient_booster"]["model"] for learner in learners]
    trees = [tree for model in models for tree in model["trees"]]
    outputs = [max(model["tree_info"], default=0) + 1 for model in models]
    first = np.cumsum([0, *outputs])[:-1]
    root = np.cumsum([0, *(len(tree["left_children"]) for tree in trees)])[:-1]
    left, right, value, cover, gain = (_column(trees, name) for name in COLUMNS)
    per_node = np.repeat(root, np.diff([*root, len(left)]))
    is_leaf = left < 0
    numbers, sets, split = _splits(trees, root)
    return Trees(
        root,
        np.concatenate(
            [at + np.array(m["tree_info"], int) for at, m in zip(first, models, strict=True)]
        ),
        np.concatenate([_base(one, n) for one, n in zip(learners, outputs, strict=True)]),
        np.where(is_leaf, -1, left + per_node).astype(np.intp),
        np.where(is_leaf, -1, right + per_node).astype(np.intp),
        split,
        value.astype(np.float32),
        cover.astype(np.float32),
        gain.astype(np.float32),
        numbers,
        sets,
        int(learners[0]["learner_model_param"]["num_feature"]),
    )


def _learner(booster: "xgboost.Booster") -> Mapping[str, Any]:
    try:
        learner = ubjson.loads(bytes(booster.save_raw("ubj")))["learner"]
        _check(learner)
    except (KeyError, TypeError) as error:
        raise TreesError(f"no booster as this version reads them: {error!r}") from error
    return learner


def _check(learner: Mapping[str, Any]) -> None:
    objective, kind = learner["objective"]["name"], learner["gradient_booster"]["name"]
    if (objective, kind) != (OBJECTIVE, "gbtree"):
        raise TreesError(f"booster {kind} of {objective}: expected gbtree of {OBJECTIVE}")
    trees = learner["gradient_booster"]["model"]["trees"]
    if any(int(tree["tree_param"]["size_leaf_vector"]) > 1 for tree in trees):
        raise TreesError("trees with a vector in each leaf: expected one output a tree")


def _column(trees: Sequence[Mapping[str, Any]], name: str) -> np.ndarray:
    return np.concatenate([tree[name] for tree in trees]) if trees else np.empty(0)


def _base(learner: Mapping[str, Any], outputs: int) -> np.ndarray:
    share = np.array(json.loads(learner["learner_model_param"]["base_score"]), dtype=np.float32)
    odds_against = np.float32(1) / share - np.float32(1)
    margin = -np.log(odds_against.astype(float))
    return np.broadcast_to(margin, outputs).astype(np.float32)


def _splits(
    trees: Sequence[Mapping[str, Any]], root: np.ndarray
) -> tuple[np.ndarray, list[SetSplit], np.ndarray]:
    """Return the distinct splits by number and by category, and each node's, shape (nodes,)."""
    told = np.zeros(sum(len(tree["left_children"]) for tree in trees), dtype=SPLIT)
    for name, column in ASKED.items():
        told[name] = _column(trees, column)
    # a number for each sorts ten times as fast as a record
    side = told["feature"].astype(np.int64) * 2 + told["missing_left"]
    _, first, split = np.unique(
        side << 32 | told["limit"].view("<u4"), return_index=True, return_inverse=True
    )
    numbers = told[first]
    places: dict[SetSplit, int] = {}
    for tree, start in zip(trees, root, strict=True):
        for node, categories in _categories(tree):
            at = told[start + node]
            found = SetSplit(int(at["feature"]), bool(at["missing_left"]), categories)
            split[start + node] = len(numbers) + places.setdefault(found, len(places))
    return numbers, list(places), split


def _categories(tree: Mapping[str, Any]) -> list[tuple[int, tuple[int, ...]]]:
    columns = (tree[f"categories_{name}"] for name in ("nodes", "segments", "sizes"))
    return [
        (node, tuple(tree["categories"][start : start + size].tolist()))
        for node, start, size in zip(*columns, strict=True)
    ]


def gains(trees: Trees) -> np.ndarray:
    """Return what the first output's splits by each feature gained in training, (features,)."""
    ends = np.append(trees.root[1:], len(trees.left))
    is_first = np.repeat(trees.output == 0, ends - trees.root)
    nodes = np.flatnonzero(is_first & (trees.left >= 0))
    feature = trees.features[trees.split[nodes]]
    return np.bincount(feature, trees.gain[nodes], minlength=trees.n_features)
