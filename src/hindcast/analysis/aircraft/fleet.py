"""The aircraft of the accidents, one row each, in words: what it is, what it has, how it is used.

The aircraft of an event of two is the first in the record; the label is the event's.
"""

import pandas as pd

from hindcast import paths
from hindcast.analysis.records import UNKNOWN, Records, named

FEATURES = (
    "make",
    "type_family",
    "airframe_family",
    "airframe_built_for",
    "airframe_gear",
    "aircraft_category",
    "is_homebuilt",
    "is_retractable",
    "is_turbine",
    "engine_type",
    "engines_count",
    "engines_listed_count",
    "aircraft_age_years",
    "purpose_group",
    "far_part",
    "pilot_hours_log",
    "pilot_age_years",
)
MEASURED = {
    "type": "model",
    "amateur-built": "is_homebuilt",
    "gear": "is_retractable",
    "tailwheel (from the type)": "is_tailwheel",
    "engines": "is_multi_engine",
    "kind of engine": "is_turbine",
    "year built": "age_years",
    "purpose": "purpose",
    "pilot's hours": "pilot_log_hours",
    "pilot's age": "pilot_age_decades",
}
"""What the comparisons rest on, and the column that holds it."""
AGE_EDGES = (0, 5, 10, 20, 30, 40, 50, 60, 70, 120)
AGE_BANDS = ("0-4", "5-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70 and over")
RULES = {"91": "Part 91", "135": "Part 135", "137": "Part 137", "121": "Part 121"}
HOMEBUILT = "AMATEUR BUILT"
TAILWHEEL = ("tailwheel", "retractable_tailwheel")


def fleet(run: Records) -> pd.DataFrame:
    """Return one row per accident with its aircraft in words.

    Parameters
    ----------
    run
        Read with `FEATURES`.

    Returns
    -------
    pandas.DataFrame
        ``ev_year, is_fatal``; in words, with ``unknown``: ``category, make, model, maker,
        aircraft`` (the last two as shown), ``built_for, engines, engine_kind, age_band, purpose,
        rules, region``; nullable flags ``is_homebuilt, is_retractable, is_multi_engine, is_turbine,
        is_tailwheel, is_helicopter``; ``age_years, age_decades, pilot_log_hours,
        pilot_age_decades`` and the accident's ``year`` as text. A missing flag is missing, never
        no.
    """
    rows = run.accidents
    made = pd.DataFrame({"ev_year": rows["ev_year"], "is_fatal": rows["is_fatal"]})
    made = made.assign(**_names(rows), **_classes(rows), **_flags(rows), **_circumstances(rows))
    made["maker"] = made["make"].map(maker)
    made["aircraft"] = [shown(m, t) for m, t in zip(made["make"], made["model"], strict=True)]
    return made


def _names(rows: pd.DataFrame) -> dict[str, pd.Series]:
    family = rows["airframe_family"].fillna(rows["type_family"])
    return {"make": rows["make"].fillna(UNKNOWN), "model": family.fillna(UNKNOWN)}


def _classes(rows: pd.DataFrame) -> dict[str, pd.Series]:
    bands = pd.cut(rows["aircraft_age_years"], AGE_EDGES, right=False, labels=list(AGE_BANDS))
    engines = pd.cut(_engines(rows), [-1, 0, 1, 2, 99], labels=["none", "one", "two", "three +"])
    category = rows["aircraft_category"].fillna(rows["acft_category"])
    kind = decoded(rows["engine_type"], "engines", "eng_type").replace("None", "No engine")
    return {
        "category": named(decoded(category, "aircraft", "acft_category")),
        "built_for": named(rows["airframe_built_for"].str.replace("_", " ")),
        "engines": named(engines, ["none", "one", "two", "three +"]),
        "engine_kind": named(kind),
        "age_band": named(bands, list(AGE_BANDS)),
    }


def _engines(rows: pd.DataFrame) -> pd.Series:
    return rows["engines_count"].fillna(rows["engines_listed_count"]).astype("float64")


def _flags(rows: pd.DataFrame) -> dict[str, pd.Series]:
    gear, engines = rows["airframe_gear"], _engines(rows)
    category = rows["aircraft_category"]
    return {
        "is_homebuilt": rows["is_homebuilt"],
        "is_retractable": rows["is_retractable"],
        "is_turbine": rows["is_turbine"],
        "is_multi_engine": _told(engines > 1, engines),
        "is_tailwheel": _told(gear.isin(TAILWHEEL), gear),
        "is_helicopter": _told(category == "HELI", category),
    }


def _told(flag: pd.Series, source: pd.Series) -> pd.Series:
    return flag.astype("boolean").where(source.notna())


def _circumstances(rows: pd.DataFrame) -> dict[str, pd.Series]:
    rules = rows["far_part"].map(RULES).fillna("other rules").where(rows["far_part"].notna())
    return {
        "purpose": named(rows["purpose_group"].str.replace("_", " ")),
        "rules": named(rules, list(RULES.values())),
        "region": named(rows["faa_region"]),
        "year": rows["ev_year"].astype(str),
        "age_years": rows["aircraft_age_years"],
        "age_decades": rows["aircraft_age_years"] / 10,
        "pilot_log_hours": rows["pilot_hours_log"],
        "pilot_age_decades": rows["pilot_age_years"] / 10,
    }


def decoded(codes: pd.Series, table: str, column: str) -> pd.Series:
    """Return codes in words, by ``code_lists.csv``; a code that is not listed stays as it is.

    Parameters
    ----------
    table, column
        Where eADMS keeps the code, such as ``aircraft`` and ``acft_category``.
    """
    listed = pd.read_csv(paths.reference() / "code_lists.csv", dtype=str, keep_default_na=False)
    own = listed[(listed["table"] == table) & (listed["column"] == column)]
    meanings = own["meaning"].str.capitalize().replace("Unknown", UNKNOWN)
    words = dict(zip(own["code"], meanings, strict=True))
    return codes.map(words).fillna(codes)


def shown(make: str, model: str) -> str:
    """Return maker and model as a page shows them, the maker once.

    Examples
    --------
    >>> shown("CESSNA", "CESSNA 172"), shown("CIRRUS", "SR22"), shown("AMATEUR BUILT", "LANCAIR")
    ('Cessna 172', 'Cirrus SR22', 'Lancair (amateur-built)')
    """
    if make == HOMEBUILT:
        own = model.removeprefix(HOMEBUILT).strip() or "other"
        return f"{_cased(own)} (amateur-built)"
    return _cased(model if f"{model} ".startswith(f"{make} ") else f"{make} {model}")


def maker(make: str) -> str:
    """Return a maker as a page shows it.

    Examples
    --------
    >>> maker("CESSNA"), maker("AMATEUR BUILT")
    ('Cessna', 'amateur-built, all')
    """
    return "amateur-built, all" if make == HOMEBUILT else _cased(make)


def _cased(name: str) -> str:
    return " ".join(w.capitalize() if _is_word(w) else w for w in name.split())


def _is_word(word: str) -> bool:
    return word.isalpha() and len(word) > 2 and bool(set(word) & set("AEIOUY"))
