"""Why no make can be called the safest: unknown hours leave the ranking open.

Fatal accidents per hour are the fatal share times accidents per hour. The records hold the first;
if hours per accident are known for no make better than within a factor ``f`` either way, the order
of two makes is settled only where their shares differ by more than ``f`` squared.
"""

import numpy as np
import pandas as pd

from hindcast.analysis import records, shares
from hindcast.analysis.odds import Z95

FACTORS = (1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
NO_MAKE = ("OTHER", records.UNKNOWN)


def largest(accidents: pd.DataFrame, makes: int, least: int) -> pd.DataFrame:
    """Return the fatal share of the makes with most accidents, deadliest share first.

    Parameters
    ----------
    makes
        How many at most; rare makes that the records put together, and unknown ones, are none.
    least
        Fatal accidents a make needs: below, its share says too little.
    """
    named = accidents.assign(make=records.named(accidents["make"]).astype(str))
    found = shares.by(named, "make")
    kept = found[~found["make"].isin(NO_MAKE) & found["fatal"].ge(least)]
    kept = kept.sort_values(["accidents", "make"], ascending=[False, True]).head(makes)
    return kept.sort_values(["fatal_share", "make"], ascending=[False, True], ignore_index=True)


def settled(found: pd.DataFrame, factor: float) -> np.ndarray:
    """Say which makes are surely deadlier per hour than which others.

    Returns
    -------
    numpy.ndarray of bool, shape (makes, makes)
        ``[i, j]`` where the lower 95% bound of the ratio of their shares passes ``factor``**2.
    """
    share, known = found["fatal_share"].to_numpy(), _known(found)
    # Variance of the log of a binomial share (delta method).
    spread = (1 - share) / (share * known)
    ratio = np.log(share)[:, None] - np.log(share)[None, :]
    lower = ratio - Z95 * np.sqrt(spread[:, None] + spread[None, :])
    return lower > 2 * np.log(factor)


def _known(found: pd.DataFrame) -> np.ndarray:
    return (found["accidents"] - found["severity_unknown"]).to_numpy(dtype=float)


def settled_pairs(found: pd.DataFrame, factors: tuple[float, ...] = FACTORS) -> pd.DataFrame:
    """Return the share of pairs of makes whose order is settled, by how well hours are known.

    Returns
    -------
    pandas.DataFrame
        ``factor, pairs, settled, share``; share is missing where there are no two makes.
    """
    pairs = len(found) * (len(found) - 1) // 2
    counts = [int(settled(found, factor).sum()) for factor in factors]
    frame = pd.DataFrame({"factor": factors, "pairs": pairs, "settled": counts})
    return frame.assign(share=frame["settled"] / pairs if pairs else np.nan)


def places(found: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return the best and worst place each make may have in a ranking by deaths per hour.

    Returns
    -------
    pandas.DataFrame
        ``make, accidents, fatal_share, deadliest, safest``: places from 1, the deadliest.
    """
    above = settled(found, factor)
    deadliest = 1 + above.sum(axis=0)
    safest = len(found) - above.sum(axis=1)
    kept = found[["make", "accidents", "fatal_share"]]
    return kept.assign(deadliest=deadliest, safest=safest)
