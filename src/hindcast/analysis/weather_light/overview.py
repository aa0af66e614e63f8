"""The plain shares of fatal accidents, and published statements that they can be held against."""

import pandas as pd

from hindcast import paths
from hindcast.analysis import shares
from hindcast.analysis.records import Records, named
from hindcast.analysis.weather_light import agreement
from hindcast.analysis.weather_light.accidents import RULES
from hindcast.analysis.weather_light.planned import VFR_INTO_IMC

FIRST, LAST = 2008, 2020
"""Years of the published count of VFR encounters with IMC."""


def steps(run: Records) -> pd.DataFrame:
    """Return from all events to the accidents looked at, with what each step left."""
    last = [("with weather recorded as IMC or VMC", int(run.known["is_imc"].notna().sum()))]
    return pd.DataFrame([*run.steps, *last], columns=["step", "events"])


def groups(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the share of fatal accidents by weather, station and light, unknown ones last.

    Returns
    -------
    pandas.DataFrame
        As of `hindcast.analysis.shares.by`, by ``group``; groups of fewer than ten accidents have
        counts alone.
    """
    asked = {
        "weather": named(accidents["wx_cond_basic"].replace("UNK", None), ["VMC", "IMC"]),
        "station": named(accidents["flight_rules_category"], RULES),
        "light": agreement.light(accidents),
        "sun": named(accidents["sun"], ["day", "twilight", "night"]),
    }
    parts = []
    for what, values in asked.items():
        found = shares.by(accidents.assign(group=values), "group", least=10)
        parts.append(found.assign(group=what + ": " + found["group"].astype(str)))
    return pd.concat(parts, ignore_index=True)


def statements(accidents: pd.DataFrame, into_imc: pd.Series) -> pd.DataFrame:
    """Return what others have published about weather and light, beside these records.

    General aviation is taken as Part 91. Years and kinds of aircraft differ from those published.

    Parameters
    ----------
    into_imc
        Of `hindcast.analysis.weather_light.planned.into_imc`.

    Returns
    -------
    pandas.DataFrame
        ``statement, published, years, here, accidents, source``; ``here`` with its interval.
    """
    general = accidents[accidents["part"].eq("91")]
    met = general[into_imc.reindex(general.index).eq(True).fillna(False)]
    masks = {
        "imc_share": general[general["is_imc"].eq(True).fillna(False)],
        "day_share": general[general["is_dark"].eq(False).fillna(False)],
        "night_share": general[general["is_dark"].eq(True).fillna(False)],
        "vfr_into_imc_share": met,
    }
    here = {key: _share(rows) for key, rows in masks.items()} | {
        "vfr_into_imc_fatal": _count(general)
    }
    listed = pd.read_csv(paths.reference() / "weather_statements.csv", dtype=str)
    told = listed["key"].map(here)
    return listed[["statement", "published", "years", "source"]].assign(
        here=[text for text, _ in told], accidents=[n for _, n in told]
    )


def _share(rows: pd.DataFrame) -> tuple[str, int]:
    if rows["is_fatal"].count() == 0:
        return "none on record", 0
    (row,) = shares.by(rows.assign(all="all"), "all").to_dict("records")
    return f"{row['fatal_share']:.3f} ({row['low']:.3f} to {row['high']:.3f})", row["accidents"]


def _count(general: pd.DataFrame) -> tuple[str, int]:
    years = general["ev_year"].between(FIRST, LAST)
    own = general[years & general["occurrence_code"].eq(VFR_INTO_IMC)]
    return f"{int(own['is_fatal'].sum()):,}", len(own)
