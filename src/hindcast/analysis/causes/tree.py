"""The tree of findings, with how many accidents stand behind each branch and their fatal share."""

import pandas as pd

from hindcast.analysis import shares
from hindcast.analysis.causes import codes

BRANCHES = ("category", "subcategory", "section")


def branches(findings: pd.DataFrame, least: float = 0.012) -> pd.DataFrame:
    """Return the branches of the tree down to sections, in the order in which they are drawn.

    Parameters
    ----------
    findings
        Of `hindcast.analysis.causes.codes.findings`.
    least
        Smallest share of all accidents that a section needs to stand alone; the smaller ones of a
        subcategory are told together.

    Returns
    -------
    pandas.DataFrame
        One row a branch: ``level, code, parent, name, weighted, start, findings, accidents,
        severity_unknown, fatal, fatal_share, low, high``. ``weighted`` adds up to the accidents
        within each level, ``start`` is where the branch begins when they are laid end to end. The
        fatal share is of the accidents that have such a finding, each counted once.
    """
    rows = findings.assign(section=_lumped(findings, least))
    told = [_level(rows, level, above) for level, above in zip(BRANCHES, _ABOVE, strict=True)]
    return _laid(told)


_ABOVE = (None, "category", "subcategory")


def _lumped(findings: pd.DataFrame, least: float) -> pd.Series:
    weight = findings.groupby("section")["weight"].transform("sum")
    small = weight < least * findings["weight"].sum()
    coded = findings["section"].ne(codes.NOT_CODED)
    others = findings["subcategory"] + "..other"
    return findings["section"].mask(small & coded, others)


def _level(rows: pd.DataFrame, level: str, above: str | None) -> pd.DataFrame:
    sums = rows.groupby(level).agg(weighted=("weight", "sum"), findings=("ev_id", "size"))
    once = rows.drop_duplicates(["ev_id", level])
    found = shares.by(once, level).merge(
        sums.reset_index(), on=level, how="left", validate="one_to_one"
    )
    parents = rows.drop_duplicates(level).set_index(level)[above] if above else None
    parent = found[level].map(parents) if above else ""
    named = found[level].map(_names(level)).fillna(found[level])
    return found.rename(columns={level: "code"}).assign(level=level, parent=parent, name=named)


def _names(level: str) -> dict[str, str]:
    plain = codes.labels(level)
    others = {f"{code}..other": "other sections" for code in codes.names("subcategory")}
    return plain | others


def _laid(levels: list[pd.DataFrame]) -> pd.DataFrame:
    """Lay the branches of each level end to end, big ones first, within their parents."""
    begins: dict[str, float] = {"": 0.0}
    done = []
    for rows in levels:
        at = rows.assign(
            _parent=rows["parent"].map(begins),
            _last=rows["code"].str.endswith("..other") | rows["code"].eq(codes.NOT_CODED),
        )
        order = ["_parent", "_last", "weighted", "code"]
        at = at.sort_values(order, ascending=[True, True, False, True], ignore_index=True)
        before = at.groupby("parent")["weighted"].cumsum() - at["weighted"]
        at["start"] = at["_parent"] + before
        begins = dict(zip(at["code"], at["start"], strict=True))
        done.append(at.drop(columns=["_parent", "_last"]))
    return pd.concat(done, ignore_index=True)


def extremes(findings: pd.DataFrame, least: int, each: int = 10) -> pd.DataFrame:
    """Return the findings with the largest and the smallest fatal share, largest first.

    Parameters
    ----------
    least
        Accidents that a finding needs in order to be told.
    each
        How many from either end. Medical findings, which follow a death, are left out.

    Returns
    -------
    pandas.DataFrame
        ``name`` and the columns of `hindcast.analysis.shares.by`, by lower and upper bound.
    """
    said = codes.substantive(findings)
    said = said[said["subcategory"].ne(codes.MEDICAL)]
    found = shares.by(codes.told(said, "subsection"), "subsection")
    enough = found[found["accidents"].sub(found["severity_unknown"]).ge(least)]
    top = enough.sort_values(["low", "subsection"], ascending=[False, True]).head(each)
    rest = enough.drop(top.index).sort_values(["high", "subsection"]).head(each)
    both = pd.concat([top, rest]).sort_values(
        ["fatal_share", "subsection"], ascending=[False, True]
    )
    return both.assign(name=both["subsection"].map(clear_names())).reset_index(drop=True)


def table(branches: pd.DataFrame, most: int = 20) -> pd.DataFrame:
    """Return the subcategories in words, common ones first, as the page shows them.

    Parameters
    ----------
    branches
        Of `branches`.
    """
    own = branches[branches["level"].eq("subcategory")]
    own = own.sort_values(["weighted", "code"], ascending=[False, True]).head(most)
    parents = codes.names("category")
    told = own.assign(category=own["parent"].map(parents).fillna(own["parent"]))
    columns = ["category", "name", "weighted", "accidents", "fatal_share", "low", "high"]
    shown = told[columns].round(3).astype({"weighted": int})
    return shown.rename(
        columns={"name": "subcategory", "weighted": "accidents, divided"}
    ).reset_index(drop=True)


def clear_names() -> dict[str, str]:
    """Return path code -> name; of two paths of one name, each also tells its section."""
    plain = pd.Series(codes.labels("subsection"))
    section = plain.index.to_series().str[:6].map(codes.labels("section"))
    twice = plain.duplicated(keep=False) & plain.ne(section)
    return plain.mask(twice, plain + " (" + section + ")").to_dict()
