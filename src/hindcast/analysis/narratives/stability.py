"""Which topics come back: from other starts on the same texts, and from texts drawn anew.

A topic is kept for real only if it does. Topics of two fits are matched one to one by the cosine of
their weights (Hungarian method), and compared by that cosine and by their leading words (Jaccard).
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linear_sum_assignment

from hindcast.analysis.narratives.topics import CALLED_BY, LEADING, Topics, fit, fit_once, top

STAR = "*"


def stability(
    weighted: sparse.csr_array, words: np.ndarray, numbers: list[int], rounds: int, seed: int
) -> pd.DataFrame:
    """Return how well topics come back, for several numbers of them.

    Parameters
    ----------
    numbers
        How many topics; those that the words do not allow are left out.
    rounds
        Fits from other starts, and as many on texts drawn with replacement.

    Returns
    -------
    pandas.DataFrame
        One row for each number, kind of round (``start`` or ``texts``), round and topic of the fit
        that it is compared with: ``topics, kind, round, topic, cosine, jaccard``.
    """
    told = [
        _one_number(weighted, words, n, rounds, seed) for n in numbers if n < min(weighted.shape)
    ]
    columns = ["topics", "kind", "round", "topic", "cosine", "jaccard"]
    return pd.concat(told, ignore_index=True)[columns] if told else pd.DataFrame(columns=columns)


def _one_number(
    weighted: sparse.csr_array, words: np.ndarray, n: int, rounds: int, seed: int
) -> pd.DataFrame:
    draws = np.random.default_rng([seed, n])
    seeds = [seed + at for at in range(rounds)]
    fits = [fit_once(weighted, words, n, one) for one in (None, *seeds)]
    base, *others = sorted(fits, key=lambda one: one.error)
    told = [compared(base, other).assign(kind="start", round=at) for at, other in enumerate(others)]
    for at, one in enumerate(seeds):
        drawn = _drawn(weighted, draws.integers(0, weighted.shape[0], weighted.shape[0]))
        told.append(compared(base, fit(drawn, words, n, [one])).assign(kind="texts", round=at))
    return pd.concat(told)


def _drawn(weighted: sparse.csr_array, drawn: np.ndarray) -> sparse.csr_array:
    """Return each drawn text once, weighted as if it stood there as often as it was drawn."""
    rows, often = np.unique(drawn, return_counts=True)
    return sparse.csr_array(sparse.diags_array(np.sqrt(often)) @ weighted[rows])


def compared(base: Topics, other: Topics) -> pd.DataFrame:
    """Return how alike the topics of two fits are once matched, one row a topic of ``base``."""
    alike = base.loadings @ other.loadings.T
    mine, theirs = linear_sum_assignment(-alike)
    tops = [[set(top(row, LEADING).tolist()) for row in one.loadings] for one in (base, other)]
    pairs = [(tops[0][i], tops[1][j]) for i, j in zip(mine, theirs, strict=True)]
    return pd.DataFrame(
        {
            "topics": len(base.names),
            "topic": [base.names[at] for at in mine],
            "cosine": alike[mine, theirs],
            "jaccard": [len(a & b) / len(a | b) for a, b in pairs],
        }
    )


def holding(found: pd.DataFrame, least: float) -> pd.DataFrame:
    """Return for each topic how alike it comes back, and whether it holds.

    Parameters
    ----------
    found
        Of `stability`.
    least
        A topic holds whose mean cosine is as high both over starts and over texts.

    Returns
    -------
    pandas.DataFrame
        ``topics, topic, start, texts, jaccard, holds``; ``jaccard`` is of the leading words, over
        all rounds.
    """
    keys = ["topics", "topic"]
    if found.empty:
        return pd.DataFrame(columns=[*keys, "start", "texts", "jaccard", "holds"])
    told = found.pivot_table(index=keys, columns="kind", values="cosine").reset_index()
    words = found.groupby(keys)["jaccard"].mean().reset_index()
    told = told.merge(words, on=keys, how="left", validate="one_to_one")
    return told.assign(holds=told[["start", "texts"]].min(axis=1) >= least).rename_axis(
        columns=None
    )


def by_number(held: pd.DataFrame) -> pd.DataFrame:
    """Return the share of topics that hold and their mean likeness, by the number of topics."""
    grouped = held.groupby("topics")
    told = grouped.agg(
        holding=("holds", "mean"),
        start=("start", "mean"),
        texts=("texts", "mean"),
        jaccard=("jaccard", "mean"),
    )
    return told.reset_index()


def choose(numbers: pd.DataFrame, share: float) -> int:
    """Return the largest number of topics of which ``share`` hold, or else that of which most do.

    Where none was tried it is 0.

    Parameters
    ----------
    numbers
        Of `by_number`.

    Examples
    --------
    >>> choose(pd.DataFrame({"topics": [4, 8, 12], "holding": [1.0, 0.75, 0.5]}), 0.7)
    8
    >>> choose(pd.DataFrame({"topics": [4, 8, 12], "holding": [0.5, 0.6, 0.5]}), 0.7)
    8
    """
    if numbers.empty:
        return 0
    enough = numbers[numbers["holding"] >= share]
    told = numbers.set_index("topics")["holding"]
    return int(enough["topics"].max() if len(enough) else told.idxmax())


def marked(of: Topics, held: pd.DataFrame) -> Topics:
    """Return the topics with a star after the names of those that do not hold.

    Parameters
    ----------
    held
        Of `holding`.
    """
    mine = held[held["topics"] == len(of.names)]
    firm = set(mine["topic"][mine["holds"].astype(bool)])
    return replace(of, names=[name if name in firm else f"{name} {STAR}" for name in of.names])


def table(of: Topics, held: pd.DataFrame) -> pd.DataFrame:
    """Return the topics with further leading words, how many texts are theirs, and if they hold.

    Parameters
    ----------
    of
        The topics shown, of `marked`.
    held
        Of `holding`, for the same number of topics.
    """
    counts = of.of_texts().value_counts()
    told = pd.DataFrame(
        {
            "topic": pd.Series(of.names, dtype="str"),
            "further_words": [", ".join(w[CALLED_BY:7]) for w in of.leading()],
        }
    )
    told["texts"] = told["topic"].map(counts).astype("int64")
    mine = held[held["topics"] == len(of.names)]
    columns = ["topic", "start", "texts", "jaccard"]
    renamed = mine[columns].rename(columns={"texts": "texts_anew", "topic": "plain"})
    told["plain"] = told["topic"].str.removesuffix(f" {STAR}")
    return told.merge(renamed, on="plain", how="left", validate="one_to_one").drop(columns="plain")
