"""Whose records lack what: missing shares by severity and by time, field by field."""

import pandas as pd
from IPython.display import Markdown
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

from hindcast.analysis import records, shares

FIELDS = {
    "total hours": "log_hours",
    "hours in 90 days": "log_hours_90",
    "hours in the make": "log_hours_make",
    "age": "age",
    "medical class": "medical",
    "medical's validity": "medical_validity",
    "medical's date": "medical_days",
    "flight review's date": "review_days",
    "professional or not": "professional",
    "second pilot or not": "second_pilot",
    "who is aboard": "aboard",
}
"""Name -> column of `hindcast.analysis.crew.people.described`."""

SEVERITY = {True: "fatal", False: "not fatal"}
BY_SEVERITY = ["field", "severity", "accidents", "missing", "share", "low", "high"]
DIFFERENCES = ["field", "fatal", "not_fatal", "difference", "low", "high"]


def is_missing(values: pd.Series) -> pd.Series:
    """Say where a value is not told; the category ``unknown`` is not."""
    return values.isna() | values.astype("object").eq(records.UNKNOWN)


def held(accidents: pd.DataFrame) -> dict[str, str]:
    """Return those of `FIELDS` that are told of any accident."""
    return {name: c for name, c in FIELDS.items() if not is_missing(accidents[c]).all()}


def never(accidents: pd.DataFrame) -> list[str]:
    """Return those of `FIELDS` that are told of none."""
    return [name for name in FIELDS if name not in held(accidents)]


def by_severity(known: pd.DataFrame) -> pd.DataFrame:
    """Return the share of accidents that lack each field, of fatal ones and of the others.

    Parameters
    ----------
    known
        Accidents of known severity.

    Returns
    -------
    pandas.DataFrame
        ``field, severity, accidents, missing, share, low, high`` (Wilson's 95% intervals), the
        field whose shares differ most first.
    """
    rows = [
        _row(name, known, column, is_fatal)
        for name, column in held(known).items()
        for is_fatal in SEVERITY
    ]
    counts = pd.DataFrame(rows, columns=["field", "severity", "known", "fatal"])
    table = shares.with_intervals(counts)
    table = table.set_axis(BY_SEVERITY, axis=1)
    apart = table.groupby("field")["share"].agg(lambda two: -abs(two.diff().iloc[-1]))
    ordered = table.assign(order=table["field"].map(apart))
    ordered = ordered.sort_values(["order", "field"], kind="stable", ignore_index=True)
    return ordered[BY_SEVERITY]


def _row(name: str, known: pd.DataFrame, column: str, is_fatal: bool) -> tuple[str, str, int, int]:
    own = known[known["is_fatal"].eq(is_fatal)]
    return name, SEVERITY[is_fatal], len(own), int(is_missing(own[column]).sum())


def differences(found: pd.DataFrame) -> pd.DataFrame:
    """Return by how many points fatal accidents lack a field more often than the others.

    Parameters
    ----------
    found
        Of `by_severity`.

    Returns
    -------
    pandas.DataFrame
        ``field, fatal, not_fatal, difference, low, high`` (shares; Newcombe's 95% interval),
        ``p_adjusted`` (score test, Benjamini-Hochberg over the fields).
    """
    counts = found.set_index(["field", "severity"])[["missing", "accidents"]]
    rows = [_difference(name, counts.loc[name]) for name in dict.fromkeys(found["field"])]
    table = pd.DataFrame(rows, columns=[*DIFFERENCES, "p_value"])
    adjusted = multipletests(table["p_value"], method="fdr_bh")[1] if len(table) else []
    return table.assign(p_adjusted=adjusted).drop(columns="p_value")


def _difference(name: str, counts: pd.DataFrame) -> tuple[float | str, ...]:
    fatal, other = (counts.loc[who] for who in SEVERITY.values())
    four = (fatal["missing"], fatal["accidents"], other["missing"], other["accidents"])
    lacking = fatal["missing"] / fatal["accidents"], other["missing"] / other["accidents"]
    low, high = confint_proportions_2indep(*four, compare="diff", method="newcomb")
    # Where nothing, or all, is missing in both, there is no variance to test with.
    alike = lacking[0] == lacking[1]
    p = 1.0 if alike else test_proportions_2indep(*four, method="score").pvalue
    return name, *lacking, lacking[0] - lacking[1], float(low), float(high), float(p)


def by_half_year(known: pd.DataFrame, fields: list[str]) -> pd.DataFrame:
    """Return the missing share by half year of the accident, for fatal ones and for the others.

    Returns
    -------
    pandas.DataFrame
        ``field, severity, at`` (year and .25 or .75, the middle of the half), ``accidents, share``;
        halves without accidents have no row.
    """
    middle = known["year"] + (known["ev_date"].dt.quarter.gt(2) * 0.5 + 0.25)
    tables = [
        is_missing(known[FIELDS[name]])
        .groupby([known["is_fatal"].map(SEVERITY).rename("severity"), middle.rename("at")])
        .agg(accidents="size", share="mean")
        .reset_index()
        .assign(field=name)
        for name in fields
    ]
    return pd.concat(tables, ignore_index=True)[["field", "severity", "at", "accidents", "share"]]


def told(accidents: pd.DataFrame) -> Markdown:
    """Say in words which fields no record tells, and which end before the records do."""
    nowhere = never(accidents)
    ended = {name: stops(accidents, column) for name, column in held(accidents).items()}
    lines = [f"- {name}: told of no accident in these records" for name in nowhere]
    lines += [
        f"- {name}: told of accidents up to {month}" for name, month in ended.items() if month
    ]
    return Markdown("\n".join([*lines, ""]) if lines else "Every field is told to the end.\n")


def stops(accidents: pd.DataFrame, column: str) -> str | None:
    """Return the month (``2018-03``) of the last accident that tells a field, if others follow it.

    None where the field is told to the end, or never.
    """
    told = accidents.loc[~is_missing(accidents[column]), "ev_date"]
    last = accidents["ev_date"].max()
    if told.empty or (last - told.max()).days < 180:
        return None
    return told.max().strftime("%Y-%m")
