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

from hindcast import paths
from hindcast.analysis.narratives import cleaning, texts
from hindcast.analysis.narratives.matrix import Terms
from hindcast.model import bootstrap, metrics

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
        The terms of largest weight in `ALL`, for a fatal accident and for another, beside each
        other: ``speaks_for_fatal, weight_fatal, speaks_for_other, weight_other``.
    """

    scores: pd.DataFrame
    telling: pd.DataFrame


def measure(terms: Terms, rounds: int, seed: int, most: int = 10) -> Leak:
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
        return Leak(pd.DataFrame(columns=_SCORES), pd.DataFrame())
    told, coefficients = [], None
    for name, inputs in _inputs(terms, rows["train"]).items():
        model = LogisticRegression(max_iter=500).fit(inputs[rows["train"]], fatal[rows["train"]])
        coefficients = model.coef_[0] if name == ALL else coefficients
        scored = model.predict_proba(inputs[rows["test"]])[:, 1]
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


def area(fatal: np.ndarray, probability: np.ndarray, rounds: int, seed: int) -> dict[str, float]:
    """Return ``auc, low, high``: ROC AUC with a 95% bootstrap interval over accidents."""

    def judge(weights: np.ndarray) -> dict[str, np.ndarray]:
        return {"roc_auc": metrics.roc_auc(fatal, probability, weights)}

    told = bootstrap.summary(judge, len(fatal), rounds=rounds, seed=seed)
    low, high = told["roc_auc_ci"]
    return {"auc": told["roc_auc"], "low": low, "high": high}


def _telling(terms: Terms, coefficients: np.ndarray, most: int) -> pd.DataFrame:
    order = np.argsort(coefficients, kind="stable")
    most = min(most, len(order) // 2)
    ends = {"fatal": order[::-1][:most], "other": order[:most]}
    told = {}
    for side, at in ends.items():
        told |= {f"speaks_for_{side}": terms.names[at], f"weight_{side}": coefficients[at]}
    return pd.DataFrame(told)


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
