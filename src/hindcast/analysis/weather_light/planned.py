"""Was the weather what had been planned for: briefings, flight plans, VFR into IMC, findings.

The records never hold the forecast itself. They may hold whether there was a briefing and what
flight plan was filed; and they say, after the fact, where visual flight met instrument weather.
"""

import pandas as pd

from hindcast import paths
from hindcast.analysis import records, shares
from hindcast.analysis.records import UNKNOWN, named

VFR_INTO_IMC = "401"
"""Last three digits of a 2008+ occurrence code: VFR encounter with IMC."""

WEATHER = "0303"
"""How finding codes on conditions and weather begin."""

PLANNING = "02061020"
"""How finding codes on planning for the weather begin."""

PLANS = {
    "IFR": "IFR",
    "VFIF": "IFR",
    "VFR": "VFR",
    "CVFR": "VFR",
    "DFR": "VFR",
    "MVFR": "VFR",
    "SVFR": "VFR",
    "VFF": "VFR",
    "VTP": "VFR",
    "NONE": "none",
}
"""Code of ``flt_plan_filed`` -> kind of plan; VFR/IFR counts as IFR."""

BRIEFINGS = {
    "FULL": "full",
    "ABBR": "abbreviated",
    "PARB": "partial",
    "PARP": "partial",
    "NOTP": "not pertinent",
}
"""Code of ``wx_brief_comp`` -> what the briefing was."""


def met(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return how often instrument weather was met and how often it was fatal, by plan and briefing.

    Returns
    -------
    pandas.DataFrame
        ``of`` (flight plan or briefing), ``group``, ``accidents`` (of known weather), ``imc`` (how
        many of them), ``imc_share, low, high``, and ``fatal_in_imc``, the share of the accidents in
        IMC of known severity that was fatal; shares of fewer than ten are missing. Empty where
        neither is recorded.
    """
    asked = {"flight plan": ("flight_plan", PLANS), "briefing": ("weather_briefing", BRIEFINGS)}
    parts = [_met(accidents, of, *how) for of, how in asked.items()]
    held = [part for part in parts if not part.empty]
    return pd.concat(held, ignore_index=True) if held else parts[0]


def _met(accidents: pd.DataFrame, of: str, column: str, names: dict[str, str]) -> pd.DataFrame:
    columns = ["of", "group", "accidents", "imc", "imc_share", "low", "high", "fatal_in_imc"]
    if accidents[column].isna().all():
        return pd.DataFrame(columns=columns)
    group = named(accidents[column].map(names), list(dict.fromkeys(names.values())))
    told = accidents.assign(group=group)
    counts = told.groupby("group", observed=True)["is_imc"].agg(known="count", fatal="sum")
    counts = counts.reset_index()
    counts["fatal"] = counts["fatal"].astype("int64")
    found = shares.with_intervals(counts, least=10)
    inside = shares.by(told[told["is_imc"].eq(True).fillna(False)], "group", least=10)
    fatal = found[["group"]].merge(inside, on="group", how="left", validate="one_to_one")
    told_as = {"known": "accidents", "fatal": "imc", "fatal_share": "imc_share"}
    found = found.rename(columns=told_as).assign(of=of, fatal_in_imc=fatal["fatal_share"])
    return found[columns].astype({"group": str})


def sentence(found: pd.DataFrame) -> str:
    """Return in words whether these records hold plans, and how often IMC was met without IFR.

    Parameters
    ----------
    found
        Of `met`.
    """
    plans = found[found["of"].eq("flight plan")].set_index("group")
    if found.empty:
        return "These records hold neither flight plans nor briefings."
    if plans.empty or "IFR" not in plans.index:
        return "These records hold briefings, but no IFR flight plans."
    told = plans["imc"].drop(index=UNKNOWN, errors="ignore")
    if not told.sum():
        return "No accident with a known flight plan was in IMC."
    return (
        f"Of {int(told.sum()):,} accidents in IMC with a known flight plan, "
        f"{int(told.sum() - told['IFR']):,} ({1 - told['IFR'] / told.sum():.1%}) had none for "
        "instrument flight."
    )


def plain(found: pd.DataFrame) -> pd.DataFrame:
    """Return `met` rounded, to be read."""
    return found.round(3)


def into_imc(accidents: pd.DataFrame) -> pd.Series:
    """Return for each accident whether its sequence holds a VFR encounter with IMC.

    Returns
    -------
    pandas.Series
        Nullable booleans: missing where the sequence of an accident carries no code at all.
    """
    sequence = records.table("Events_Sequence", accidents)
    codes = sequence["Occurrence_Code"].astype("str").str[-3:]
    coded = set(sequence.loc[sequence["Occurrence_Code"].notna(), "ev_id"])
    met_it = set(sequence.loc[codes.eq(VFR_INTO_IMC), "ev_id"])
    found = accidents["ev_id"].isin(met_it).astype("boolean")
    return found.mask(~accidents["ev_id"].isin(coded))


def by_year(accidents: pd.DataFrame, inside: pd.Series) -> pd.DataFrame:
    """Return VFR encounters with IMC by year, years without any between first and last as zeros.

    Returns
    -------
    pandas.DataFrame
        ``year, fatal, other, coded`` (accidents of that year whose sequence carries a code; a year
        without one is left out).
    """
    told = accidents.assign(inside=inside).dropna(subset=["inside", "is_fatal"])
    fatal, own = told["is_fatal"].astype(bool), told["inside"].astype(bool)
    flags = told.assign(fatal=own & fatal, other=own & ~fatal, coded=1)
    found = flags.groupby("ev_year")[["fatal", "other", "coded"]].sum().astype("int64")
    return found.rename_axis("year").reset_index()


def weather_findings(accidents: pd.DataFrame, least: int = 20, most: int = 13) -> pd.DataFrame:
    """Return the share of fatal accidents by weather or light that an investigation found.

    An accident may have several findings and counts for each of them once.

    Parameters
    ----------
    least, most
        Findings in fewer accidents are left out; at most so many rows, by accidents.

    Returns
    -------
    pandas.DataFrame
        As of `hindcast.analysis.shares.by`, by ``finding``, most often fatal first.
    """
    findings = records.table("Findings", accidents)
    codes = findings["finding_code"].astype("str")
    own = findings[codes.str.startswith(WEATHER) | codes.str[:8].eq(PLANNING)]
    once = own.assign(code=own["finding_code"].astype("str").str[:8])[["ev_id", "code"]]
    once = once.drop_duplicates().assign(finding=lambda d: d["code"].map(finding_names()))
    told = once.merge(
        accidents[["ev_id", "is_fatal"]], on="ev_id", how="inner", validate="many_to_one"
    )
    found = shares.by(told.assign(finding=named(told["finding"]).astype(str)), "finding")
    found = found[found["accidents"].ge(least)].nlargest(most, "accidents")
    return found.sort_values(["fatal_share", "finding"], ascending=[False, True], ignore_index=True)


def finding_names() -> dict[str, str]:
    """Return the first eight digits of finding codes with what they mean."""
    keys = ["category_no", "subcategory_no", "section_no"]
    parts = pd.read_csv(paths.reference() / "finding_subsections.csv", dtype=str)
    sections = pd.read_csv(paths.reference() / "finding_sections.csv", dtype=str)
    named_both = parts.merge(
        sections[[*keys, "section"]], on=keys, how="left", validate="many_to_one"
    )
    code = named_both[[*keys, "subsection_no"]].agg("".join, axis=1)
    words = named_both["section"].str.strip() + ": " + named_both["subsection"].str.strip()
    return dict(zip(code, words, strict=True))
