"""Findings: what the investigation concludes (2008 and later), by category and section.

A finding code has ten characters, its leading zero included: category, subcategory, section,
subsection, modifier, two each. No findings listed means none known, so flags are then null.
Cause marks stop in 2020 and are missing from some releases.

The sections of ``finding_paths.csv`` are those of at least 100 US accidents of 2008-2017 that
``finding_features.csv`` has not. What lies below a section is told by one number, the past log odds
of all paths together: a flag for each of 80 frequent paths and 31 modifiers added nothing to it.
Physical findings (0201: impairment, health) have no section of their own here: they come from
toxicology and autopsy, which are asked for after a death.
"""

import polars as pl

from hindcast.features.declare import Feature, Group, Horizon, crosswalk
from hindcast.features.shared import shared

_at = Group("findings", Horizon.INVESTIGATION)
_CODES = pl.col("finding_codes")
_KNOWN = _CODES.list.len() > 0
_SOURCE = "Findings.finding_code"


def _sections(codes: pl.Expr, width: int) -> pl.Expr:
    name = f"~{codes.meta.output_name()}_{width}"
    return shared(name, codes.list.eval(pl.element().str.slice(0, width)))


def _has(prefix: str, codes: pl.Expr = _CODES) -> pl.Expr:
    held = _sections(codes, len(prefix)).list.contains(prefix)
    return pl.when(codes.list.len() > 0).then(held)


def _wider(prefix: str, names: dict[str, str]) -> str:
    """Say which other flags hold this one: a section lies within its subcategory."""
    holders = [
        name for other, name in names.items() if other != prefix and prefix.startswith(other)
    ]
    return "; ".join(f"finding_{name} holds it" for name in holders)


def _flags() -> list[Feature]:
    names = crosswalk("finding_features", "prefix", "name")
    whys = crosswalk("finding_features", "prefix", "why")
    return [
        _at.flag(f"finding_{name}", _has(prefix), f"{_SOURCE} {prefix}; finding_features.csv",
                 whys[prefix], related=_wider(prefix, names))
        for prefix, name in names.items()
    ]  # fmt: skip


def _paths() -> list[Feature]:
    codes = crosswalk("finding_paths", "name", "code")
    meanings = crosswalk("finding_paths", "name", "meaning")
    return [
        _at.flag(name, _has(code), f"{_SOURCE} {code}; finding_paths.csv",
                 f"{meanings[name]}: concluded in at least 100 accidents of 2008-2017")
        for name, code in codes.items()
    ]  # fmt: skip


FEATURES = (
    _at.number("findings_count", pl.when(_KNOWN).then(_CODES.list.len()), "1", "Findings (rows)",
               "longer lists come from deeper investigations, and fatal ones go deeper"),
    _at.number("finding_sections_count",
               pl.when(_KNOWN).then(_sections(_CODES, 6).list.unique().list.len()), "1", _SOURCE,
               "how many different things went wrong", related="grows with findings_count"),
    _at.number("causes_count", pl.col("cause_codes").list.len(), "1", "Findings.Cause_Factor",
               "findings marked as cause; marks stop in 2020"),
    _at.number("finding_log_odds_past", pl.col("finding_log_odds_past"), "ln(odds)",
               f"{_SOURCE} to its subsection, events.ev_highest_injury of earlier events",
               "how often accidents with such findings killed so far, added over the findings"),
    *_flags(),
    *_paths(),
    _at.flag("is_personnel_cause", _has("02", pl.col("cause_codes")), "Findings.Cause_Factor",
             "a person's action marked as cause"),
    _at.flag("is_aircraft_cause", _has("01", pl.col("cause_codes")), "Findings.Cause_Factor",
             "the aircraft marked as cause"),
    _at.flag("is_environment_cause", _has("03", pl.col("cause_codes")), "Findings.Cause_Factor",
             "weather or terrain marked as cause"),
)  # fmt: skip
