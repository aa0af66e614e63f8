"""Fatal shares of groups that some records do not tell: complete records, weights, imputation.

The share asked for is P(fatal | an accident happened to such a pilot), where of some accidents it
is not told whether the pilot was such a one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.imputation.mice import MICEData

from hindcast.analysis import odds, records, shares
from hindcast.analysis.crew import people
from hindcast.analysis.odds import Z95

COLUMNS = ["group", "method", "accidents", "share", "low", "high"]
TRIMMED = 0.99
"""Quantile above which weights of being observed are cut."""


@dataclass(frozen=True)
class Question:
    """A yes-or-no of the pilot that some records do not tell.

    Attributes
    ----------
    flag
        Column of nullable booleans.
    yes, no
        The groups in words.
    """

    flag: str
    yes: str
    no: str


REVIEW = Question("is_flight_review_overdue", "review overdue", "review in time")
HOURS = Question("is_low_time_pilot", "under 200 hours", "200 hours or more")
QUESTIONS = (REVIEW, HOURS)


def complete(known: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Return the shares among records that tell it, with Wilson's 95% intervals."""
    told = known.dropna(subset=[question.flag])
    counts = shares.by(told.astype({"is_fatal": "boolean"}), question.flag)
    named = counts.assign(
        group=counts[question.flag].map({True: question.yes, False: question.no}),
        method="complete records",
        share=counts["fatal_share"],
    )
    return named[COLUMNS].iloc[::-1].reset_index(drop=True)


def weighted(known: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Weigh the records that tell it by one over the probability of telling it.

    The probability comes from a logistic regression on severity (and its change over the years),
    year, purpose, profession and who is aboard. Years in which under one in twenty tells it are
    left out: nothing there could be weighted up.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`; intervals take the weights as known. Empty where all or none tell it.
    """
    since = known["year"] - known["year"].min()
    rows = known.assign(told=known[question.flag].notna().astype(float), since=since)
    rows = rows[rows.groupby("year")["told"].transform("mean").gt(0.05)]
    if rows["told"].nunique() < 2:
        return pd.DataFrame(columns=COLUMNS)
    rows = people.plain(rows.astype({"is_fatal": float}), "purpose", "professional", "aboard")
    formula = (
        "told ~ is_fatal + is_fatal:since + C(year) + C(purpose) + C(professional) + C(aboard)"
    )
    fit = odds.logistic(rows, formula)
    weights = 1 / np.asarray(fit.result.fittedvalues)
    own = rows.assign(weight=weights)[rows["told"].eq(1)]
    own = own.assign(weight=own["weight"].clip(upper=own["weight"].quantile(TRIMMED)))
    answers = ((question.yes, True), (question.no, False))
    told = [_weighted(name, own[own[question.flag].eq(answer)]) for name, answer in answers]
    return pd.DataFrame(told, columns=COLUMNS)


def _weighted(name: str, own: pd.DataFrame) -> tuple[str | int | float, ...]:
    weight, fatal = own["weight"].to_numpy(), own["is_fatal"].to_numpy()
    share = float(np.average(fatal, weights=weight)) if len(own) else np.nan
    error = np.sqrt((weight**2 * (fatal - share) ** 2).sum()) / weight.sum()
    return (name, "weighted", len(own), share, *_on_logit(share, error))


def _on_logit(share: float, error: float, quantile: float = Z95) -> tuple[float, float]:
    """Return a 95% interval made on the logit scale, so that it stays between 0 and 1."""
    if not 0 < share < 1:
        return np.nan, np.nan
    logit, wide = np.log(share / (1 - share)), quantile * error / (share * (1 - share))
    low, high = (1 / (1 + np.exp(-(logit + sign * wide))) for sign in (-1, 1))
    return float(low), float(high)


def filled(known: pd.DataFrame, *, imputations: int, burn_in: int, seed: int) -> list[pd.DataFrame]:
    """Return copies of the accidents in which the answers that are blank are drawn (MICE).

    Chained equations with predictive mean matching: a blank gets the answer of one of 20 accidents
    for which the regression says much the same. The regressions hold severity, year, age (the few
    blank ones at the median), purpose of the flight, profession, a student alone, and the other
    answer.

    Returns
    -------
    list of pandas.DataFrame
        ``is_fatal`` and the flags of `QUESTIONS` as 0 and 1, with the index of ``known``. A flag
        that nobody or everybody has is left out.
    """
    frame = _numbers(known)
    frame = frame.loc[:, frame.nunique().gt(1)]
    data = MICEData(frame, rng=np.random.default_rng(seed))
    for flag in frame.columns[frame.isna().any()]:
        data.set_imputer(flag, " + ".join(_predictors(frame, flag)))
    data.update_all(burn_in)
    return [data.next_sample().set_axis(known.index) for _ in range(imputations)]


def _predictors(frame: pd.DataFrame, flag: str) -> list[str]:
    """Return the columns that tell of a flag, each something the ones before it do not.

    Among those who tell it a column may be constant: no student alone tells of a review, say.
    """
    told = frame[frame[flag].notna()].drop(columns=flag).dropna()
    kept: list[str] = []
    design = np.ones((len(told), 1))
    for column in told:
        wider = np.column_stack([design, told[column]])
        if np.linalg.matrix_rank(wider.T @ wider) == wider.shape[1]:
            kept, design = [*kept, column], wider
    return kept


def _numbers(known: pd.DataFrame) -> pd.DataFrame:
    told = known[[question.flag for question in QUESTIONS]].astype("Float64").astype(float)
    return told.assign(
        is_fatal=known["is_fatal"].astype(float),
        year=(known["year"] - known["year"].mean()).astype(float),
        age=known["age"].fillna(known["age"].median()),
        is_personal=known["purpose"].eq("personal").astype(float),
        is_instruction=known["purpose"].eq("instruction").astype(float),
        is_student_alone=known["aboard"].eq("student alone").astype(float),
        is_professional=known["professional"].eq("yes").astype(float),
        is_profession_unknown=known["professional"].eq(records.UNKNOWN).astype(float),
    )


def imputed(sets: Sequence[pd.DataFrame], question: Question) -> pd.DataFrame:
    """Pool the shares over imputed sets by Rubin's rules, on the logit scale.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`; empty where the answer is not among the imputed ones.
    """
    if not sets or question.flag not in sets[0]:
        return pd.DataFrame(columns=COLUMNS)
    groups = ((question.yes, True), (question.no, False))
    rows = [_pooled(name, [s[s[question.flag].eq(is_in)] for s in sets]) for name, is_in in groups]
    return pd.DataFrame(rows, columns=COLUMNS)


def _pooled(name: str, groups: list[pd.DataFrame]) -> tuple[str | int | float, ...]:
    found = np.array([own["is_fatal"].mean() for own in groups])
    sizes = np.array([len(own) for own in groups])
    within = (found * (1 - found) / sizes).mean()
    between = (1 + 1 / len(groups)) * found.var(ddof=1)
    df = (len(groups) - 1) * (1 + within / between) ** 2 if between > 0 else np.inf
    ends = _on_logit(found.mean(), np.sqrt(within + between), float(stats.t.ppf(0.975, df)))
    return (name, "imputed", round(sizes.mean()), float(found.mean()), *ends)
