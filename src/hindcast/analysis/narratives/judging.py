"""Which accidents a query asks for, judged from their codes: independent of the words searched.

The rules stand in ``data/reference/search_queries.csv``: a query has clauses, and an accident is
relevant if it meets them all; a clause is met if any of its codes is the accident's. A code given
short stands for all that begin so. Rules are for the codes of 2008 and later.
"""

import numpy as np
import pandas as pd

from hindcast import paths
from hindcast.analysis import records
from hindcast.analysis.narratives.ranking import Ranker, answers

ERA = "2008+"
NARROW, BROAD = "narrow", "broad"
_TABLES = {
    "finding": ("Findings", "finding_code"),
    "occurrence": ("Events_Sequence", "eventsoe_no"),
    "phase": ("Events_Sequence", "phase_no"),
    "purpose": ("aircraft", "type_fly"),
    "category": ("aircraft", "acft_category"),
    "light": ("events", "light_cond"),
    "weather": ("events", "wx_cond_basic"),
}


def queries(width: str = NARROW) -> pd.DataFrame:
    """Return the rules: one row per query, clause and field.

    Parameters
    ----------
    width
        ``narrow``, or ``broad``: the narrow rows and those added.

    Returns
    -------
    pandas.DataFrame
        ``query_no, query, clause, width, field, codes`` (beginnings, separated by blanks), ``why``.

    Raises
    ------
    AnalysisError
        A rule names a field that has no codes.
    """
    table = pd.read_csv(paths.reference() / "search_queries.csv", dtype="str")
    if unknown := sorted(set(table["field"]) - set(_TABLES)):
        raise records.AnalysisError(
            f"search_queries.csv: no field {', '.join(unknown)}; there are {', '.join(_TABLES)}"
        )
    kept = table[(table["width"] == NARROW) | (width == BROAD)]
    return kept.reset_index(drop=True).astype({"query_no": "int64"})


def codes(run: records.Records) -> dict[str, pd.DataFrame]:
    """Return the accidents' codes by field: ``ev_id, code``, each once."""
    told = {}
    for field, (table, column) in _TABLES.items():
        rows = records.table(table, run.accidents)[["ev_id", column]]
        rows = rows.rename(columns={column: "code"}).dropna().astype("str")
        told[field] = rows.assign(code=rows["code"].str.strip()).drop_duplicates()
    return told


def collection(accidents: pd.DataFrame, of: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the accidents that can be judged: with a text, a finding and a phase, 2008 or later.

    Returns
    -------
    pandas.DataFrame
        In their order, counted from 0.
    """
    return accidents[_judged(accidents, of)[-1][1]].reset_index(drop=True)


def steps(accidents: pd.DataFrame, of: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how many accidents each condition of `collection` leaves: ``accidents``, by step."""
    rows = [("US civil accidents", len(accidents))]
    rows += [(name, int(kept.sum())) for name, kept in _judged(accidents, of)]
    return pd.DataFrame(rows, columns=["step", "accidents"])


def _judged(accidents: pd.DataFrame, of: dict[str, pd.DataFrame]) -> list[tuple[str, pd.Series]]:
    kept = accidents["text"].notna()
    told = [("with a text", kept)]
    told.append(("coded as from 2008 on", kept := kept & (accidents["era"] == ERA)))
    for field in ("finding", "phase"):
        kept = kept & accidents["ev_id"].isin(of[field]["ev_id"])
        told.append((f"with a {field}", kept))
    return told


def clauses(
    rules: pd.DataFrame, of: dict[str, pd.DataFrame], accidents: pd.DataFrame
) -> pd.DataFrame:
    """Return which accident meets which clause: positions x (query_no, clause), booleans."""
    met = {}
    for (number, clause), rows in rules.groupby(["query_no", "clause"], sort=False):
        found: set[str] = set()
        for field, beginnings in zip(rows["field"], rows["codes"], strict=True):
            table = of[field]
            found |= set(table["ev_id"][table["code"].str.startswith(tuple(beginnings.split()))])
        met[(number, clause)] = accidents["ev_id"].isin(found)
    return pd.DataFrame(met).rename_axis(columns=["query_no", "clause"])


def relevance(met: pd.DataFrame) -> pd.DataFrame:
    """Return which accident is relevant to which query: positions x query_no, booleans.

    Parameters
    ----------
    met
        Of `clauses`.
    """
    return met.T.groupby(level="query_no").all().T


def missed(found: dict[int, np.ndarray], met: pd.DataFrame) -> pd.DataFrame:
    """Return why answers were judged wrong: how many of them met which clause.

    Parameters
    ----------
    found
        Query -> positions of its answers.
    met
        Of `clauses`.

    Returns
    -------
    pandas.DataFrame
        ``query_no, wrong``, and a row a clause with ``unmet``: of the wrong ones, those that do not
        meet it.
    """
    told = []
    for number, at in found.items():
        mine = met[number].iloc[at]
        wrong = mine[~mine.all(axis=1)]
        for clause in mine.columns if len(wrong) else []:
            unmet = int((~wrong[clause]).sum())
            told.append({"query_no": number, "wrong": len(wrong), "clause": clause, "unmet": unmet})
    return pd.DataFrame(told, columns=["query_no", "wrong", "clause", "unmet"])


def judged_by(
    rules: pd.DataFrame, of: dict[str, pd.DataFrame], accidents: pd.DataFrame
) -> pd.DataFrame:
    """Return which accident is relevant to which query by ``rules``: positions x query_no."""
    return relevance(clauses(rules, of, accidents))


def why_wrong(ranker: Ranker, rules: pd.DataFrame, met: pd.DataFrame, k: int) -> pd.DataFrame:
    """Return which clauses the wrong ones among the first ``k`` answers to each query do not meet.

    Returns
    -------
    pandas.DataFrame
        ``query, wrong, clause, unmet``: clauses that at least one wrong answer does not meet.
    """
    asked = rules.drop_duplicates("query_no").set_index("query_no")["query"]
    found = missed(answers(ranker, asked.to_dict(), k), met)
    found = found[found["unmet"] > 0]
    told = found.assign(query=found["query_no"].map(asked))
    return told[["query", "wrong", "clause", "unmet"]].reset_index(drop=True)
