"""Findings and their names: one row per accident and code, decoded by the scheme of 2008.

Accidents before 2008 are coded in another scheme, in which the same numbers mean other things; they
are left out here, and counted.
"""

import logging
from functools import cache
from pathlib import Path

import pandas as pd

from hindcast import paths
from hindcast.analysis import records

log = logging.getLogger(__name__)

ERA = "2008+"
NOT_CODED = "no code"
NOT_DETERMINED = "05"
"""Category that says that nothing was determined: the absence of a finding, not one."""
MEDICAL = "0201"
"""Findings on the physical state of a person: they come from autopsies and toxicology."""
WIDTHS = {"category": 2, "subcategory": 4, "section": 6, "subsection": 8}
LEVELS = tuple(WIDTHS)
_NUMBERS = ["category_no", "subcategory_no", "section_no", "subsection_no"]
_FILES = {
    "category": "finding_categories",
    "subcategory": "finding_subcategories",
    "section": "finding_sections",
    "subsection": "finding_subsections",
}


def current(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the accidents coded in the scheme of 2008 and later.

    Parameters
    ----------
    accidents
        With ``era``. Accidents of no known era are of the current scheme if they happened in 2008
        or later.
    """
    era = accidents["era"].astype("object")
    late = pd.to_datetime(accidents["ev_date"]).dt.year.ge(2008)
    kept = accidents[era.eq(ERA) | (era.isna() & late)]
    log.info("scheme of 2008: %d accidents before, %d after", len(accidents), len(kept))
    return kept.assign(year=pd.to_datetime(kept["ev_date"]).dt.year).reset_index(drop=True)


def names(level: str) -> dict[str, str]:
    """Return code -> name at a level of the tree; codes end at that level.

    Parameters
    ----------
    level
        ``category``, ``subcategory``, ``section`` or ``subsection``.

    Examples
    --------
    >>> names("category")["02"], names("section")["010620"]
    ('Personnel issues', 'Performance/control parameters')
    """
    return dict(_named(paths.reference() / f"{_FILES[level]}.csv", level))


@cache
def _named(path: Path, level: str) -> dict[str, str]:
    table = pd.read_csv(path, dtype=str)
    code = sum((table[name] for name in _NUMBERS[1 : WIDTHS[level] // 2]), table[_NUMBERS[0]])
    return dict(zip(code, table[level], strict=True))


def labels(level: str) -> dict[str, str]:
    """Return code -> name that is clear by itself: "(general)" is told of what it is general.

    Examples
    --------
    >>> labels("subsection")["01062000"], labels("subsection")["01062010"]
    ('Performance/control parameters (general)', 'Airspeed')
    """
    at = LEVELS.index(level)
    above = labels(LEVELS[at - 1]) if at else {}
    width = WIDTHS[level]
    return {
        code: f"{above[code[: width - 2]]} {name}" if name == "(general)" and above else name
        for code, name in names(level).items()
    }


def modifiers() -> dict[str, str]:
    """Return the last two digits of a finding code -> what they say of it.

    Examples
    --------
    >>> modifiers()["44"]
    'Pilot'
    """
    table = pd.read_csv(paths.reference() / "finding_modifiers.csv", dtype=str)
    return dict(zip(table["modifier_no"], table["modifier"], strict=True))


def findings(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the findings of these accidents, each with its code at every level and a weight.

    Returns
    -------
    pandas.DataFrame
        One row a finding: ``ev_id, year, is_fatal, category, subcategory, section, subsection,
        modifier, flag, weight``. A row without a code is `NOT_CODED` at every level. Weights are
        those of the warehouse's bridge, one over the findings of the accident, and add up to the
        accidents that have findings.
    """
    rows = records.table("Findings", accidents)
    code = rows["finding_code"].astype("object")
    parts = {level: code.str[:width].fillna(NOT_CODED) for level, width in WIDTHS.items()}
    parts["modifier"] = code.str[8:10].fillna(NOT_CODED)
    parts["flag"] = rows["Cause_Factor"].astype("object")
    parts["weight"] = 1 / rows.groupby("ev_id")["ev_id"].transform("size")
    kept = accidents[["ev_id", "year", "is_fatal"]]
    return pd.DataFrame({"ev_id": rows["ev_id"], **parts}).merge(
        kept, on="ev_id", how="left", validate="many_to_one"
    )


def steps(run: records.Records, current: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return the steps from all events to the accidents and findings of the page.

    Returns
    -------
    pandas.DataFrame
        ``step, rows``.
    """
    coded = findings["category"].ne(NOT_CODED)
    later = [
        ("coded in the scheme of 2008 and later", len(current)),
        ("of these, with any finding", findings["ev_id"].nunique()),
        ("of these, with a finding that has a code", findings["ev_id"][coded].nunique()),
        ("scheme of 2008, of known severity", int(current["is_fatal"].notna().sum())),
    ]
    of_run = [(step, rows) for step, rows in run.steps if step != "of known severity"]
    return pd.DataFrame([*of_run, *later], columns=["step", "rows"])


def told(findings: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return accident and code once each, however often a report repeats it.

    Returns
    -------
    pandas.DataFrame
        ``ev_id, year, is_fatal`` and the level's code, in the order of ``findings``.
    """
    return findings[["ev_id", "year", "is_fatal", level]].drop_duplicates(["ev_id", level])


def substantive(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings that say something: neither without a code nor "not determined"."""
    said = ~findings["category"].isin([NOT_CODED, NOT_DETERMINED])
    log.info("findings that say something: %d before, %d after", len(findings), said.sum())
    return findings[said]


def unknown(findings: pd.DataFrame) -> pd.DataFrame:
    """Return how many findings, and accidents, have no code or one that no table explains.

    Returns
    -------
    pandas.DataFrame
        ``what, findings, accidents``: without a code; code not in the tables; not determined.
    """
    known = names("subsection")
    is_missing = findings["category"].eq(NOT_CODED)
    kinds = {
        "no code": is_missing,
        "code that no table explains": ~is_missing & ~findings["subsection"].isin(known),
        "coded as not determined": findings["category"].eq(NOT_DETERMINED),
        "all findings": pd.Series(data=True, index=findings.index),
    }
    counts = [
        {"what": what, "findings": int(own.sum()), "accidents": findings["ev_id"][own].nunique()}
        for what, own in kinds.items()
    ]
    return pd.DataFrame(counts)
