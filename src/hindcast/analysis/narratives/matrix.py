"""Which term stands in which accident's text: the table that words and topics are counted from."""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from hindcast.analysis.narratives import cleaning

log = logging.getLogger(__name__)

MOST_SHARE = 0.9


@dataclass(frozen=True)
class Terms:
    """Terms by accidents.

    Attributes
    ----------
    accidents
        Those with a text, one row each, in the order of ``counts``.
    names
        The terms, in alphabetical order.
    counts
        Accidents x terms, how often a term stands in a text.
    masked
        Words that stand in no term, because they seem to be names.
    """

    accidents: pd.DataFrame
    names: np.ndarray
    counts: sparse.csr_array
    masked: frozenset[str]

    @property
    def present(self) -> sparse.csr_array:
        """Accidents x terms, 1.0 where the term stands in the text."""
        return (self.counts > 0).astype(float)

    def of(self, rows: np.ndarray) -> "Terms":
        """Return the accidents at ``rows`` (positions, or booleans)."""
        return Terms(self.accidents.iloc[rows], self.names, self.counts[rows], self.masked)

    def only(self, columns: np.ndarray) -> "Terms":
        """Return the terms at ``columns`` (positions, or booleans)."""
        return Terms(self.accidents, self.names[columns], self.counts[:, columns], self.masked)


def build(accidents: pd.DataFrame, least: int) -> Terms:
    """Count the terms that stand in the texts of at least ``least`` accidents.

    Parameters
    ----------
    accidents
        Of `hindcast.analysis.narratives.texts.read`.
    least
        Rarer terms might tell of one accident. Terms in nearly all texts are boilerplate, and are
        left out too.
    """
    rows = accidents[accidents["text"].notna()].reset_index(drop=True)
    masked = cleaning.names(rows["text"], cleaning.vocabulary())
    edges = cleaning.rules().edges
    told = [cleaning.terms(one, edges, masked) for one in rows["words"]]
    log.info("terms: %d accidents, %d with a text", len(accidents), len(rows))
    if len(rows) < least or not any(told):
        return Terms(rows, np.array([], dtype=object), sparse.csr_array((len(rows), 0)), masked)
    counter = CountVectorizer(analyzer=list, dtype=np.float64)
    counts = counter.fit_transform(told)
    held = np.asarray((counts > 0).sum(axis=0)).ravel()
    kept = np.flatnonzero((held >= least) & (held <= MOST_SHARE * len(rows)))
    log.info("terms: %d, in at least %d accidents %d", len(held), least, len(kept))
    names = counter.get_feature_names_out()[kept]
    return Terms(rows, names, sparse.csr_array(counts)[:, kept], masked)
