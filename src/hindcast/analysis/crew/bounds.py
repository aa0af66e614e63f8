"""How far missing values could move a fatal share: complete records, weights, imputation, bounds.

The share asked for is P(fatal | an accident happened to such a pilot), where of some accidents it
is not told whether the pilot was such a one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.imputation.mice import MICEData
from statsmodels.stats.proportion import proportion_confint

from hindcast.analysis import odds, records
from hindcast.analysis.odds import Z95

METHODS = ("complete records", "weighted", "imputed", "bounds")
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


def bounds(known: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Return the least and the greatest share that any filling of the blanks could give.

    Manski's worst case: at the lower end all survivors whose record is blank belong to the group
    and none of the dead; at the upper end the reverse. There is no chance in it, so no interval.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS` with ``share`` missing; ``accidents`` are those that tell it.
    """
    fatal, told = known["is_fatal"].astype(bool), known[question.flag]
    blank = told.isna()
    dead, alive = int((blank & fatal).sum()), int((blank & ~fatal).sum())
    rows = []
    for name, is_in in ((question.yes, told.eq(True)), (question.no, told.eq(False))):
        own = is_in.fillna(value=False).astype(bool)
        d, n = int((own & fatal).sum()), int(own.sum())
        low, high = d / max(n + alive, 1), (d + dead) / max(n + dead, 1)
        rows.append((name, "bounds", n, np.nan, low, high))
    return pd.DataFrame(rows, columns=COLUMNS)


def complete(known: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Return the shares among records that tell it, with Wilson's 95% intervals."""
    rows = []
    for name, answer in ((question.yes, True), (question.no, False)):
        own = known.loc[known[question.flag].eq(answer).fillna(value=False), "is_fatal"]
        low, high = proportion_confint(own.sum(), max(len(own), 1), method="wilson")
        share = own.mean() if len(own) else np.nan
        rows.append((name, "complete records", len(own), share, float(low), float(high)))
    return pd.DataFrame(rows, columns=COLUMNS)


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
    rows = rows.astype({"is_fatal": float})
    formula = "told ~ is_fatal + is_fatal:since + C(year) + C(purpose) + C(professional) + C(aboard)"
    fit = odds.logistic(rows, formula)
    weights = 1 / np.asarray(fit.result.fittedvalues)
    own = rows.assign(weight=weights)[rows["told"].eq(1)]
    own = own.assign(weight=own["weight"].clip(upper=own["weight"].quantile(TRIMMED)))
    groups = ((question.yes, True), (question.no, False))
    told = [_weighted(name, own[own[question.flag].eq(answer)]) for name, answer in groups]
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
    data.update_all(burn_in)
    return [data.next_sample().set_axis(known.index) for _ in range(imputations)]


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
    shares = np.array([own["is_fatal"].mean() for own in groups])
    sizes = np.array([len(own) for own in groups])
    within = (shares * (1 - shares) / sizes).mean()
    between = (1 + 1 / len(groups)) * shares.var(ddof=1)
    df = (len(groups) - 1) * (1 + within / between) ** 2 if between > 0 else np.inf
    ends = _on_logit(shares.mean(), np.sqrt(within + between), float(stats.t.ppf(0.975, df)))
    return (name, "imputed", round(sizes.mean()), float(shares.mean()), *ends)


def compared(
    known: pd.DataFrame, questions: Sequence[Question], sets: Sequence[pd.DataFrame]
) -> pd.DataFrame:
    """Return every group's share by every method; questions that nobody answers are left out.

    Parameters
    ----------
    sets
        Of `filled`, made from these accidents or from more.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`.
    """
    tables = []
    for question in questions:
        if known[question.flag].notna().any():
            made = (complete, weighted, bounds)
            own = [one.loc[known.index] for one in sets]
            tables += [way(known, question) for way in made] + [imputed(own, question)]
    held = [table for table in tables if len(table)]
    return pd.concat(held, ignore_index=True) if held else pd.DataFrame(columns=COLUMNS)


def over(
    known: pd.DataFrame, some: pd.DataFrame, when: str, sets: Sequence[pd.DataFrame]
) -> pd.DataFrame:
    """Return `compared` of all accidents, and of hours in the years that tell them besides.

    Parameters
    ----------
    some
        The accidents of those years.
    when
        Those years in words; the groups of ``some`` carry them.
    """
    every = compared(known, QUESTIONS, sets)
    if some.empty or len(some) == len(known):
        return every
    own = compared(some, [HOURS], sets)
    return pd.concat([every, own.assign(group=own["group"] + f", {when}")], ignore_index=True)


def odds_ratios(found: pd.DataFrame, questions: Sequence[Question]) -> pd.DataFrame:
    """Return the odds ratio of an accident's being fatal, yes against no, by method.

    A logistic regression's odds ratio survives blanks that depend on the outcome alone; a share
    does not.

    Parameters
    ----------
    found
        Of `compared`.

    Returns
    -------
    pandas.DataFrame
        ``contrast, method, odds_ratio, low, high``; the two groups' intervals are taken as
        independent.
    """
    logits = found[found["method"].ne("bounds")].set_index(["group", "method"])
    logits = np.log(logits[["share", "low", "high"]] / (1 - logits[["share", "low", "high"]]))
    rows = []
    for question in questions:
        for method in METHODS[:-1]:
            pair = [(question.yes, method), (question.no, method)]
            if all(key in logits.index for key in pair):
                told = {"contrast": f"{question.yes} / {question.no}", "method": method}
                rows.append(told | _ratio(*(logits.loc[key] for key in pair)))
    return pd.DataFrame(rows, columns=["contrast", "method", "odds_ratio", "low", "high"])


def _ratio(yes: pd.Series, no: pd.Series) -> dict[str, float]:
    effect = yes["share"] - no["share"]
    wide = np.hypot(*((one["high"] - one["low"]) / 2 for one in (yes, no)))
    return {
        "odds_ratio": np.exp(effect),
        "low": np.exp(effect - wide),
        "high": np.exp(effect + wide),
    }
