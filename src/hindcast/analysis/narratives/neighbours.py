"""Accidents found by another accident's text: and how alike they are in their codes."""

import numpy as np
import pandas as pd

from hindcast.analysis.narratives.ranking import Ranker, interval

PARTS = 8
"""Digits of a finding code without its modifier."""


def alike(
    rankers: dict[str, Ranker],
    accidents: pd.DataFrame,
    findings: pd.DataFrame,
    *,
    asked: int,
    k: int,
    seed: int,
) -> pd.DataFrame:
    """Return how often an accident's neighbours by text share its codes, and strangers do.

    Parameters
    ----------
    rankers
        Name -> search over ``accidents["words"]``, answers by position.
    accidents
        ``ev_id, words, phase_group, is_fatal``.
    findings
        ``ev_id, code``.
    asked, k
        How many accidents' texts are asked with, and neighbours looked at. The accident itself and
        accidents of the very same text are no neighbours.

    Returns
    -------
    pandas.DataFrame
        ``method`` (``random draw`` last), ``what``, ``mean, low, high``: mean share of neighbours
        that agree, with 95% bootstrap intervals over the accidents asked with.
    """
    columns = ["method", "what", "mean", "low", "high"]
    if accidents.empty:
        return pd.DataFrame(columns=columns)
    draws = np.random.default_rng(seed)
    at = np.sort(draws.choice(len(accidents), min(asked, len(accidents)), replace=False))
    pairs = {name: [_neighbours(one, i, accidents, k) for i in at] for name, one in rankers.items()}
    pairs["random draw"] = [draws.integers(0, len(accidents), k) for _ in at]
    same = _Same(accidents, findings)
    told = []
    for name, found in pairs.items():
        scores = pd.DataFrame([same.of(i, js) for i, js in zip(at, found, strict=True) if len(js)])
        for what in scores:
            values = scores[what].dropna().to_numpy(dtype=float)
            told.append({"method": name, "what": what} | interval(values, seed))
    return pd.DataFrame(told, columns=columns)


def _neighbours(ranker: Ranker, i: int, accidents: pd.DataFrame, k: int) -> np.ndarray:
    words = accidents["words"].to_numpy()
    found, _ = ranker.ranked(words[i], 8 * k)
    return np.array([j for j in found if words[j] != words[i]][:k], dtype=int)


class _Same:
    """Compares one accident's codes with others'."""

    def __init__(self, accidents: pd.DataFrame, findings: pd.DataFrame) -> None:
        parts = findings["code"].str[:PARTS].groupby(findings["ev_id"]).agg(frozenset)
        self._findings = accidents["ev_id"].map(parts).to_list()
        self._phases = accidents["phase_group"].to_numpy()
        self._fatal = accidents["is_fatal"].astype("Float64").to_numpy(float, na_value=np.nan)

    def of(self, i: int, js: np.ndarray) -> dict[str, float]:
        """Return the share of accidents ``js`` that agree with accident ``i``, by code."""
        shared = [bool(self._findings[i] & self._findings[j]) for j in js]
        fatal = np.where(np.isnan(self._fatal[js]), np.nan, self._fatal[js] == self._fatal[i])
        known = not np.isnan(self._fatal[i]) and not np.isnan(fatal).all()
        return {
            "a finding in common": float(np.mean(shared)),
            "the same phase of flight": float(np.mean(self._phases[js] == self._phases[i])),
            "both fatal, or neither": float(np.nanmean(fatal)) if known else float("nan"),
        }
