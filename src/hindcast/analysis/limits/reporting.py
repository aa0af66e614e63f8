"""Who is in the records at all: an accident needs death, serious injury or substantial damage.

What is not reported is almost never fatal. The share of accidents that was fatal therefore moves
with how many of the others get in, though nobody flies more safely for it.
"""

import numpy as np
import pandas as pd

from hindcast.analysis import records

REPORTED = np.round(np.arange(1.0, 0.24, -0.05), 2)
HURT = ("FATL", "SERS")
WRECKED = ("SUBS", "DEST")


def gates(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return by which of the definition's two gates accidents came into the records.

    Returns
    -------
    pandas.DataFrame
        ``gate, accidents, share``: injury only, damage only, both, neither as recorded, unknown.
    """
    injury, damage = accidents["ev_highest_injury"], accidents["damage"]
    hurt, wrecked = injury.isin(HURT), damage.isin(WRECKED)
    unknown = (injury.isna() | damage.isna()) & ~(hurt & wrecked)
    names = np.select(
        [unknown, hurt & wrecked, hurt, wrecked],
        [
            records.UNKNOWN,
            "serious injury or death, and damage",
            "injury only",
            "substantial damage only",
        ],
        "neither as recorded",
    )
    counts = pd.Series(names).value_counts().rename_axis("gate").reset_index(name="accidents")
    counts = counts.sort_values(["accidents", "gate"], ascending=[False, True], ignore_index=True)
    return counts.assign(share=counts["accidents"] / max(len(accidents), 1))


def worked() -> pd.DataFrame:
    """Return an invented example in which whoever saves lives looks deadlier among accidents.

    Of 100,000 flights each way a lone pilot has 8 mild accidents and 4 fatal ones; a second pilot
    prevents three quarters of the mild and half of the fatal.

    Returns
    -------
    pandas.DataFrame
        ``crew, flights, mild, fatal, fatal_share`` (of accidents), ``fatal_per_100k_flights``.
    """
    crews = ["one pilot", "second pilot aboard"]
    frame = pd.DataFrame({"crew": crews, "flights": 100_000, "mild": [8, 2], "fatal": [4, 2]})
    share = frame["fatal"] / (frame["fatal"] + frame["mild"])
    rate = 100_000 * frame["fatal"] / frame["flights"]
    return frame.assign(fatal_share=share, fatal_per_100k_flights=rate)


def share_if(fatal: float, others: float, reported: np.ndarray) -> np.ndarray:
    """Return the fatal share among all accidents if only part of the others was reported.

    Parameters
    ----------
    fatal, others
        Recorded accidents; every fatal one is taken to be recorded.
    reported
        Shares of the other accidents that the records hold, each above 0.

    Examples
    --------
    >>> share_if(20, 80, np.array([1.0, 0.5])).round(3).tolist()
    [0.2, 0.111]
    """
    return fatal / (fatal + others / np.asarray(reported, dtype=float))


def curves(accidents: pd.DataFrame, flag: str, names: tuple[str, str]) -> pd.DataFrame:
    """Return two groups' fatal shares if the first reports fewer of its other accidents.

    Parameters
    ----------
    flag
        A boolean column: true is the first group.
    names
        Of the group where it is true and of that where it is false.

    Returns
    -------
    pandas.DataFrame
        ``group, reported, fatal_share``; empty where a group has no accidents of known severity.
    """
    rows = accidents.dropna(subset=[flag, "is_fatal"])
    groups = [rows[rows[flag].astype(bool) == value] for value in (True, False)]
    if any(group.empty for group in groups):
        return pd.DataFrame(columns=["group", "reported", "fatal_share"])
    parts = []
    for name, group, reported in zip(
        names, groups, (REPORTED, np.ones(len(REPORTED))), strict=True
    ):
        fatal = int(group["is_fatal"].astype(bool).sum())
        held = share_if(fatal, len(group) - fatal, reported)
        parts.append(pd.DataFrame({"group": name, "reported": REPORTED, "fatal_share": held}))
    return pd.concat(parts, ignore_index=True)


def even(accidents: pd.DataFrame, flag: str) -> float | None:
    """Return what share of one group's other accidents, if reported, would even out the two.

    Returns
    -------
    float or None
        Odds of dying in the group of the lower share over those in the other; None where a group
        is empty or has no fatal accident, or nothing else.
    """
    rows = accidents.dropna(subset=[flag, "is_fatal"])
    table = pd.crosstab(rows[flag].astype(bool), rows["is_fatal"].astype(bool))
    if table.shape != (2, 2) or (table == 0).any(axis=None):
        return None
    odds = table[True] / table[False]
    return float(odds.min() / odds.max())
