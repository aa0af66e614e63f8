"""Fatal shares of groups of accidents, with intervals that hold for small groups."""

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

COLUMNS = ["accidents", "severity_unknown", "fatal", "fatal_share", "low", "high"]


def by(accidents: pd.DataFrame, *groups: str, least: int = 0) -> pd.DataFrame:
    """Return the share of fatal accidents by group, with Wilson's 95% intervals.

    Parameters
    ----------
    accidents
        With the columns named in ``groups`` and a nullable ``is_fatal``. A missing group is a
        group of its own, so that nothing is dropped; see `hindcast.analysis.records.named`.
    least
        Groups of fewer accidents of known severity have counts, but neither share nor interval.

    Returns
    -------
    pandas.DataFrame
        One row a group: ``accidents, severity_unknown, fatal, fatal_share, low, high``; shares are
        of the accidents of known severity.

    Examples
    --------
    >>> frame = pd.DataFrame({"light": ["day"] * 4, "is_fatal": [True, False, False, None]})
    >>> by(frame.astype({"is_fatal": "boolean"}), "light").round(2).to_dict("records")
    [{'light': 'day', 'accidents': 4, 'severity_unknown': 1, 'fatal': 1, 'fatal_share': 0.33, \
'low': 0.06, 'high': 0.79}]
    """
    grouped = accidents.groupby(list(groups), observed=True, dropna=False)["is_fatal"]
    counts = grouped.agg(accidents="size", known="count", fatal="sum").reset_index()
    counts["fatal"] = counts["fatal"].astype("int64")
    counts["severity_unknown"] = counts["accidents"] - counts["known"]
    return with_intervals(counts, least)[[*groups, *COLUMNS]]


def with_intervals(counts: pd.DataFrame, least: int = 0) -> pd.DataFrame:
    """Return ``counts`` (``known`` and ``fatal``) with ``fatal_share, low, high``.

    Parameters
    ----------
    counts
        One row a group; ``known`` is the number of accidents of known severity.
    least
        Smallest ``known`` for which a share is told.
    """
    enough = counts["known"].ge(max(least, 1))
    share = (counts["fatal"] / counts["known"].where(enough)).astype(float)
    known = counts["known"].where(enough, 1).astype(float)
    fatal = counts["fatal"].where(enough, 0).astype(float)
    low, high = proportion_confint(fatal, known, alpha=0.05, method="wilson")
    bounds = pd.DataFrame({"low": low, "high": high}, counts.index).where(enough)
    # Rounding may put a bound the last digit inside a share of 0 or 1.
    low, high = bounds["low"].clip(upper=share), bounds["high"].clip(lower=share)
    return counts.assign(fatal_share=share, low=low, high=high)
