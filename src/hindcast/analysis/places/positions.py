"""Which accidents have a position, and what the checks did to positions that could not be."""

import pandas as pd

from hindcast import paths
from hindcast.analysis import shares

_COLUMNS = ("dec_latitude", "dec_longitude")
_RULES = {
    "longitude_sign": "sign of the longitude turned",
    "latitude_sign": "sign of the latitude turned",
    "position_swapped": "latitude and longitude exchanged back",
    "position_from_dms": "taken from degrees, minutes and seconds",
    "position_zero": "zero by zero: blanked",
    "position_half_given": "half of a pair: blanked",
    "position_outside_state": "outside its state's box: blanked",
}
SEVERITIES = {True: "fatal", False: "not fatal"}


def missing(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return how many accidents have no position, by severity, with Wilson's 95% intervals.

    Returns
    -------
    pandas.DataFrame
        ``severity`` (fatal, not fatal, unknown), ``accidents, no_position, share, low, high``.
    """
    lacks = accidents[list(_COLUMNS)].isna().any(axis=1)
    severity = accidents["is_fatal"].astype("object").map(SEVERITIES).fillna("unknown")
    grouped = lacks.groupby(severity.rename("severity")).agg(["size", "sum"])
    counts = grouped.reindex(["fatal", "not fatal", "unknown"], fill_value=0).reset_index()
    named = counts.rename(columns={"size": "known", "sum": "fatal"})
    told = shares.with_intervals(named)
    return told.rename(
        columns={"known": "accidents", "fatal": "no_position", "fatal_share": "share"}
    )


def repaired(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return what the checks did to the positions of these accidents, as counts of accidents.

    Returns
    -------
    pandas.DataFrame
        ``what, accidents``; rules of the checks without a name here keep their own.
    """
    ledger = pd.read_parquet(
        paths.interim("blanked.parquet"), columns=["table", "key", "column", "rule"]
    )
    own = ledger["table"].eq("events") & ledger["column"].isin(_COLUMNS)
    rows = ledger[own & ledger["key"].isin(accidents["ev_id"])].drop_duplicates(["key", "rule"])
    counts = rows["rule"].value_counts().sort_index()
    what = [_RULES.get(rule, rule) for rule in counts.index]
    return pd.DataFrame({"what": what, "accidents": counts.to_numpy()})
