"""What happened in which phase of flight, and which share of it was fatal.

The defining event is the one marked so; a sequence without a mark counts by its first event. Codes
are those of 2008 and later. Many accidents have a phase and no event: they are shown as not coded.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binomtest, false_discovery_control
from statsmodels.stats.contingency_tables import StratifiedTable

from hindcast import paths
from hindcast.analysis import records, shares
from hindcast.analysis.findings import ratio
from hindcast.analysis.records import UNKNOWN

PHASES = (
    "Prior to flight",
    "Standing",
    "Taxi",
    "Takeoff",
    "Initial climb",
    "Enroute",
    "Maneuvering",
    "Approach",
    "Landing",
    "Emergency descent",
)
IN_FLIGHT = ("Takeoff", "Initial climb", "Enroute", "Maneuvering", "Approach", "Landing")
ALL_EVENTS, ALL_PHASES = "All events", "All phases"
OTHER_PHASE, OTHER_EVENT, NO_EVENT = "Other phase", "Other event", "Event not coded"
NOT_KNOWN = "Unknown or undetermined"
LOSS = {"240": "loss of control in flight", "241": "aerodynamic stall or spin"}
"""Last three digits of the occurrence codes of 2008 and later."""


def charted(accidents: pd.DataFrame, events: int = 14) -> pd.DataFrame:
    """Return the accidents with the ``event`` and ``flight_phase`` under which a chart has them.

    Parameters
    ----------
    accidents
        With ``occurrence`` and ``phase_group``, which may be missing.
    events
        How many of the most frequent events stand alone.

    Returns
    -------
    pandas.DataFrame
        Both columns are categories in order, frequent events first; rare events and phases are
        "other", what is not known comes last, and nothing is dropped.
    """
    event = accidents["occurrence"].astype("object")
    often = event[event.ne(NOT_KNOWN)].value_counts().sort_index()
    names = often.sort_values(ascending=False, kind="stable").head(events).index.tolist()
    is_rare = event.notna() & event.ne(NOT_KNOWN) & ~event.isin(names)
    event = event.mask(is_rare, OTHER_EVENT).fillna(NO_EVENT)
    phase = accidents["phase_group"].astype("object")
    known = phase.where(phase.notna() & phase.ne("Unknown"), UNKNOWN)
    phase = known.where(known.isin([*PHASES, UNKNOWN]), OTHER_PHASE)
    order = [*names, OTHER_EVENT, NOT_KNOWN, NO_EVENT]
    return accidents.assign(
        event=pd.Categorical(event, order),
        flight_phase=pd.Categorical(phase, [*PHASES, OTHER_PHASE, UNKNOWN]),
    )


def cells(charted: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return the fatal share of each event in each phase, and whether it stands out.

    Parameters
    ----------
    least
        Cells of fewer accidents of known severity have a count, but no share and no test.

    Returns
    -------
    pandas.DataFrame
        ``event, flight_phase`` (with a row and a column of sums), the columns of
        `hindcast.analysis.shares.by`, ``differs`` (exact binomial test against the share of all,
        false discoveries controlled at 5% over all cells with a share).
    """
    found = pd.concat(_with_sums(charted, least), ignore_index=True)
    found = found.astype(
        {"event": _order(charted, "event"), "flight_phase": _order(charted, "flight_phase")}
    )
    overall = charted["is_fatal"].mean()
    known = found["accidents"] - found["severity_unknown"]
    tested = found["fatal_share"].notna() & (0 < overall < 1)
    p = [
        binomtest(int(k), int(n), overall).pvalue
        for k, n in zip(found["fatal"][tested], known[tested], strict=True)
    ]
    differs = pd.Series(data=False, index=found.index)
    differs[tested] = false_discovery_control(p) < 0.05 if p else []
    return found.assign(differs=differs)


def _with_sums(charted: pd.DataFrame, least: int) -> list[pd.DataFrame]:
    """Each event in each phase, then events and phases by themselves."""
    sums = {"event": ALL_EVENTS, "flight_phase": ALL_PHASES}
    every = [
        charted,
        charted.assign(flight_phase=ALL_PHASES),
        charted.assign(event=ALL_EVENTS),
        charted.assign(**sums),
    ]
    return [shares.by(own, *sums, least=least) for own in every]


def _order(charted: pd.DataFrame, column: str) -> pd.CategoricalDtype:
    total = {"event": ALL_EVENTS, "flight_phase": ALL_PHASES}[column]
    return pd.CategoricalDtype([*charted[column].cat.categories, total])


def phases(charted: pd.DataFrame, least: int = 10) -> pd.DataFrame:
    """Return the fatal share by phase of flight, in the order of a flight."""
    return shares.by(charted, "flight_phase", least=least)


@dataclass(frozen=True)
class Compared:
    """Odds of an accident's being fatal, inside a group over outside it, with 95% intervals.

    Attributes
    ----------
    crude, within
        ``(odds ratio, low, high)``: of all accidents, and pooled within defining events (Mantel and
        Haenszel). NaN where a side is lacking.
    equal_p
        Of Tarone's test that the odds ratios within the events are equal: small where they differ.
    strata
        Defining events that say something about the ratio.
    """

    crude: tuple[float, float, float]
    within: tuple[float, float, float]
    equal_p: float
    strata: int


def compared(charted: pd.DataFrame, phase: str) -> Compared:
    """Compare accidents in a phase with all others, as they are and within the same kind of event.

    Parameters
    ----------
    charted
        Of `charted`; accidents whose event is not known or not coded are a stratum each.
    """
    known = charted[charted["is_fatal"].notna()]
    inside = known["flight_phase"].eq(phase)
    fatal = known["is_fatal"].astype(bool)
    tables = [
        _table(inside[own.index], fatal[own.index])
        for _, own in known.groupby("event", observed=True)
    ]
    useful = [table for table in tables if _says_something(table)]
    nothing = (np.nan, np.nan, np.nan)
    whole = _table(inside, fatal)
    if not _says_something(whole) or not useful:
        return Compared(nothing, nothing, np.nan, 0)
    pooled = StratifiedTable(useful)
    with np.errstate(invalid="ignore", divide="ignore"):  # at a pooled ratio of exactly 1
        equal = pooled.test_equal_odds(adjust=True).pvalue if len(useful) > 1 else np.nan
    return Compared(_pooled(StratifiedTable([whole])), _pooled(pooled), float(equal), len(useful))


def _table(inside: pd.Series, fatal: pd.Series) -> np.ndarray:
    sides = [(inside & fatal), (inside & ~fatal), (~inside & fatal), (~inside & ~fatal)]
    return np.array([side.sum() for side in sides], dtype=float).reshape(2, 2)


def _says_something(table: np.ndarray) -> bool:
    return bool((table.sum(axis=0) > 0).all() and (table.sum(axis=1) > 0).all())


def _pooled(tables: StratifiedTable) -> tuple[float, float, float]:
    low, high = tables.oddsratio_pooled_confint()
    return float(tables.oddsratio_pooled), float(low), float(high)


def fair_years(accidents: pd.DataFrame, coded: float = 0.6) -> list[int]:
    """Return the years of which at least the share ``coded`` of accidents has an event.

    In the others, the accidents that have one are no fair part of them.
    """
    told = coding(accidents)
    return told.loc[told["coded_share"] >= coded, "year"].tolist()


def defined(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return how the defining event of accidents is known.

    Returns
    -------
    pandas.DataFrame
        ``how, accidents, severity_unknown, fatal_share, low, high``: its row is marked; no row is
        marked, so that the first one counts; only a phase is coded; nothing is.
    """
    rows = records.table("Events_Sequence", accidents)
    marked = set(rows.loc[rows["Defining_ev"].eq(True), "ev_id"])
    has_event, has_phase = accidents["occurrence_code"].notna(), accidents["phase_group"].notna()
    is_marked = accidents["ev_id"].isin(marked)
    names = ["marked as defining", "first of a sequence", "only a phase", "nothing coded"]
    how = np.select([has_event & is_marked, has_event, has_phase], names[:3], names[3])
    told = accidents.assign(how=pd.Categorical(how, names))
    return shares.by(told, "how").drop(columns="fatal").round(3)


def table(compared: dict[str, Compared], fair: dict[str, Compared]) -> pd.DataFrame:
    """Return the comparisons of several phases in numbers, ratios with their intervals as text.

    Parameters
    ----------
    compared, fair
        Phase -> of `compared`: of all years, and of `fair_years` alone.

    Returns
    -------
    pandas.DataFrame
        ``phase, crude, within the same event, events, differs by event (p), within, years with
        coded events``.
    """
    rows = [
        {
            "phase": phase,
            "crude": ratio(*own.crude),
            "within the same event": ratio(*own.within),
            "events": own.strata,
            "differs by event (p)": "< 1e-15" if own.equal_p < 1e-15 else f"{own.equal_p:.1g}",
            "within, years with coded events": ratio(*fair[phase].within),
        }
        for phase, own in compared.items()
        if own.strata
    ]
    return pd.DataFrame(rows)


def losses_of_control(accidents: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return the fatal share of losses of control in flight (stall and spin with them), by phase.

    Parameters
    ----------
    accidents
        With ``ev_id, is_fatal``. An accident counts in the phase in which its sequence first has
        a loss of control or a stall.

    Returns
    -------
    pandas.DataFrame
        ``phase`` and the columns of `hindcast.analysis.shares.by`, largest share first.
    """
    rows = records.table("Events_Sequence", accidents)
    code = rows["Occurrence_Code"].astype("object")
    lost = rows[code.str[3:6].isin(list(LOSS))].assign(phase_no=code.str[:3])
    first = lost.sort_values(["ev_id", "Aircraft_Key", "Occurrence_No"]).drop_duplicates("ev_id")
    phase = first["phase_no"].map(_phase_names()).fillna(UNKNOWN)
    kept = accidents[["ev_id", "is_fatal"]]
    told = first[["ev_id"]].assign(phase=phase).merge(kept, on="ev_id", validate="one_to_one")
    found = shares.by(told, "phase", least=least)
    return found.sort_values(["fatal_share", "phase"], ascending=[False, True], ignore_index=True)


def _phase_names() -> dict[str, str]:
    table = pd.read_csv(paths.reference() / "phase_codes.csv", dtype=str)
    own = table[table["era"].eq("2008+")]
    return dict(zip(own["phase_no"], own["phase_group"], strict=True))


def coding(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return by year which share of the accidents has an event, and not only a phase.

    Returns
    -------
    pandas.DataFrame
        ``year, accidents, coded, coded_share``.
    """
    told = accidents.groupby("year")["occurrence_code"].agg(accidents="size", coded="count")
    return told.assign(coded_share=told["coded"] / told["accidents"]).reset_index()
