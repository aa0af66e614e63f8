"""Published figures beside the same ones of these records."""

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from hindcast import paths

AIR_CARRIERS = ("Part 121", "Part 135")


def beside(fleet: pd.DataFrame) -> pd.DataFrame:
    """Return what was published on homebuilts, gear and engines, beside these records.

    Shares of homebuilts are of the same year where these records have it, and of all years
    otherwise; fatal shares are of all years, piston airplanes under Part 91.

    Returns
    -------
    pandas.DataFrame
        ``fact, published, year, here, low, high, accidents, years``, with Wilson's intervals.
    """
    told = pd.read_csv(paths.reference() / "published_aircraft.csv")
    rows = [_beside(fleet, fact) for fact in told.itertuples(index=False)]
    return pd.DataFrame(rows)


def _beside(fleet: pd.DataFrame, fact: tuple) -> dict[str, object]:
    known = fleet[fleet["is_fatal"].notna()]
    if fact.group.startswith("homebuilt"):
        same_year = known[known["ev_year"] == fact.year]
        rows = same_year if len(same_year) else known
        rows, hits = _homebuilt(rows, only_fatal=fact.group == "homebuilt_fatal")
    else:
        rows = _class(known, fact.group)
        hits = rows["is_fatal"]
    count, of = int(hits.sum()), len(rows)
    low, high = proportion_confint(count, of, method="wilson") if of else (None, None)
    here = {"here": count / of if of else None, "low": low, "high": high, "accidents": of}
    told = {"fact": fact.fact, "published": fact.share, "year": fact.year}
    return told | here | {"years": _span(rows["ev_year"])}


def _homebuilt(known: pd.DataFrame, *, only_fatal: bool) -> tuple[pd.DataFrame, pd.Series]:
    general = known[~known["rules"].isin(AIR_CARRIERS) & known["is_homebuilt"].notna()]
    rows = general[general["is_fatal"]] if only_fatal else general
    return rows, rows["is_homebuilt"]


def _class(known: pd.DataFrame, group: str) -> pd.DataFrame:
    piston = (known["category"] == "Airplane") & (known["engine_kind"] == "Reciprocating")
    rows = known[piston & (known["rules"] == "Part 91")]
    several, retracts = rows["is_multi_engine"], rows["is_retractable"]
    masks = {
        "single_fixed": ~several & ~retracts,
        "single_retractable": ~several & retracts,
        "multi_engine": several,
    }
    return rows[masks[group].fillna(False).astype(bool)]


def _span(years: pd.Series) -> str:
    if years.empty:
        return ""
    first, last = years.min(), years.max()
    return f"{first}" if first == last else f"{first}-{last}"
