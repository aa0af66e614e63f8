"""Whether findings are marked as cause or factor, and when that stopped."""

import pandas as pd
from IPython.display import Markdown

from hindcast.analysis.records import Records

MARKS = {"C": "cause", "F": "factor"}
NEITHER = "no mark"


def by_year(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each year's findings that is marked as cause, as factor, or not.

    Returns
    -------
    pandas.DataFrame
        ``year, mark, findings, share``; other marks stand under their own letter.
    """
    flag = findings["flag"].astype("object")
    mark = flag.map(MARKS).fillna(flag).fillna(NEITHER)
    told = findings.assign(mark=mark).groupby(["year", "mark"]).size().rename("findings")
    told = told.reset_index()
    of = told.groupby("year")["findings"].transform("sum")
    return told.assign(share=told["findings"] / of)


def said(run: Records, findings: pd.DataFrame) -> Markdown:
    """Return in one sentence what these records hold of marks."""
    return Markdown(_said(run, findings))


def _said(run: Records, findings: pd.DataFrame) -> str:
    if not run.has("Findings", "Cause_Factor"):
        return "Marks of cause and factor: column absent from these records."
    marked = findings.loc[findings["flag"].notna(), "year"]
    if marked.empty:
        return (
            "Marks of cause and factor: these records have the column, but every row of it is "
            "blank, as good as absent."
        )
    after = int((marked >= STOPPED).sum())
    return (
        f"Marks of cause and factor stand in {len(marked):,} of {len(findings):,} findings, "
        f"{after:,} of them of {STOPPED} or later; the last in {int(marked.max())}."
    )


STOPPED = 2020
"""The year in which NTSB's coding changed: findings are no longer marked as cause or factor."""
