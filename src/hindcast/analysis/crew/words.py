"""The page's findings in words; every direction is chosen by the run's own numbers."""

import re

import numpy as np
import pandas as pd

from hindcast.analysis import findings
from hindcast.analysis.crew import splines, together
from hindcast.analysis.crew.splines import Smooth
from hindcast.analysis.findings import Finding

FEW, MANY, MOST = 50, 1_500, 12_000
"""Hours at which the curve is read: a student, an experienced pilot, a professional."""
YOUNG, OLD = 25, 75
MANY_LOG, MIDDLE = float(np.log1p(MANY)), 50.0
"""References of the odds ratios: log of 1 + hours, and years."""
AXES = {
    "log_hours": f"pilot's hours (reference {MANY:,})",
    "age": f"pilot's age, years (reference {MIDDLE:.0f})",
}
ALL_HOURS = "pilot's hours in all aircraft (log scale)"
AGES = [10, 30, 40, 50, 60, 70, 110]
HOURS = [0, 100, 300, 1_000, 3_000, 10_000, 100_000]
"""Edges of the bands of the surface."""
DAYS = {"days since the flight review": "review_days", "days since the medical": "medical_days"}
DUE = {"days since the flight review": 761}
"""24 calendar months and what is left of the last one, days: 14 CFR 61.56."""
WATCHED = ["total hours", "flight review's date", "medical's validity"]
LEVEL = 0.05
TOO_FEW = "Too few accidents tell it for a curve."
PLURAL = {"rises": "rise", "falls": "fall", "levels": "level", "stays": "stay", "shows": "show"}
GIVEN = {
    together.LADDER[0]: "crude",
    together.LADDER[1]: "adjusted for {other}",
    together.LADDER[2]: "adjusted for {other}, purpose, profession and year",
}


def found(
    hours: dict[str, Smooth],
    ages: dict[str, Smooth],
    older: pd.DataFrame,
    lacking: pd.DataFrame,
    moved: pd.DataFrame,
) -> list[Finding]:
    """Return the three findings: hours, age, and what is missing.

    Parameters
    ----------
    hours, ages
        Of `hindcast.analysis.crew.together.ladder`, along ``log_hours`` and along ``age``.
    older
        Of `hindcast.analysis.crew.frailty.older_died`.
    lacking
        Of `hindcast.analysis.crew.missing.differences`.
    moved
        Of `hindcast.analysis.crew.bounds.compared`; its first group is told.
    """
    return [of_hours(hours), of_age(ages, older), of_missing(lacking, moved)]


def printed(table: pd.DataFrame, digits: int = 2) -> pd.DataFrame:
    """Return a table as it is printed: numbers rounded, p to three digits or as ``<0.001``.

    Examples
    --------
    >>> printed(pd.DataFrame({"chi2": [9.876], "p_adjusted": [0.00004]})).to_dict("records")
    [{'chi2': 9.88, 'p_adjusted': '<0.001'}]
    """
    chances = [column for column in table if column.startswith("p_")]
    told = {c: [f"{p:.3f}" if p >= 0.001 else "<0.001" for p in table[c]] for c in chances}
    return table.round(digits).assign(**told)


def side(low: float, high: float, even: float = 1.0) -> int:
    """Return 1 where an interval lies above ``even``, -1 where below, 0 where it holds it."""
    return int(low > even) - int(high < even)


def shape(first: int, second: int) -> str:
    """Return the shape of a curve from the slopes (-1, 0, 1) of its first and second half.

    Examples
    --------
    >>> shape(1, -1), shape(1, 0), shape(0, 0)
    ('rises, then falls', 'rises, then levels off', 'shows no clear slope')
    """
    if first == second:
        return {1: "rises throughout", -1: "falls throughout", 0: "shows no clear slope"}[first]
    starts = {1: "rises", -1: "falls", 0: "stays level"}
    ends = {1: "rises", -1: "falls", 0: "levels off"}
    return f"{starts[first]}, then {ends[second]}"


def of_hours(steps: dict[str, Smooth]) -> Finding:
    """Tell how the odds run from few hours over many to very many, as adjusted as it can be."""
    if not steps:
        return Finding("Hours are not told", TOO_FEW, "fig-crew-hours", {"accidents": 0})
    name, one = list(steps.items())[-1]
    ends = splines.contrasts(one, [np.log1p(FEW), np.log1p(MOST)], MANY_LOG)
    few, most = ends.iloc[0], ends.iloc[1]
    bend = shape(-side(few["low"], few["high"]), side(most["low"], most["high"]))
    chi2, df, p = splines.likelihood_ratio(one.bent, one.straight)
    text = (
        f"From {FEW} over {MANY:,} to {MOST:,} hours the odds of an accident's being fatal "
        f"{_plural(bend)}: {_ratio(few)} times those at {MANY:,} hours at {FEW}, and "
        f"{_ratio(most)} times at {MOST:,} ({GIVEN[name].format(other='age')}; "
        f"{one.bent.rows:,} accidents). A straight line in log hours "
        f"{'does not fit' if p < LEVEL else 'would do'} (chi-square {chi2:.1f}, {df} degrees of "
        f"freedom, p {_p(p)})."
    )
    numbers = {
        f"odds_ratio_{FEW}_to_{MANY}_hours": float(few["odds_ratio"]),
        f"odds_ratio_{MOST}_to_{MANY}_hours": float(most["odds_ratio"]),
        "chi2_against_straight_line": chi2,
        "p_value": p,
        "accidents": one.bent.rows,
    }
    headline = f"With the pilot's hours the fatal share of accidents {bend}"
    return Finding(headline, text, "fig-crew-hours", numbers)


def _plural(bend: str) -> str:
    """Put a shape into the plural: a share rises, odds rise."""
    return re.sub(r"[a-z]+", lambda word: PLURAL.get(word[0], word[0]), bend)


def _ratio(row: pd.Series) -> str:
    return findings.ratio(row["odds_ratio"], row["low"], row["high"])


def _p(value: float) -> str:
    return "below .001" if value < 0.001 else f"{value:.3f}"


def of_age(steps: dict[str, Smooth], older: pd.DataFrame) -> Finding:
    """Tell how the odds run with age, and who dies of two in the same wreck."""
    if not steps:
        return Finding("Age is not told", TOO_FEW, "fig-crew-age", {"accidents": 0})
    pairs = older[older["gap"].eq("all")].iloc[0]
    name, one = list(steps.items())[-1]
    old = splines.contrasts(one, [OLD], YOUNG).iloc[0]
    up, toll = side(old["low"], old["high"]), _toll(pairs)
    way = {1: "higher than", -1: "lower than", 0: "not clearly other than"}[up]
    text = (
        f"With a pilot of {OLD} years the odds of an accident's being fatal are {way} with one of "
        f"{YOUNG}: ratio {_ratio(old)}, {GIVEN[name].format(other='hours')}. "
        f"{_same_wreck(pairs, toll)}"
    )
    numbers = {
        f"odds_ratio_{OLD}_to_{YOUNG}_years": float(old["odds_ratio"]),
        "low": float(old["low"]),
        "high": float(old["high"]),
        "pairs": int(pairs["pairs"]),
        "share_of_pairs_in_which_the_older_died": _or_none(pairs["share"]),
    }
    return Finding(f"{HEADS[up]}{TAILS[toll]}", text, "fig-crew-pairs", numbers)


HEADS = {
    1: "Accidents of older pilots are more often fatal",
    -1: "Accidents of older pilots are less often fatal",
    0: "Age does not clearly part fatal accidents from others",
}
TAILS = {
    1: "; of two in the same wreck the older dies more often",
    -1: "; of two in the same wreck the younger dies more often",
    0: "",
}


def _toll(pairs: pd.Series) -> int:
    """Return 1 where the older die more often, -1 where the younger do, 0 where it is open."""
    return 0 if pd.isna(pairs["share"]) else side(pairs["low"], pairs["high"], 0.5)


def _or_none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _same_wreck(pairs: pd.Series, toll: int) -> str:
    if pd.isna(pairs["share"]):
        return f"Two in one wreck of whom one died: {pairs['pairs']} pairs, too few to tell."
    told = findings.share(pairs["share"], pairs["low"], pairs["high"])
    often = {1: "more often than not", -1: "less often than not", 0: "about every second time"}
    return (
        f"Of two who fly the same aircraft and of whom one dies, it is the older {often[toll]}: "
        f"{told} of {pairs['pairs']} wrecks, where the crash was the same for both."
    )


def of_missing(lacking: pd.DataFrame, moved: pd.DataFrame) -> Finding:
    """Tell which field is missing most unevenly, and how far that could move a share."""
    if lacking.empty:
        return Finding("Nothing is told of crews", TOO_FEW, "fig-crew-missing", {"fields": 0})
    worst = lacking.iloc[int(lacking["difference"].abs().argmax())]
    up = side(worst["low"], worst["high"], 0)
    low, high = sorted((abs(worst["low"]) * 100, abs(worst["high"]) * 100))
    between = f"{low:.1f} to {high:.1f}" if up else "which includes none"
    text = (
        f"The {worst['field']} is missing in {worst['fatal']:.1%} of fatal accidents and in "
        f"{worst['not_fatal']:.1%} of the others, {abs(worst['difference']) * 100:.1f} points "
        f"apart (95% interval {between}). {_moved(moved)}"
    )
    numbers = {
        "missing_share_of_fatal": float(worst["fatal"]),
        "missing_share_of_not_fatal": float(worst["not_fatal"]),
        **_numbers(moved),
    }
    heads = {
        1: f"Records of fatal accidents lack the {worst['field']} more often",
        -1: f"Records of fatal accidents lack the {worst['field']} less often",
        0: "What is missing of crews does not depend clearly on severity",
    }
    figure = "fig-crew-missing" if moved.empty else "fig-crew-bounds"
    return Finding(heads[up], text.strip(), figure, numbers)


def _first(moved: pd.DataFrame) -> pd.DataFrame:
    """Return the first group's rows by method."""
    own = moved[moved["group"].eq(moved["group"].iloc[0])] if len(moved) else moved
    return own.set_index("method")


def _moved(moved: pd.DataFrame) -> str:
    rows = _first(moved)
    if rows.empty:
        return ""
    seen, ends = rows.loc["complete records"], rows.loc["bounds"]
    told = findings.share(seen["share"], seen["low"], seen["high"])
    text = f"Of accidents whose record says '{moved['group'].iloc[0]}', {told} were fatal"
    if "imputed" in rows.index:
        drawn = rows.loc["imputed"]
        imputed = findings.share(drawn["share"], drawn["low"], drawn["high"])
        text += f"; with imputed blanks {imputed}"
    return f"{text}; by themselves the blanks leave {ends['low']:.1%} to {ends['high']:.1%} open."


def _numbers(moved: pd.DataFrame) -> dict[str, float]:
    rows = _first(moved)
    if rows.empty:
        return {}
    ends = rows.loc["bounds"]
    told = {
        "share_of_complete_records": rows.loc["complete records", "share"],
        "bound_low": ends["low"],
        "bound_high": ends["high"],
    }
    return {name: float(value) for name, value in told.items()}
