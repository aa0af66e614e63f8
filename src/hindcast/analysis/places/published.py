"""What other publications say of a state's accidents, beside what these records say."""

from typing import Any

import numpy as np
import pandas as pd

from hindcast import paths

COLUMNS = ["code", "years", "published", "here", "low", "high", "accidents"]


def against_published(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return states' fatal share over that of the other states beside what published rates imply.

    A published accident rate and a published fatal accident rate, both over those of the other
    states, imply how the fatal shares compare: flight hours cancel.

    Parameters
    ----------
    accidents
        With ``ev_state, ev_year`` and nullable ``is_fatal``.

    Returns
    -------
    pandas.DataFrame
        ``code, years, published, here, low, high`` (Katz's 95% interval), ``accidents``; a row of
        ``published_state_rates.csv`` whose years these records do not span is left out.
    """
    given = pd.read_csv(paths.reference() / "published_state_rates.csv", dtype={"ev_state": str})
    spanned = (given["first"] >= accidents["ev_year"].min()) & (
        given["last"] <= accidents["ev_year"].max()
    )
    rows = [_beside(accidents, row) for row in given[spanned].itertuples()]
    return pd.DataFrame(
        rows, columns=["code", "years", "published", "here", "low", "high", "accidents"]
    )


def _beside(accidents: pd.DataFrame, row: Any) -> dict[str, object]:
    years = accidents["ev_year"].between(row.first, row.last)
    rows = accidents[years & accidents["is_fatal"].notna() & accidents["ev_state"].notna()]
    own = rows["ev_state"].eq(row.ev_state)
    counts = [(int(rows.loc[side, "is_fatal"].sum()), int(side.sum())) for side in (own, ~own)]
    (a, n), (b, m) = counts
    told = {"code": row.ev_state, "years": f"{row.first}-{row.last}", "accidents": n}
    told["published"] = row.fatal_accident_rate_ratio / row.accident_rate_ratio
    if min(a, b):
        ratio, error = (a / n) / (b / m), np.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
        told |= {"here": ratio, "low": ratio * np.exp(-1.96 * error)}
        told["high"] = ratio * np.exp(1.96 * error)
    return told
