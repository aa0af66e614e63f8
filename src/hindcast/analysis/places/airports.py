"""How far from a landing field accidents happen, by phase of flight, and how fatal they are there.

Two distances are at hand: the one reported (``apt_dist``), and the one from the position to the
nearest field of the airport list. The reported one is zero for many accidents off the field.
"""

import logging

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import StratifiedTable

from hindcast.analysis import shares
from hindcast.analysis.places.enough import TooFewError
from hindcast.analysis.records import UNKNOWN, named

log = logging.getLogger(__name__)

BANDS = {
    "under 0.5": 0.5,
    "0.5 to 1": 1.0,
    "1 to 2": 2.0,
    "2 to 5": 5.0,
    "5 to 10": 10.0,
    "10 and more": np.inf,
}
"""Upper end of each band of distance, statute miles."""
NEAR, FAR = 1.0, 2.0
"""Within a mile of a field, and beyond two: what lies between belongs to neither."""
FLIGHT = ("Takeoff", "Initial climb", "Enroute", "Maneuvering", "Approach", "Landing")


def banded(distance_sm: pd.Series) -> pd.Series:
    """Return distances in bands, with ``unknown`` for none.

    Examples
    --------
    >>> banded(pd.Series([0.0, 2.0, 400.0, None])).tolist()
    ['under 0.5', '2 to 5', '10 and more', 'unknown']
    """
    cut = pd.cut(distance_sm, [0, *BANDS.values()], right=False, labels=list(BANDS))
    return named(cut.astype("object"), list(BANDS)).rename("band")


def by_band(accidents: pd.DataFrame, least: int = 10) -> pd.DataFrame:
    """Return the fatal share by distance to the nearest field.

    Parameters
    ----------
    accidents
        With ``nearest_airport_sm``.
    """
    return shares.by(
        accidents.assign(band=banded(accidents["nearest_airport_sm"])), "band", least=least
    )


def by_phase(accidents: pd.DataFrame, least: int = 10) -> pd.DataFrame:
    """Return the fatal share by phase of flight and distance to the nearest field.

    Returns
    -------
    pandas.DataFrame
        ``phase_group, band`` and the columns of `hindcast.analysis.shares.by`; phases other than
        those of `FLIGHT` are ``other`` or ``unknown``.
    """
    phase = named(accidents["phase_group"]).astype(str)
    known = phase.where(phase.isin(FLIGHT) | phase.str.lower().eq(UNKNOWN), "other")
    phases = named(known.replace("Unknown", UNKNOWN), [*FLIGHT, "other"])
    rows = accidents.assign(phase_group=phases, band=banded(accidents["nearest_airport_sm"]))
    return shares.by(rows, "phase_group", "band", least=least)


def reported(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return what the reported distance says beside the one from the position.

    Parameters
    ----------
    accidents
        With ``is_off_airport, airport_distance_sm, nearest_airport_sm``.

    Returns
    -------
    pandas.DataFrame
        ``side`` (as reported: on, off, unknown), ``distance`` (as reported: missing, zero, more),
        ``accidents``, the median distance to the nearest field and the share beyond two miles.
    """
    side = accidents["is_off_airport"].astype("object").map({True: "off", False: "on"})
    told = accidents["airport_distance_sm"]
    distance = np.select([told.isna(), told.eq(0)], ["missing", "zero"], "more than zero")
    rows = accidents.assign(
        side=named(side, ["on", "off"]),
        distance=pd.Categorical(distance, ["zero", "more than zero", "missing"]),
        beyond=accidents["nearest_airport_sm"]
        .gt(FAR)
        .where(accidents["nearest_airport_sm"].notna()),
    )
    grouped = rows.groupby(["side", "distance"], observed=True)
    found = grouped.agg(
        accidents=("side", "size"),
        median_sm=("nearest_airport_sm", "median"),
        share_beyond_2_sm=("beyond", "mean"),
    )
    return found.reset_index()


def odds_of_far(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the odds ratio of fatal, beyond two miles against within one: crude and by phase.

    Parameters
    ----------
    accidents
        With ``nearest_airport_sm, phase_group`` and nullable ``is_fatal``.

    Returns
    -------
    pandas.DataFrame
        ``of`` (``all``; ``within a phase``, after Mantel and Haenszel; each phase), ``accidents,
        odds_ratio, low, high`` (95%), and for the second row ``equal_p``, of the test (Breslow and
        Day, with Tarone's correction) that all phases have one odds ratio.

    Raises
    ------
    TooFewError
        No phase has fatal and other accidents both near and far.
    """
    distance = accidents["nearest_airport_sm"]
    rows = accidents[accidents["is_fatal"].notna() & (distance.le(NEAR) | distance.gt(FAR))]
    log.info("near or far and known: %d accidents before, %d after", len(accidents), len(rows))
    rows = rows.assign(far=rows["nearest_airport_sm"].gt(FAR), phase=named(rows["phase_group"]))
    by = {str(phase): _table(own) for phase, own in rows.groupby("phase", observed=True)}
    whole = {phase: table for phase, table in by.items() if (table > 0).all()}
    if not whole:
        raise TooFewError("no phase has fatal and other accidents both near a field and far off")
    within = StratifiedTable(list(whole.values()))
    phases = [_ratio(phase, [whole[phase]]) for phase in FLIGHT if phase in whole]
    told = [_ratio("all", [_table(rows)]), _ratio("within a phase", list(whole.values())), *phases]
    found = pd.DataFrame(told)
    found.loc[1, "equal_p"] = _equal_p(within) if len(whole) > 1 else np.nan
    return found


def _equal_p(within: StratifiedTable) -> float:
    return float(within.test_equal_odds(adjust=True).pvalue)


def _ratio(of: str, tables: list[np.ndarray]) -> dict[str, object]:
    test = StratifiedTable(tables)
    low, high = test.oddsratio_pooled_confint()
    count = int(sum(table.sum() for table in tables))
    bounds = {"odds_ratio": float(test.oddsratio_pooled), "low": float(low), "high": float(high)}
    return {"of": of, "accidents": count, **bounds}


def _table(rows: pd.DataFrame) -> np.ndarray:
    """Return counts, far and near by fatal and not."""
    counts = pd.crosstab(rows["far"], rows["is_fatal"].astype(bool))
    return counts.reindex(index=[True, False], columns=[True, False], fill_value=0).to_numpy()
