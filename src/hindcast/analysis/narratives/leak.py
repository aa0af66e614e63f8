"""How much a verdict's text gives away: a warning, and no model.

A probable cause is written once the outcome is known. A regression on its words is trained on the
study's training part and tested on its test years, to show what a model that read it would gain.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from hindcast import paths
from hindcast.analysis.narratives import cleaning, texts
from hindcast.analysis.narratives.matrix import Terms

ALL, SAID_NOTHING, LENGTH = "all terms", "without words for death or injury", "only its length"


@dataclass(frozen=True)
class Leak:
    """What was found.

    Attributes
    ----------
    scores
        ``inputs, auc, low, high, trained, tested, fatal``: ROC AUC on the test years with a 95%
        bootstrap interval over accidents, by what was read.
    telling
        ``term, coefficient``: of `ALL`, the largest on either side.
    """

    scores: pd.DataFrame
    telling: pd.DataFrame


def measure(terms: Terms, rounds: int, seed: int, most: int = 12) -> Leak:
    """Predict whether accidents of the test years were fatal from their texts alone.

    Parameters
    ----------
    terms
        Of `hindcast.analysis.narratives.matrix.build`.
    rounds
        Bootstrap rounds of the intervals.
    most
        Terms to name on either side.

    Returns
    -------
    Leak
        Empty where training or test has no text of either kind.
    """
    parts = _parts(terms.accidents)
    rows = {part: np.flatnonzero(parts == part) for part in ("train", "test")}
    fatal = terms.accidents["is_fatal"].astype("Float64").to_numpy(float, na_value=np.nan)
    if not len(terms.names) or any(len(np.unique(fatal[at])) < 2 for at in rows.values()):
        return Leak(pd.DataFrame(columns=_SCORES), pd.DataFrame(columns=["term", "coefficient"]))
    told, coefficients = [], None
    for name, inputs in _inputs(terms, rows["train"]).items():
        model = LogisticRegression(max_iter=500).fit(inputs[rows["train"]], fatal[rows["train"]])
        coefficients = model.coef_[0] if name == ALL else coefficients
        scored = model.decision_function(inputs[rows["test"]])
        counts = {"trained": len(rows["train"]), "tested": len(rows["test"])}
        auc = area(fatal[rows["test"]], scored, rounds, seed)
        told.append({"inputs": name} | auc | counts | {"fatal": int(fatal[rows["test"]].sum())})
    return Leak(pd.DataFrame(told)[_SCORES], _telling(terms, coefficients, most))


_SCORES = ["inputs", "auc", "low", "high", "trained", "tested", "fatal"]


def _parts(accidents: pd.DataFrame) -> np.ndarray:
    split = pd.read_parquet(paths.processed("split.parquet"), columns=["ev_id", "part"])
    joined = accidents[["ev_id"]].merge(split, on="ev_id", how="left", validate="one_to_one")
    return joined["part"].fillna("").to_numpy(dtype=str)


def _inputs(terms: Terms, train: np.ndarray) -> dict[str, sparse.csr_array]:
    """Return by name what is read; what is learned for it is learned on the rows of training."""
    outcome = cleaning.rules().outcome
    silent = np.array([not outcome.search(name) for name in terms.names])
    length = np.log1p(texts.lengths(terms.accidents).to_numpy())[:, None]
    weigh = TfidfTransformer(sublinear_tf=True).fit(terms.counts[train])
    muted = terms.only(np.flatnonzero(silent))
    weigh_muted = TfidfTransformer(sublinear_tf=True).fit(muted.counts[train])
    return {
        ALL: sparse.csr_array(weigh.transform(terms.counts)),
        SAID_NOTHING: sparse.csr_array(weigh_muted.transform(muted.counts)),
        LENGTH: sparse.csr_array(length),
    }


def area(fatal: np.ndarray, scored: np.ndarray, rounds: int, seed: int) -> dict[str, float]:
    """Return ``auc, low, high``: ROC AUC with a 95% bootstrap interval over accidents."""
    draws = np.random.default_rng(seed)
    told = []
    for _ in range(rounds):
        at = draws.integers(0, len(fatal), len(fatal))
        if 0 < fatal[at].mean() < 1:
            told.append(roc_auc_score(fatal[at], scored[at]))
    low, high = np.quantile(told, [0.025, 0.975]) if told else (np.nan, np.nan)
    return {"auc": roc_auc_score(fatal, scored), "low": low, "high": high}


def _telling(terms: Terms, coefficients: np.ndarray, most: int) -> pd.DataFrame:
    order = np.argsort(coefficients, kind="stable")
    at = np.unique(np.concatenate([order[::-1][:most], order[:most]]))
    found = pd.DataFrame({"term": terms.names[at], "coefficient": coefficients[at]})
    return found.sort_values("coefficient", ascending=False, kind="stable", ignore_index=True)


def models(rounds: int, seed: int) -> pd.DataFrame:
    """Return the same for the study's own models, which read no text, on the same test years.

    Returns
    -------
    pandas.DataFrame
        As ``Leak.scores``; ``inputs`` names the horizon.
    """
    forecasts = pd.read_parquet(paths.processed("predictions.parquet"))
    told = []
    for horizon in ("dispatch", "event", "scene", "investigation"):
        own = forecasts[
            (forecasts["part"] == "test")
            & (forecasts["model"] == "xgboost")
            & (forecasts["horizon"] == horizon)
        ].sort_values("ev_id")
        if own["is_fatal"].nunique() == 2:
            fatal = own["is_fatal"].to_numpy(dtype=float)
            auc = area(fatal, own["probability"].to_numpy(), rounds, seed)
            counts = {"tested": len(own), "fatal": int(fatal.sum())}
            told.append({"inputs": f"model at {horizon}"} | auc | counts)
    return pd.DataFrame(told, columns=_SCORES)
