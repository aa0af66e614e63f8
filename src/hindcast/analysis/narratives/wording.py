"""Several ways to say one thing: which of them the texts of a year use."""

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

UNKNOWN_CAUSE = {"undetermined": r"\bundetermined\b", "not determined": r"\bnot\b.*\bdetermined\b"}
"""Ways to say that a cause was not found."""
EITHER = "either"


def by_year(accidents: pd.DataFrame, ways: dict[str, str]) -> pd.DataFrame:
    """Return the share of each year's texts that say a thing in one way or the other.

    Parameters
    ----------
    accidents
        With ``ev_year`` and ``words``, a text each.
    ways
        Name -> regular expression over the cleaned text.

    Returns
    -------
    pandas.DataFrame
        ``ev_year, way, texts, share, low, high`` (Wilson's 95% intervals); `EITHER` is the last
        way. Every year from the first to the last; one without texts has no share.
    """
    said = pd.DataFrame({way: accidents["words"].str.contains(p) for way, p in ways.items()})
    said[EITHER] = said.any(axis=1)
    said = said.astype("int64")
    counts = said.groupby(accidents["ev_year"]).agg(["sum", "size"])
    if counts.empty:
        return pd.DataFrame(columns=["ev_year", "way", "texts", "share", "low", "high"])
    counts = counts.reindex(range(int(counts.index.min()), int(counts.index.max()) + 1))
    told = []
    for way in said:
        own = counts[way].rename_axis("ev_year").reset_index()
        low, high = proportion_confint(own["sum"], own["size"], method="wilson")
        share = {"share": own["sum"] / own["size"], "low": low, "high": high}
        told.append(own[["ev_year"]].assign(way=way, texts=own["size"], **share))
    return pd.concat(told, ignore_index=True)
