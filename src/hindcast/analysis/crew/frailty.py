"""What a fatal share by age mixes: how hard the crash was, and how much a body survives.

Two ways to part them: deaths among pilots who were at least seriously hurt, and two people in the
same wreck, of whom one died: a matched pair, in which the crash is the same for both. Evans did so
in cars: Age and fatality risk from similar severity impacts, Journal of Traffic Medicine 29 (2001)
10-19.
"""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.stats.proportion import proportion_confint

from hindcast.analysis import records
from hindcast.analysis.crew.people import SEVERE
from hindcast.analysis.odds import Z95

WHO_FLIES = ("PLT", "CPLT", "FLTI", "KPLT", "DSTU")
GAPS = {"under 10 years": (0, 10), "10 to 24 years": (10, 25), "25 years or more": (25, 100)}
PAIRS = ["pair", "age", "died", "is_left"]
DECADE = 10.0
SEATS = {"LEFT": 1.0, "RGT": 0.0}


def outcomes(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the accidents whose pilot's own injury is told, with ``is_severe`` and ``has_died``.

    ``has_died`` is told only of pilots who died or were seriously hurt.
    """
    told = accidents[accidents["pilot_injury"].notna()]
    severe, died = told["pilot_injury"].isin(SEVERE), told["pilot_injury"].eq("FATL")
    return told.assign(is_severe=severe.astype(float), has_died=died.astype(float).where(severe))


def pairs(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the people of aircraft flown by exactly two, of whom one died and one did not.

    Returns
    -------
    pandas.DataFrame
        Two rows a ``pair`` (a number): ``age`` in years, ``died`` (0 or 1), ``is_left`` (1 in the
        left seat, 0 in the right, missing elsewhere). Ages or injuries that are unknown leave a
        pair out; so do equal ages.
    """
    crew = records.table("Flight_Crew", accidents)
    needed = ["crew_inj_level", "crew_age", "crew_category"]
    if crew.empty or not set(needed) <= set(crew.columns):
        return pd.DataFrame(columns=PAIRS, dtype=float)
    coded = crew[["crew_category", "crew_inj_level", "seat_occ_pic"]].astype("str")
    coded = coded.apply(lambda codes: codes.str.strip().str.upper())
    age = pd.to_numeric(crew["crew_age"]).where(lambda years: years.between(10, 105))
    flying = crew.assign(**coded, age=age, is_left=coded["seat_occ_pic"].map(SEATS))
    return _discordant(flying[flying["crew_category"].isin(WHO_FLIES)])


def _discordant(flying: pd.DataFrame) -> pd.DataFrame:
    known = flying[flying["crew_inj_level"].isin(["FATL", "SERS", "MINR", "NONE"])]
    known = known.assign(died=known["crew_inj_level"].eq("FATL").astype(float))
    aircraft = ["ev_id", "Aircraft_Key"]
    aboard = flying.groupby(aircraft)["crew_no"].transform("size")
    both = known.assign(n=aboard).dropna(subset=["age"]).sort_values([*aircraft, "crew_no"])
    both = both[both["n"].eq(2)]
    grouped = both.groupby(aircraft)
    one_died = grouped["died"].transform("sum").eq(1) & grouped["died"].transform("size").eq(2)
    kept = both[one_died & grouped["age"].transform("nunique").eq(2)]
    number = kept.groupby(aircraft).ngroup().astype(float)
    return kept.assign(pair=number)[PAIRS].reset_index(drop=True)


def older_died(found: pd.DataFrame, least: int = 10) -> pd.DataFrame:
    """Return in which share of the pairs the older one died, over all and by the gap in years.

    Parameters
    ----------
    found
        Of `pairs`.
    least
        Groups of fewer pairs have counts alone.

    Returns
    -------
    pandas.DataFrame
        ``gap, pairs, older_died, share, low, high, p_value`` (Clopper-Pearson interval; exact
        binomial test against one half).
    """
    wide = (
        found.sort_values(["pair", "age"])
        .groupby("pair")
        .agg(young=("age", "first"), old=("age", "last"), older=("died", "last"))
    )
    gap = wide["old"] - wide["young"]
    groups = {"all": (0, 1000), **GAPS}
    held = {name: gap.ge(low) & gap.lt(high) for name, (low, high) in groups.items()}
    return pd.DataFrame([_row(name, wide["older"][own], least) for name, own in held.items()])


def _row(name: str, older: pd.Series, least: int) -> dict[str, float | int | str]:
    told = {"gap": name, "pairs": len(older), "older_died": int(older.sum())}
    if len(older) < least:
        return told | dict.fromkeys(("share", "low", "high", "p_value"), np.nan)
    low, high = proportion_confint(older.sum(), len(older), method="beta")
    p = stats.binomtest(int(older.sum()), len(older)).pvalue
    return told | {"share": older.mean(), "low": float(low), "high": float(high), "p_value": p}


def by_decade(found: pd.DataFrame, least: int = 10) -> pd.DataFrame:
    """Return the odds ratio of dying per ten years of age within pairs, alone and with the seat.

    Conditional logistic regression: what both share, the crash, drops out.

    Returns
    -------
    pandas.DataFrame
        ``given, pairs, odds_ratio, low, high``; empty where there are fewer than ``least`` pairs.
    """
    seated = found.groupby("pair")["is_left"].transform("nunique").eq(2)
    tried = {"age": (found, ["age"]), "age and seat": (found[seated], ["age", "is_left"])}
    rows = [
        _odds(name, rows, columns)
        for name, (rows, columns) in tried.items()
        if rows["pair"].nunique() >= least
    ]
    return pd.DataFrame(rows, columns=["given", "pairs", "odds_ratio", "low", "high"])


def _odds(name: str, rows: pd.DataFrame, columns: list[str]) -> dict[str, float | int | str]:
    design = rows[columns].assign(age=rows["age"] / DECADE).to_numpy()
    fit = ConditionalLogit(rows["died"].to_numpy(), design, groups=rows["pair"].to_numpy()).fit(
        disp=0
    )
    beta, error = float(fit.params[0]), float(fit.bse[0])
    ends = {"low": np.exp(beta - Z95 * error), "high": np.exp(beta + Z95 * error)}
    return {"given": name, "pairs": rows["pair"].nunique(), "odds_ratio": np.exp(beta), **ends}
