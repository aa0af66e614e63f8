"""Groups of pilots: how strongly a field goes with a fatal outcome, medical classes adjusted."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from hindcast.analysis import odds, records, shares
from hindcast.analysis.crew import people, splines

FIELDS = {
    "who is aboard": "aboard",
    "medical class": "medical",
    "professional or not": "professional",
    "second pilot": "second_pilot",
    "purpose of the flight": "purpose",
}
QUESTIONS = {
    "second pilot": "has_second_pilot",
    "flies for a living": "is_professional_pilot",
    "a student aboard": "has_student",
    "under 200 hours": "is_low_time_pilot",
    "flight review overdue": "is_flight_review_overdue",
}
REFERENCE = "third class"
STRENGTH = ["field", "accidents", "groups", "cramers_v", "low", "high", "p_adjusted"]


def strengths(known: pd.DataFrame, *, rounds: int, seed: int) -> pd.DataFrame:
    """Return how strongly each field goes with a fatal outcome, strongest first.

    Parameters
    ----------
    known
        Accidents of known severity; those that do not tell a field are left out of its row.
    rounds
        Bootstrap rounds for the interval (percentiles; V is never below 0, so an interval near it
        lies high).

    Returns
    -------
    pandas.DataFrame
        ``field, accidents, groups, cramers_v`` (bias-corrected, Bergsma 2013), ``low, high``,
        ``p_adjusted`` (chi-square, Benjamini-Hochberg over the fields).
    """
    draw = np.random.default_rng(seed)
    counts = {name: _counts(known, column) for name, column in FIELDS.items()}
    held = [
        _strength(name, table, rounds, draw)
        for name, table in counts.items()
        if len(table) > 1 and table.sum(axis=0).all()
    ]
    table = pd.DataFrame(held, columns=[*STRENGTH[:-1], "p_value"])
    adjusted = multipletests(table["p_value"], method="fdr_bh")[1] if held else []
    table = table.assign(p_adjusted=adjusted).drop(columns="p_value")
    return table.sort_values("cramers_v", ascending=False, kind="stable", ignore_index=True)


def _counts(known: pd.DataFrame, column: str) -> np.ndarray:
    told = known[known[column].ne(records.UNKNOWN)]
    counts = told.groupby(column, observed=True)["is_fatal"].agg(["size", "sum"]).astype("int64")
    return np.column_stack([counts["sum"], counts["size"] - counts["sum"]])


def _strength(
    name: str, counts: np.ndarray, rounds: int, draw: np.random.Generator
) -> tuple[str | int | float, ...]:
    total = counts.sum()
    drawn = draw.multinomial(total, (counts / total).ravel(), size=rounds)
    drawn = drawn.reshape(-1, *counts.shape)
    low, high = np.quantile([cramers_v(one) for one in drawn], [0.025, 0.975])
    p = float(stats.chi2_contingency(counts, correction=False).pvalue)
    return name, int(total), len(counts), cramers_v(counts), float(low), float(high), p


def cramers_v(counts: np.ndarray) -> float:
    """Return Cramer's V of a table of counts, corrected for bias.

    Examples
    --------
    >>> round(cramers_v(np.array([[90, 10], [10, 90]])), 2), cramers_v(np.array([[5, 5], [5, 5]]))
    (0.8, 0.0)
    """
    held = counts[counts.sum(axis=1) > 0]
    if len(held) < 2 or not held.sum(axis=0).all():
        return 0.0
    n, (r, k) = held.sum(), held.shape
    chi2 = stats.chi2_contingency(held, correction=False).statistic
    phi2 = max(0.0, chi2 / n - (k - 1) * (r - 1) / (n - 1))
    wide = min(k - (k - 1) ** 2 / (n - 1), r - (r - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi2 / wide))


def answers(accidents: pd.DataFrame, least: int = 10) -> pd.DataFrame:
    """Return the fatal shares by the yes-or-no questions of the crew, in one table.

    Returns
    -------
    pandas.DataFrame
        Of `hindcast.analysis.shares.by`, with ``group`` such as ``second pilot: yes``.
    """
    columns = {"second pilot": "second_pilot", "flies for a living": "professional"}
    tables = [
        found.assign(group=name + ": " + found[column].astype(str)).drop(columns=column)
        for name, column in columns.items()
        for found in [shares.by(accidents, column, least=least)]
    ]
    return pd.concat(tables, ignore_index=True)


def answer_odds(known: pd.DataFrame) -> pd.DataFrame:
    """Return the odds ratios of yes against no, crude and adjusted.

    Returns
    -------
    pandas.DataFrame
        Of `hindcast.analysis.odds.crude_and_adjusted`: for age, purpose and year.
    """
    adjusted_for = {column: ["age", "purpose", "year"] for column in QUESTIONS.values()}
    rows = people.plain(known.dropna(subset=["age"]), "purpose")
    return odds.crude_and_adjusted(rows, QUESTIONS, adjusted_for)


def medical_odds(known: pd.DataFrame, least: int = 10) -> pd.DataFrame:
    """Return each medical class's odds of a fatal outcome over the third class's.

    Crude, and adjusted for age (spline), purpose, profession and year; on the same accidents.

    Parameters
    ----------
    least
        Classes with fewer accidents, or without any fatal or any other one, are left out.

    Returns
    -------
    pandas.DataFrame
        ``exposure, kind, odds_ratio, low, high, rows, p_adjusted`` (Benjamini-Hochberg over the
        classes, by kind).
    """
    rows = known.dropna(subset=["age"])
    rows = rows[rows["medical"].ne(records.UNKNOWN)]
    counts = rows.groupby("medical", observed=True)["is_fatal"].agg(["size", "sum"])
    fit_for = counts["size"].ge(least) & counts["sum"].gt(0) & counts["sum"].lt(counts["size"])
    rows = rows[rows["medical"].isin(counts.index[fit_for])]
    if REFERENCE not in set(rows["medical"]) or rows["medical"].nunique() < 2:
        return pd.DataFrame(columns=["exposure", "kind", "odds_ratio", "low", "high", "rows"])
    own = f"C(medical, Treatment('{REFERENCE}'))"
    age = splines.term("age", splines.knots(rows["age"], 4))
    beside = {"crude": [], "adjusted": [age, "C(purpose)", "C(professional)", "C(year)"]}
    tables = [_terms(rows, [own, *terms]).assign(kind=kind) for kind, terms in beside.items()]
    return pd.concat(tables, ignore_index=True)


def _terms(rows: pd.DataFrame, terms: list[str]) -> pd.DataFrame:
    rows = people.plain(rows, "medical", "purpose", "professional")
    fit = odds.logistic(rows, " + ".join([f"is_fatal ~ {terms[0]}", *terms[1:]]))
    table = odds.ratios(fit)
    table = table[table["term"].str.startswith("C(medical")]
    names = table["term"].str.extract(r"\[T\.(.+)\]", expand=False)
    adjusted = multipletests(table["p_value"], method="fdr_bh")[1]
    told = table.assign(exposure=names, rows=fit.rows, p_adjusted=adjusted)
    return told.drop(columns=["term", "p_value"])
