"""What lies under a curve: the shares as observed, and where the accidents are."""

import numpy as np
import pandas as pd

from hindcast.analysis import shares
from hindcast.analysis.crew.splines import Smooth


def observed(found: Smooth | None, groups: int = 12) -> pd.DataFrame:
    """Return the share by equally large groups along the column, with Wilson's 95% intervals.

    Returns
    -------
    pandas.DataFrame
        ``at`` (mean of the group), ``accidents, share, low, high``.
    """
    columns = ["at", "accidents", "share", "low", "high"]
    if found is None:
        return pd.DataFrame(columns=columns)
    values, outcome = found.rows[found.column], np.asarray(found.bent.result.model.endog)
    cut = pd.qcut(values, groups, duplicates="drop", labels=False)
    rows = pd.DataFrame({"at": values, "outcome": outcome}).groupby(cut)
    table = rows.agg(at=("at", "mean"), known=("outcome", "size"), fatal=("outcome", "sum"))
    told = shares.with_intervals(table).rename(
        columns={"known": "accidents", "fatal_share": "share"}
    )
    return told[columns].reset_index(drop=True)


def histogram(found: Smooth | None, bins: int = 40) -> pd.DataFrame:
    """Return how many accidents lie where along the column: ``left, width, accidents``."""
    if found is None:
        return pd.DataFrame(columns=["left", "width", "accidents"])
    values = found.rows[found.column]
    ends = tuple(values.quantile([0.01, 0.99]))
    counts, edges = np.histogram(values, bins, range=ends)
    return pd.DataFrame({"left": edges[:-1], "width": np.diff(edges), "accidents": counts})
