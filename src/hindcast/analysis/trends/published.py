"""What NTSB itself counted in a year, beside what these records hold."""

import pandas as pd

from hindcast import paths, source

FILE = "ntsb_yearly_counts.csv"
ALL, GENERAL = "all", "general aviation"
CARRIERS = ("121", "129", "135")
"""Parts whose accidents NTSB does not count as general aviation; 129 are foreign carriers."""

_COLUMNS = ["year", "operations", "accidents", "fatal", "deaths"]


def read() -> pd.DataFrame:
    """Return the published counts: ``year, operations, accidents, fatal, deaths, published``."""
    return pd.read_csv(paths.reference() / FILE, usecols=[*_COLUMNS, "published"])


def compared(accidents: pd.DataFrame, years: pd.DataFrame) -> pd.DataFrame:
    """Return published and counted numbers side by side, with the difference in percent.

    Parameters
    ----------
    accidents
        With ``ev_date, far_part, is_fatal, inj_tot_f``.
    years
        Of `hindcast.analysis.trends.series.yearly`: all operations, years before 2008 too.

    Returns
    -------
    pandas.DataFrame
        ``operations, what, year, published, counted, difference`` (of the published number, in
        percent), one row per published number of a year that was counted whole. None for simulated
        records: there is nothing to compare them with.
    """
    told = read()
    ours = pd.concat([_all(years), _general(accidents)], ignore_index=True)
    wide = told.drop(columns="published").merge(
        ours, on=["year", "operations"], suffixes=("_told", ""), validate="one_to_one"
    )
    parts = [_one(wide, what) for what in ("accidents", "fatal", "deaths")]
    found = pd.concat(parts, ignore_index=True)
    if source.load().simulated:
        return found.iloc[:0]
    return found.sort_values(["operations", "what", "year"], ignore_index=True)


def _one(wide: pd.DataFrame, what: str) -> pd.DataFrame:
    rows = wide.dropna(subset=[what, f"{what}_told"])
    told, ours = rows[f"{what}_told"], rows[what]
    columns = {"published": told, "counted": ours, "difference": 100 * (ours / told - 1)}
    return rows[["operations", "year"]].assign(what=what, **columns)


def _all(years: pd.DataFrame) -> pd.DataFrame:
    whole = years[years["months"].eq(12)]
    return whole.reindex(columns=_COLUMNS).assign(operations=ALL)


def _general(accidents: pd.DataFrame) -> pd.DataFrame:
    """Count what is not flown by an air carrier; an unknown part is taken for general aviation."""
    part = accidents["far_part"].astype("object").fillna("").astype(str)
    own = accidents[~part.isin(CARRIERS)].dropna(subset=["ev_date"])
    year = own["ev_date"].dt.year.rename("year")
    counts = own.groupby(year)["is_fatal"].agg(accidents="size", fatal="sum")
    counts["deaths"] = own.groupby(year)["inj_tot_f"].sum()
    return counts.astype("float64").reset_index().assign(operations=GENERAL)


def total(found: pd.DataFrame) -> dict[str, float]:
    """Return published and counted accidents of all operations, summed over the years told."""
    rows = found[found["operations"].eq(ALL) & found["what"].eq("accidents")]
    told, ours = float(rows["published"].sum()), float(rows["counted"].sum())
    difference = 100 * (ours / told - 1) if told else float("nan")
    return {"years": len(rows), "published": told, "counted": ours, "difference": difference}


def totals(found: pd.DataFrame) -> pd.DataFrame:
    """Return accidents of all operations by year, with their sum over the years as last row."""
    rows = found[found["operations"].eq(ALL) & found["what"].eq("accidents")]
    table = rows[["year", "published", "counted", "difference"]].astype({"year": str})
    summed = {name: value for name, value in total(found).items() if name != "years"}
    last = pd.DataFrame([{"year": "all of them", **summed}] if len(rows) else [])
    whole = dict.fromkeys(("published", "counted"), "Int64")
    return pd.concat([table, last], ignore_index=True).astype(whole)
