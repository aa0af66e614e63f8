"""How good a search is: precision, reciprocal rank and discounted gain, beside a random draw."""

from typing import Protocol

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

ROUNDS = 2000


class Ranker(Protocol):
    """What answers a question with positions of texts, the likest first."""

    def ranked(self, asked: str, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return positions and scores of at most ``k`` texts."""


def answers(ranker: Ranker, asked: dict[int, str], k: int) -> dict[int, np.ndarray]:
    """Return the positions of the first ``k`` answers to each question."""
    return {number: ranker.ranked(text, k)[0] for number, text in asked.items()}


def worked(
    rankers: dict[str, Ranker], queries: pd.DataFrame, relevant: pd.DataFrame, k: int
) -> dict[str, pd.DataFrame]:
    """Return how good each method's answers to the worked queries are.

    Parameters
    ----------
    rankers
        Method -> search.
    queries
        ``query_no, query``, of `hindcast.analysis.narratives.judging.queries`.
    relevant
        Positions x queries, booleans; without a row there is nothing to search.

    Returns
    -------
    dict
        Method -> `judged`, with ``query`` second.
    """
    asked = queries.drop_duplicates("query_no").set_index("query_no")["query"]
    told = {}
    for name, ranker in rankers.items():
        found = judged(answers(ranker, asked.to_dict(), k), relevant, k) if len(relevant) else None
        frame = pd.DataFrame(columns=_JUDGED) if found is None else found
        told[name] = frame.assign(query=frame["query_no"].map(asked))[_JUDGED]
    return told


_JUDGED = ["query_no", "query", "relevant", "hits", "precision", "low", "high", "base_rate"]
_JUDGED += ["reciprocal_rank", "ndcg"]


def judged(found: dict[int, np.ndarray], relevant: pd.DataFrame, k: int) -> pd.DataFrame:
    """Return how good the answers to each query are.

    Parameters
    ----------
    found
        Query -> positions, the likest first.
    relevant
        Positions x queries, booleans.
    k
        Answers looked at. Where fewer came, the rest count as wrong.

    Returns
    -------
    pandas.DataFrame
        One row a query: ``query_no, relevant`` (in the collection), ``hits``, ``precision, low,
        high`` (Wilson's 95% interval), ``base_rate`` (the precision to expect of a random draw),
        ``reciprocal_rank`` of the first hit (0 where there is none among the ``k``) and ``ndcg``.
    """
    told = []
    for number, at in found.items():
        is_relevant = relevant[number].to_numpy()
        gains = np.zeros(k)
        gains[: len(at)] = is_relevant[at[:k]]
        hits, held = int(gains.sum()), int(is_relevant.sum())
        low, high = proportion_confint(hits, k, method="wilson")
        scores = {"hits": hits, "precision": hits / k, "low": low, "high": high}
        scores |= {"base_rate": held / max(len(is_relevant), 1)}
        scores |= {"reciprocal_rank": _reciprocal_rank(gains), "ndcg": _ndcg(gains, held)}
        told.append({"query_no": number, "relevant": held} | scores)
    return pd.DataFrame(told)


def _reciprocal_rank(gains: np.ndarray) -> float:
    hits = np.flatnonzero(gains)
    return float(1 / (hits[0] + 1)) if len(hits) else 0.0


def _ndcg(gains: np.ndarray, held: int) -> float:
    """Return the discounted gain over that of the best order; 0 where nothing is relevant."""
    discounts = 1 / np.log2(np.arange(2, len(gains) + 2))
    best = discounts[: min(held, len(gains))].sum()
    return float(gains @ discounts / best) if held else 0.0


def means(by_method: dict[str, pd.DataFrame], seed: int) -> pd.DataFrame:
    """Return mean scores over the queries with 95% bootstrap intervals over queries.

    Parameters
    ----------
    by_method
        Method -> `judged`; the same queries in the same order. Queries that no accident meets are
        left out; a random draw has but a precision.

    Returns
    -------
    pandas.DataFrame
        ``method, score, mean, low, high``; further rows, named ``first - second``, for the
        difference of the first two methods over the same queries.
    """
    names = list(by_method)
    frames = {name: frame[frame["relevant"] > 0] for name, frame in by_method.items()}
    numbers = _SCORES
    if len(names) > 1:
        frames[f"{names[0]} - {names[1]}"] = frames[names[0]][numbers] - frames[names[1]][numbers]
    told = []
    for name, frame in frames.items():
        for score in numbers:
            row = {"method": name, "score": score}
            told.append(row | interval(frame[score].to_numpy(), seed))
    first = frames[names[0]]["base_rate"].to_numpy()
    told.append({"method": "random draw", "score": "precision"} | interval(first, seed))
    return pd.DataFrame(told)


def table(told: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return means by rules and method as text: ``0.72 (0.57 to 0.86)``.

    Parameters
    ----------
    told
        Rules -> `means`.

    Returns
    -------
    pandas.DataFrame
        ``rules, method, precision, reciprocal_rank, ndcg``.
    """
    parts = []
    for rules, frame in told.items():
        cells = frame.assign(cell=[_cell(row) for row in frame.itertuples()])
        order = list(dict.fromkeys(cells["method"]))
        wide = cells.pivot_table(index="method", columns="score", values="cell", aggfunc="first")
        wide = wide.reindex(order).reindex(columns=_SCORES).fillna("").reset_index()
        parts.append(wide.rename_axis(columns=None).assign(rules=rules))
    return pd.concat(parts, ignore_index=True)[["rules", "method", *_SCORES]]


_SCORES = ["precision", "reciprocal_rank", "ndcg"]


def _cell(row: tuple) -> str:
    if pd.isna(row.mean):
        return ""
    digits = 2 if abs(row.mean) >= 0.03 else 3
    return f"{row.mean:.{digits}f} ({row.low:.{digits}f} to {row.high:.{digits}f})"


def interval(values: np.ndarray, seed: int) -> dict[str, float]:
    """Return ``mean, low, high``: the mean and its 95% bootstrap percentile interval."""
    if not len(values):
        return dict.fromkeys(("mean", "low", "high"), float("nan"))
    draws = np.random.default_rng(seed).integers(0, len(values), (ROUNDS, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return {"mean": float(values.mean()), "low": float(low), "high": float(high)}
