"""How far missing values could move a fatal share: bounds, beside what the methods estimate."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hindcast.analysis.crew.estimates import (
    COLUMNS,
    HOURS,
    QUESTIONS,
    Question,
    complete,
    imputed,
    weighted,
)

METHODS = ("complete records", "weighted", "imputed")


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
        for method in METHODS:
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
