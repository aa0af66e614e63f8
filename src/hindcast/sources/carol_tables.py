"""Take the rows of a CAROL export apart into events, aircraft, engines, phases and admin."""

import polars as pl

from hindcast.sources import carol_findings, crosswalk, flat_tables

FLAT_NAMES = {
    "ntsbno": "accidentnumber",
    "eventtype": "investigationtype",
    "airportid": "airportcode",
    "n": "registrationnumber",
    "far": "fardescription",
    "scheduled": "schedule",
    "operator": "aircarrier",
    "mostrecentreporttype": "reportstatus",
    "originalpublishdate": "originalpublisheddate",
}
"""CAROL's column -> the flat AviationData file's, both as `aviationdata.plain` writes them."""

BY_AIRCRAFT = (
    "registrationnumber",
    "make",
    "model",
    "aircraftcategory",
    "amateurbuilt",
    "numberofengines",
    "enginetype",
    "schedule",
    "purposeofflight",
    "fardescription",
    "aircraftdamage",
    "aircarrier",
)
_WITHOUT_COMMAS = ("amateurbuilt", "aircraftcategory", "fardescription", "aircraftdamage")
_INJURIES = {
    "fatalinjurycount": ("inj_tot_f", "FATL"),
    "seriousinjurycount": ("inj_tot_s", "SERS"),
    "minorinjurycount": ("inj_tot_m", "MINR"),
}
_LEVELS = {"fatal": "FATL", "serious": "SERS", "minor": "MINR", "none": "NONE"}
_WASHINGTON = "America/New_York"


def all_tables(flat: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return every eADMS table that the export can fill; see `per_aircraft` for the input."""
    tables = {
        "events": events(flat),
        "aircraft": flat_tables.aircraft(flat),
        "engines": flat_tables.engines(flat),
        "Events_Sequence": flat_tables.sequence(flat),
        "NTSB_Admin": admin(flat),
    }
    if "findings" in flat.columns:
        tables["Findings"] = carol_findings.findings(_of_first_aircraft(flat))
    if "probablecause" in flat.columns:
        tables["narratives"] = narratives(flat)
    return tables


def per_aircraft(export: pl.DataFrame) -> pl.DataFrame:
    """Return one row per aircraft, in the flat file's column names, with the eADMS keys.

    CAROL joins the values of an event's aircraft by ``, `` and drops those that are missing. A
    list as long as the event has aircraft is dealt out in order, which is that of ``Aircraft_Key``;
    a shorter one does not say whose values it holds, and a longer one has commas in a value: both
    are unknown for each aircraft of the event.

    Examples
    --------
    >>> two = pl.DataFrame({"ntsbno": ["X"], "mkey": ["7"], "eventdate": ["2021-05-01T15:30:00Z"],
    ...     "amateurbuilt": ["false, true"], "model": ["172, RV-8"], "enginetype": ["REC"]})
    >>> per_aircraft(two).select("Aircraft_Key", "model", "enginetype").rows()
    [('1', '172', None), ('2', 'RV-8', None)]
    """
    renamed = export.drop("reportstatus", strict=False)
    flat = renamed.rename({old: new for old, new in FLAT_NAMES.items() if old in renamed.columns})
    flat = flat.with_columns(ev_id=_event_id(flat), n_aircraft=_count(flat))
    listed = [name for name in BY_AIRCRAFT if name in flat.columns]
    dealt = flat.with_columns(
        *map(_pieces, listed), Aircraft_Key=pl.int_ranges(1, pl.col("n_aircraft") + 1)
    )
    exploded = dealt.explode(*listed, "Aircraft_Key")
    return exploded.with_columns(pl.col("Aircraft_Key").cast(pl.String))


def _event_id(flat: pl.DataFrame) -> pl.Expr:
    """Return EventID, or an identifier in the form of NTSB's own since 2020: a day and the Mkey.

    The export of 2008-2021 has an empty EventID column. NTSB's identifiers since September 2020
    are the day of filing and the Mkey; here it is the day of the event, so the two differ, and
    events of two sources are known as the same by their report number.
    """
    day = pl.col("eventdate").str.slice(0, 10).str.replace_all("-", "")
    made = day + pl.col("mkey").str.strip_chars().str.zfill(6)
    return pl.coalesce("eventid", made) if "eventid" in flat.columns else made


def _count(flat: pl.DataFrame) -> pl.Expr:
    """Return how many aircraft an event has: the longest list of a column of codes."""
    lengths = [
        pl.col(name).str.count_matches(",") + 1 for name in _WITHOUT_COMMAS if name in flat.columns
    ]
    return pl.max_horizontal(*lengths, pl.lit(1)).cast(pl.Int64)


def _pieces(column: str) -> pl.Expr:
    parts = pl.col(column).str.split(",").list.eval(pl.element().str.strip_chars())
    n = pl.col("n_aircraft")
    return (
        pl.when(n == 1)
        .then(pl.concat_list(column))
        .when(parts.list.len() == n)
        .then(parts)
        .otherwise(pl.lit(None, pl.String).repeat_by(n))
        .alias(column)
    )


def events(flat: pl.DataFrame) -> pl.DataFrame:
    """Return one row per event."""
    return _of_first_aircraft(flat).select(
        "ev_id",
        ntsb_no=pl.col("accidentnumber"),
        **flat_tables.coded(flat, "events"),
        **_times(),
        **_places(flat),
        **flat_tables.as_they_are(flat, "events"),
        ev_highest_injury=_highest_injury(flat),
        **{name: pl.col(c) for c, (name, _) in _INJURIES.items() if c in flat.columns},
    )


def _of_first_aircraft(flat: pl.DataFrame) -> pl.DataFrame:
    return flat.filter(pl.col("Aircraft_Key") == "1")


def _times() -> dict[str, pl.Expr]:
    """Split EventDate into eADMS's day and hhmm.

    The trailing Z says UTC, but the hour is the local one of summer time: against a release that
    holds UTC it lies back by the place's own offset, and in the months in which Washington keeps
    standard time it is one hour ahead of the clock on the wall, in states without summer time too
    (coded dusk: the sun 14 degrees down, 3 with the hour taken off). An event whose hour is not
    known has midnight in Washington, written in UTC (04:00 or 05:00): no time, then.
    """
    text = pl.col("eventdate").str.strip_chars()
    moment = text.str.slice(0, 19).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False)
    in_washington = moment.dt.replace_time_zone("UTC").dt.convert_time_zone(_WASHINGTON)
    is_midnight = (in_washington.dt.hour() == 0) & (in_washington.dt.minute() == 0)
    ahead = 1 - in_washington.dt.dst_offset().dt.total_hours()
    local = pl.when(~is_midnight).then(moment - pl.duration(hours=ahead))
    hhmm = local.dt.hour().cast(pl.Int64) * 100 + local.dt.minute()
    written = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    day = pl.coalesce(local.dt.date(), written)
    return {
        "ev_date": pl.coalesce(day.dt.strftime("%Y-%m-%d 00:00:00"), text),
        "ev_time": hhmm.cast(pl.String),
        "ev_year": day.dt.year().cast(pl.String),
        "ev_month": day.dt.month().cast(pl.String),
    }


def _places(flat: pl.DataFrame) -> dict[str, pl.Expr]:
    places = {"ev_city": pl.col("city").str.strip_chars()} if "city" in flat.columns else {}
    if "state" in flat.columns:
        places["ev_state"] = crosswalk.coded("state", crosswalk.states())
    if "country" in flat.columns:
        places["ev_country"] = crosswalk.coded("country", crosswalk.countries())
    return places


def _highest_injury(flat: pl.DataFrame) -> pl.Expr:
    """Return FATL, SERS, MINR, NONE, or blank where nothing is known.

    The export writes the level 'None' as a blank. A blank is read as NONE only where all three
    counts are given and none of them is above zero; where one is, the highest of them is the level.
    """
    counts = {
        level: pl.col(column).cast(pl.Float64, strict=False)
        for column, (_, level) in _INJURIES.items()
        if column in flat.columns
    }
    said = pl.col("highestinjurylevel").str.strip_chars().str.to_lowercase()
    level = said.replace_strict(_LEVELS, default=None, return_dtype=pl.String)
    counted = [pl.when(count > 0).then(pl.lit(name)) for name, count in counts.items()]
    if len(counts) < len(_INJURIES):
        return level
    nobody = pl.all_horizontal(count == 0 for count in counts.values())
    return pl.coalesce(level, *counted, pl.when(said.is_null() & nobody).then(pl.lit("NONE")))


def admin(flat: pl.DataFrame) -> pl.DataFrame:
    """Return report status and date of publication, one row per event."""
    first = _of_first_aircraft(flat)
    published = {}
    if "originalpublisheddate" in flat.columns:
        day = pl.col("originalpublisheddate").str.slice(0, 10)
        published["approval_date"] = day + " 00:00:00"
    return first.select("ev_id", **flat_tables.coded(flat, "NTSB_Admin"), **published)


def narratives(flat: pl.DataFrame) -> pl.DataFrame:
    """Return the probable cause of each event that has one, with its first aircraft."""
    known = _of_first_aircraft(flat).filter(pl.col("probablecause").is_not_null())
    return known.select("ev_id", "Aircraft_Key", narr_cause=pl.col("probablecause"))


def strangers(flat: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Return states and phases that no crosswalk knows."""
    known = {"ev_state": ("state", crosswalk.states())}
    return {
        column: crosswalk.strangers(_of_first_aircraft(flat), name, words)
        for column, (name, words) in known.items()
        if name in flat.columns
    }
