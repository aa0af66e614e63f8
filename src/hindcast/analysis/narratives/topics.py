"""Topics of the texts by non-negative matrix factorisation of their words' TF-IDF weights."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer

from hindcast.analysis.narratives.matrix import Terms

LEADING = 10
CALLED_BY = 3
ITERATIONS = 80
TOLERANCE = 2e-3
CLEAR = 0.4
"""The share of a text's weight that its largest topic needs for the text to be of that topic."""
NONE = "no clear topic"


@dataclass(frozen=True)
class Topics:
    """A factorisation.

    Attributes
    ----------
    names
        Topics, called by their leading words, in order of how many texts are theirs.
    words
        The words, as the columns of ``loadings``.
    loadings
        Topics x words, of length 1.
    shares
        Texts x topics: share of a text's weight; 0 throughout where a text has none.
    error
        Frobenius norm of what the topics leave unexplained.
    """

    names: list[str]
    words: np.ndarray
    loadings: np.ndarray
    shares: np.ndarray
    error: float

    def leading(self, most: int = LEADING) -> list[list[str]]:
        """Return the words of largest weight of each topic."""
        return [[str(self.words[at]) for at in top(row, most)] for row in self.loadings]

    def of_texts(self) -> pd.Series:
        """Return each text's topic, or that it has no clear one, as categories."""
        names = np.array([*self.names, NONE], dtype=object)
        at = np.full(len(self.shares), -1)
        if self.names:
            at = np.where(self.shares.max(axis=1) >= CLEAR, self.shares.argmax(axis=1), at)
        return pd.Series(pd.Categorical(names[at], [*self.names, NONE]), name="topic")


def words_only(terms: Terms, least: int) -> Terms:
    """Return the single words that stand in at least ``least`` texts."""
    held = np.asarray((terms.counts > 0).sum(axis=0)).ravel()
    single = np.array([" " not in name for name in terms.names], dtype=bool)
    return terms.only(np.flatnonzero(single & (held >= least)))


def weights(terms: Terms) -> sparse.csr_array:
    """Return TF-IDF weights, texts x words, each text of length 1."""
    if not len(terms.names):
        return terms.counts
    return sparse.csr_array(TfidfTransformer(sublinear_tf=True).fit_transform(terms.counts))


def fit(weighted: sparse.csr_array, words: np.ndarray, n: int, starts: list[int]) -> Topics:
    """Return ``n`` topics of the texts: the closest of several fits.

    Parameters
    ----------
    weighted
        Of `weights`.
    words
        Its columns.
    starts
        Seeds of random starts, tried beside the one that is the same each time (NNDSVD).

    Returns
    -------
    Topics
        Without a topic where ``n`` is 0.
    """
    if not n:
        return Topics([], words, np.empty((0, len(words))), np.empty((weighted.shape[0], 0)), 0.0)
    fits = [fit_once(weighted, words, n, seed) for seed in (None, *starts)]
    return min(fits, key=lambda one: one.error)


def fit_once(weighted: sparse.csr_array, words: np.ndarray, n: int, seed: int | None) -> Topics:
    """Return ``n`` topics from one start: random by ``seed``, or NNDSVD where it is None."""
    init = "nndsvda" if seed is None else "random"
    model = NMF(n, init=init, random_state=seed or 0, max_iter=ITERATIONS, tol=TOLERANCE)
    with warnings.catch_warnings():
        # The bound on iterations keeps the many fits short; what it leaves open shows as
        # topics that do not hold.
        warnings.simplefilter("ignore", ConvergenceWarning)
        loads = model.fit_transform(weighted)
    length = np.linalg.norm(model.components_, axis=1)
    loads = loads * length
    total = loads.sum(axis=1, keepdims=True)
    shares = np.divide(loads, total, out=np.zeros_like(loads), where=total > 0)
    loadings = model.components_ / np.where(length > 0, length, 1)[:, None]
    sizes = np.bincount(shares.argmax(axis=1), minlength=n)
    order = np.argsort(-sizes, kind="stable")
    called = _called(words, loadings[order])
    return Topics(called, words, loadings[order], shares[:, order], model.reconstruction_err_)


def _called(words: np.ndarray, loadings: np.ndarray) -> list[str]:
    """Return each topic's first leading words, as many as it takes to tell the topics apart."""
    for most in range(CALLED_BY, len(words)):
        called = [", ".join(str(words[at]) for at in top(row, most)) for row in loadings]
        if len(set(called)) == len(called):
            return called
    return [f"topic {at}" for at in range(1, len(loadings) + 1)]


def top(row: np.ndarray, most: int) -> np.ndarray:
    """Return the positions of the largest weights."""
    return np.argsort(-row, kind="stable")[:most]
