"""Accidents like one told of in plain words: BM25 over the probable causes, in SQLite's FTS5.

The server's search asks that all words occur; this one ranks by how many and how telling they are,
so that a sentence, or another accident's text, may be the question.
"""

import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from hindcast import fulltext, paths
from hindcast.analysis import records
from hindcast.analysis.narratives import cleaning, texts

MOST_WORDS = 200
"""Words of a question that are looked for, the first ones."""

_TABLE = f"""CREATE VIRTUAL TABLE told USING fts5(words, tokenize='{fulltext.TOKENIZE}')"""
_RANKED = """SELECT rowid, bm25(told) AS place FROM told WHERE told MATCH ?
ORDER BY place, rowid LIMIT ?"""


class SearchError(records.AnalysisError):
    """There is nothing to search, or nothing to search for."""


@dataclass(frozen=True)
class Bm25:
    """An index of texts in memory, ranked by Okapi BM25 (k1 1.2, b 0.75: FTS5's own)."""

    connection: sqlite3.Connection
    rules: cleaning.Rules

    @classmethod
    def of(cls, words: pd.Series) -> Self:
        """Index cleaned texts; an answer tells their positions."""
        connection = sqlite3.connect(":memory:")
        connection.execute(_TABLE)
        rows = enumerate(words.to_list())
        connection.executemany("INSERT INTO told(rowid, words) VALUES (?, ?)", rows)
        return cls(connection, cleaning.rules())

    def ranked(self, asked: str, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return positions of the ``k`` likest texts, the likest first, and their scores."""
        words = asked_for(asked, self.rules)
        if not words:
            return np.array([], dtype=int), np.array([])
        query = " OR ".join(f'"{word}"' for word in words)
        rows = self.connection.execute(_RANKED, (query, k)).fetchall()
        found = np.array(rows, dtype=float).reshape(-1, 2)
        return found[:, 0].astype(int), -found[:, 1]


@dataclass(frozen=True)
class Cosine:
    """The same by the cosine of TF-IDF weights, words as they are written (no stems)."""

    vectorizer: TfidfVectorizer | None
    weights: sparse.csr_array
    rules: cleaning.Rules

    @classmethod
    def of(cls, words: pd.Series) -> Self:
        """Weigh cleaned texts."""
        rules = cleaning.rules()
        if not any(asked_for(one, rules) for one in words):
            return cls(None, sparse.csr_array((len(words), 0)), rules)
        vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words=sorted(rules.edges))
        return cls(vectorizer, sparse.csr_array(vectorizer.fit_transform(words)), rules)

    def ranked(self, asked: str, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return positions of the ``k`` likest texts, the likest first, and their scores."""
        if self.vectorizer is None:
            return np.array([], dtype=int), np.array([])
        query = self.vectorizer.transform([" ".join(asked_for(asked, self.rules))])
        scores = np.asarray((self.weights @ query.T).todense()).ravel()
        # Sums of another order may differ in the last digit: equal scores must stay equal.
        order = np.argsort(-scores.round(9), kind="stable")[:k]
        return order[scores[order] > 0], scores[order][scores[order] > 0]


def asked_for(asked: str, rules: cleaning.Rules) -> list[str]:
    """Return the words to look for: each once, no function words, in the order of the question.

    Examples
    --------
    >>> asked_for('The pilot (student) OR "fuel" and fuel exhaustion', cleaning.rules())
    ['pilot', 'student', 'fuel', 'exhaustion']
    """
    found = cleaning.words(rules.clean(asked))
    wanted = (word for word in found if word != cleaning.MASK and word not in rules.edges)
    return list(dict.fromkeys(wanted))[:MOST_WORDS]


def similar(text: str, k: int = 10) -> pd.DataFrame:
    """Return the accidents of the last run whose probable cause is likest to ``text``.

    Parameters
    ----------
    text
        A few plain words, or a whole text.
    k
        How many.

    Returns
    -------
    pandas.DataFrame
        ``score`` (BM25, higher is likelier), ``ev_id, ev_date, severity, text``, the likest first;
        accidents of equal score by date. It holds the records' own words: for the screen, not for
        a page.

    Raises
    ------
    SearchError
        There are no texts, no run, or no word to look for.
    """
    accidents, index = _opened(_run())
    if not asked_for(text, index.rules):
        raise SearchError(f"{text!r} has no word to look for: ask with a noun or a verb")
    if k < 1:
        raise SearchError(f"{k} accidents asked for: ask for at least one")
    at, scores = index.ranked(text, k)
    found = accidents.iloc[at][["ev_id", "ev_date", "severity", "text"]]
    return found.assign(score=scores.round(3))[["score", *found]].reset_index(drop=True)


def _run() -> tuple[str, int]:
    """Return what changes when a run is made anew."""
    inventory = paths.interim("inventory.json")
    return str(paths.root()), inventory.stat().st_mtime_ns if inventory.is_file() else 0


@lru_cache(maxsize=1)
def _opened(run_at: tuple[str, int]) -> tuple[pd.DataFrame, Bm25]:
    """Return the accidents with a text and their index; kept for the next question."""
    try:
        run = records.read()
    except FileNotFoundError as error:
        raise SearchError(f"nothing to search in {run_at[0]}: {error}") from error
    accidents = texts.read(run)
    accidents = accidents[accidents["text"].notna()].reset_index(drop=True)
    if accidents.empty:
        raise SearchError(
            "these records have no probable-cause texts (table narratives, column narr_cause): "
            "put a release with narratives into data/raw and run 'dvc repro'"
        )
    return accidents, Bm25.of(accidents["words"])
