"""The probable-cause text of each accident, and who has one."""

import logging

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from hindcast.analysis import records
from hindcast.analysis.narratives import cleaning

log = logging.getLogger(__name__)

SEVERITIES = ["None", "Minor", "Serious", "Fatal"]


def read(run: records.Records) -> pd.DataFrame:
    """Return the accidents with their probable cause: as written, and cleaned.

    Parameters
    ----------
    run
        Of `hindcast.analysis.records.read`.

    Returns
    -------
    pandas.DataFrame
        The accidents, in their order, with ``text`` (missing where there is none) and ``words``
        (cleaned; empty where there is no text); ``severity`` as categories, ``unknown`` among
        them. Where an event's aircraft have different texts, they stand one after the other.
    """
    told = of_events(records.table("narratives", run.accidents))
    joined = run.accidents.merge(told, on="ev_id", how="left", validate="one_to_one")
    log.info("probable causes: %d accidents, %d with a text", len(joined), joined["text"].count())
    rules = cleaning.rules()
    severity = records.named(joined["severity"], SEVERITIES)
    cleaned = [rules.clean(one) for one in joined["text"].fillna("")]
    return joined.assign(words=pd.Series(cleaned, joined.index, dtype="str"), severity=severity)


def of_events(narratives: pd.DataFrame) -> pd.DataFrame:
    """Return one text per event (``ev_id, text``) of the rows of the table ``narratives``."""
    rows = narratives.assign(text=narratives["narr_cause"].astype("str").str.strip())
    rows = rows[rows["text"].fillna("") != ""].sort_values(["ev_id", "Aircraft_Key"])
    rows = rows.drop_duplicates(["ev_id", "text"])
    told = rows.groupby("ev_id")["text"].agg("\n".join)
    return told.astype("str").reset_index()


def coverage(accidents: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return how many accidents of each group have a text, and how long the texts are.

    Parameters
    ----------
    accidents
        Of `read`.
    group
        A column; see `hindcast.analysis.records.named` for one with unknowns.

    Returns
    -------
    pandas.DataFrame
        One row a group: ``accidents, with_text, share, low, high`` (Wilson's 95% interval) and
        ``words_median, words_lower, words_upper``: median and quartiles of words a text.
    """
    rows = accidents.assign(has=accidents["text"].notna(), length=lengths(accidents))
    grouped = rows.groupby(group, observed=True, dropna=False)
    told = grouped["has"].agg(accidents="size", with_text="sum")
    low, high = proportion_confint(told["with_text"], told["accidents"], method="wilson")
    told = told.assign(share=told["with_text"] / told["accidents"], low=low, high=high)
    quartiles = {"words_median": 0.5, "words_lower": 0.25, "words_upper": 0.75}
    length = {name: grouped["length"].quantile(q) for name, q in quartiles.items()}
    return told.assign(**length).reset_index()


def lengths(accidents: pd.DataFrame) -> pd.Series:
    """Return the number of words of each text as written; missing where there is none.

    Examples
    --------
    >>> lengths(pd.DataFrame({"text": ["A loss of control.", None]})).tolist()
    [4.0, nan]
    """
    return accidents["text"].astype("str").str.count(r"\S+").astype("float64")
