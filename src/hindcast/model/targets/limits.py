"""Learn the limits of the sets of answers, see `hindcast.model.targets.conformal`.

On the validation part only: its accidents are later than all training, as those to come will be.
The number for all is a conformal quantile over blocks of time, each block judged with kinds'
numbers that the other blocks taught: fitted on its own accidents, the regression would promise too
much.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import linprog

from hindcast.model.targets import conformal

BLOCKS = 5


def learn(
    probability: np.ndarray,
    outcome: np.ndarray,
    features: pl.DataFrame,
    *,
    coverage: float,
    score: str,
    least: int,
    slack: float,
    by: Sequence[str] = conformal.BY,
) -> dict[str, Any]:
    """Return the limits as JSON: ``coverage, score, limit, kinds, n``.

    Parameters
    ----------
    probability, outcome
        Of the validation part in order of time: (n, classes), and the place of the class that
        happened, (n,).
    features
        Holds the columns ``by``, one row for each.
    coverage
        Share of accidents whose set shall hold the truth.
    score
        One of `hindcast.model.targets.conformal.SCORES`.
    least
        Kinds with fewer accidents have no number of their own.
    slack
        A kind has a number only as far as its misses differ from the promise by more than so many
        standard deviations of chance; 0 draws nothing towards nothing, a large value leaves one
        limit for all.
    by
        Ways to group.
    """
    happened = conformal.scores(probability, score)[np.arange(len(outcome)), outcome]
    groups = conformal.kinds(features, by)
    columns = _columns(groups, least)
    inside = _inside(groups, columns)
    _, numbers = regression(happened, inside, coverage, slack)
    return {
        "coverage": coverage,
        "score": score,
        "limit": _limit(happened, inside, coverage, slack),
        "kinds": _as_json(columns, numbers, by),
        "n": len(outcome),
    }


def _columns(groups: pl.DataFrame, least: int) -> list[tuple[str, str]]:
    """Return ``(by, kind)`` of every kind with enough accidents."""
    return [
        (by, kind)
        for by in groups.columns
        for kind, n in sorted(groups[by].value_counts().iter_rows())
        if n >= least
    ]


def _inside(groups: pl.DataFrame, columns: Sequence[tuple[str, str]]) -> np.ndarray:
    """Return which accident is of which kind, (n, kinds)."""
    held = [(groups[by] == kind).to_numpy() for by, kind in columns]
    return np.column_stack(held).astype(float) if held else np.empty((groups.height, 0))


def _as_json(
    columns: Sequence[tuple[str, str]], numbers: np.ndarray, by: Sequence[str]
) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {name: {} for name in by}
    for (name, kind), number in zip(columns, numbers, strict=True):
        found[name][kind] = round(float(number), 9) + 0.0
    return found


def regression(
    happened: np.ndarray, inside: np.ndarray, coverage: float, slack: float
) -> tuple[float, np.ndarray]:
    """Return the number for all and the number of each kind, by penalised quantile regression.

    Solved in its dual form, a linear program with one bounded variable an accident and one
    constraint a kind: the misses of a kind may differ from the promise by the slack and no more.

    Parameters
    ----------
    happened
        Score of the class that happened, shape (n,).
    inside
        1 where an accident is of a kind, shape (n, kinds).
    coverage, slack
        As `learn` takes them.
    """
    n, kinds = inside.shape
    allowed = slack * np.sqrt(inside.sum(axis=0) * coverage * (1 - coverage))
    solved = linprog(
        -happened,
        A_ub=np.vstack([inside.T, -inside.T]) if kinds else None,
        b_ub=np.concatenate([allowed, allowed]) if kinds else None,
        A_eq=np.ones((1, n)),
        b_eq=[0.0],
        bounds=(coverage - 1, coverage),
        method="highs",
    )
    upper, lower = np.split(solved.ineqlin.marginals, 2) if kinds else (np.empty(0), np.empty(0))
    return float(-solved.eqlin.marginals[0]), lower - upper


def _limit(happened: np.ndarray, inside: np.ndarray, coverage: float, slack: float) -> float:
    """Return the conformal quantile of the scores, less the kinds' numbers of the other blocks."""
    block = blocks(len(happened))
    left = np.empty(len(happened))
    for held in range(BLOCKS):
        _, numbers = regression(happened[block != held], inside[block != held], coverage, slack)
        left[block == held] = happened[block == held] - inside[block == held] @ numbers
    return quantile(left, coverage)


def quantile(values: np.ndarray, coverage: float) -> float:
    """Return the value that a further one does not pass with probability ``coverage``.

    The (n + 1) coverage-th smallest, or the largest, where n are too few for the promise.

    Examples
    --------
    >>> quantile(np.arange(1.0, 10.0), 0.9)
    9.0
    """
    place = int(np.ceil((len(values) + 1) * coverage))
    return float(np.sort(values)[min(place, len(values)) - 1])


def blocks(n: int) -> np.ndarray:
    """Return the block of time, 0 to `BLOCKS` - 1, of ``n`` accidents in order of time."""
    return np.arange(n) * BLOCKS // n


def compare(
    probability: np.ndarray,
    outcome: np.ndarray,
    features: pl.DataFrame,
    *,
    coverage: float,
    least: int,
    settings: Mapping[str, Mapping[str, Any]],
) -> pl.DataFrame:
    """Return how choices of score and slack do on validation, each block judged by the others.

    Parameters
    ----------
    probability, outcome, features, coverage, least
        As `learn` takes them.
    settings
        ``score`` and ``slack`` of each choice, by name.

    Returns
    -------
    polars.DataFrame
        ``choice, coverage, kinds_off`` (mean distance of the kinds' coverage from the promise,
        weighted by accidents), ``lowest`` (lowest coverage of a kind), ``mean_size, single``.
    """
    return pl.DataFrame(
        [
            {"choice": name}
            | _judged(
                _crossed(probability, outcome, features, coverage=coverage, least=least, **chosen),
                outcome,
                _inside(groups, _columns(groups, least)),
                coverage,
            )
            for name, chosen in settings.items()
            for groups in [conformal.kinds(features)]
        ]
    )


def _crossed(probability, outcome, features, **chosen: Any) -> np.ndarray:
    block = blocks(len(outcome))
    held = np.empty(probability.shape, bool)
    for one in range(BLOCKS):
        others, here = block != one, block == one
        sets = learn(probability[others], outcome[others], features.filter(others), **chosen)
        held[here] = conformal.members(sets, probability[here], features.filter(here))
    return held


def _judged(
    held: np.ndarray, outcome: np.ndarray, inside: np.ndarray, coverage: float
) -> dict[str, float]:
    covered = held[np.arange(len(outcome)), outcome]
    by_kind = covered @ inside / inside.sum(axis=0)
    size = held.sum(axis=1)
    return {
        "coverage": float(covered.mean()),
        "kinds_off": float(np.average(np.abs(by_kind - coverage), weights=inside.sum(axis=0))),
        "lowest": float(by_kind.min()),
        "mean_size": float(size.mean()),
        "single": float((size == 1).mean()),
    }
