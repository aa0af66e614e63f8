"""Take the flat AviationData rows apart into events, aircraft, engines, phases and admin."""

from typing import NamedTuple

import polars as pl

from hindcast.sources import crosswalk


class Coded(NamedTuple):
    """A flat column whose words become codes of one eADMS column."""

    flat: str
    table: str
    column: str


CODED = (
    Coded("investigationtype", "events", "ev_type"),
    Coded("weathercondition", "events", "wx_cond_basic"),
    Coded("aircraftdamage", "aircraft", "damage"),
    Coded("aircraftcategory", "aircraft", "acft_category"),
    Coded("amateurbuilt", "aircraft", "homebuilt"),
    Coded("fardescription", "aircraft", "far_part"),
    Coded("schedule", "aircraft", "oper_sched"),
    Coded("purposeofflight", "aircraft", "type_fly"),
    Coded("reportstatus", "NTSB_Admin", "rec_stat"),
)
AS_THEY_ARE = {
    "events": {
        "latitude": "dec_latitude",
        "longitude": "dec_longitude",
        "airportcode": "ev_nr_apt_id",
        "airportname": "apt_name",
    },
    "aircraft": {
        "make": "acft_make",
        "model": "acft_model",
        "registrationnumber": "regis_no",
        "numberofengines": "num_eng",
        "aircarrier": "oper_name",
    },
}
INJURIES = {
    "totalfatalinjuries": ("inj_tot_f", "FATL"),
    "totalseriousinjuries": ("inj_tot_s", "SERS"),
    "totalminorinjuries": ("inj_tot_m", "MINR"),
    "totaluninjured": ("inj_tot_n", "NONE"),
}


def all_tables(flat: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return every eADMS table that the flat rows can fill; see `with_keys` for the input."""
    return {
        "events": events(flat),
        "aircraft": aircraft(flat),
        "engines": engines(flat),
        "Events_Sequence": sequence(flat),
        "NTSB_Admin": admin(flat),
    }


def with_keys(flat: pl.DataFrame) -> pl.DataFrame:
    """Add ``ev_id`` and ``Aircraft_Key``, numbering an event's aircraft by accident number.

    An event with two aircraft has two rows and numbers that end in A and B. Rows keep their order.

    Examples
    --------
    >>> flat = pl.DataFrame({"eventid": ["a", "a"], "accidentnumber": ["LAX1B", "LAX1A"]})
    >>> with_keys(flat)["Aircraft_Key"].to_list()
    ['2', '1']
    """
    number = pl.col("accidentnumber").rank("ordinal").over("eventid")
    return flat.with_columns(ev_id=pl.col("eventid"), Aircraft_Key=number.cast(pl.String))


def events(flat: pl.DataFrame) -> pl.DataFrame:
    """Return one row per event; the page repeats an event's facts for each of its aircraft."""
    first = flat.sort("ev_id", "Aircraft_Key", maintain_order=True).unique(
        "ev_id", keep="first", maintain_order=True
    )
    several = pl.col("ev_id").is_in(_with_several_aircraft(flat))
    number = pl.col("accidentnumber")
    return first.select(
        "ev_id",
        ntsb_no=pl.when(several).then(number.str.strip_suffix("A")).otherwise(number),
        **coded(flat, "events"),
        **_dates(),
        **_places(flat),
        **as_they_are(flat, "events"),
        ev_highest_injury=_highest_injury(flat),
        **{name: pl.col(c) for c, (name, _) in INJURIES.items() if c in flat.columns},
    )


def aircraft(flat: pl.DataFrame) -> pl.DataFrame:
    """Return one row per aircraft."""
    return flat.select(
        "ev_id",
        "Aircraft_Key",
        ntsb_no=pl.col("accidentnumber"),
        **coded(flat, "aircraft"),
        **as_they_are(flat, "aircraft"),
    )


def engines(flat: pl.DataFrame) -> pl.DataFrame:
    """Return one row per engine of the aircraft whose engine type is known.

    The page gives one type for all engines, or a list of types ('REC, TJ, TJ').
    """
    if "enginetype" not in flat.columns:
        return _no_rows("ev_id", "Aircraft_Key", "eng_no", "eng_type")
    types = pl.col("enginetype").str.split(",")
    count = _number(flat, "numberofengines").fill_null(1)
    each = (
        pl.when(types.list.len() > 1)
        .then(types)
        .otherwise(pl.col("enginetype").repeat_by(count.clip(0, 12)))
    )
    return (
        flat.filter(pl.col("enginetype").is_not_null())
        .select("ev_id", "Aircraft_Key", enginetype=each)
        .filter(pl.col("enginetype").list.len() > 0)
        .with_columns(eng_no=pl.int_ranges(1, pl.col("enginetype").list.len() + 1))
        .explode("enginetype", "eng_no")
        .select(
            "ev_id",
            "Aircraft_Key",
            eng_no=pl.col("eng_no").cast(pl.String),
            eng_type=crosswalk.coded("enginetype", crosswalk.codes("engines", "eng_type")),
        )
    )


def sequence(flat: pl.DataFrame) -> pl.DataFrame:
    """Return the broad phase of each aircraft as its one, defining, entry of the sequence.

    The page's phase is that of the first occurrence, under which NTSB counts an accident; its code
    is one of the era that the event's year belongs to.
    """
    if "broadphaseofflight" not in flat.columns:
        return _no_rows("ev_id", "Aircraft_Key", "Occurrence_No", "phase_no", "Defining_ev")
    known = flat.filter(pl.col("broadphaseofflight").is_not_null())
    return known.select(
        "ev_id",
        "Aircraft_Key",
        Occurrence_No=pl.lit("1"),
        phase_no=_phase(),
        Defining_ev=pl.lit("1"),
    )


def admin(flat: pl.DataFrame) -> pl.DataFrame:
    """Return report status and date of publication, one row per event."""
    first = flat.unique("ev_id", keep="first", maintain_order=True)
    published = {"publicationdate": "approval_date"}
    return first.select(
        "ev_id",
        **coded(flat, "NTSB_Admin"),
        **{new: _midnight(old) for old, new in published.items() if old in flat.columns},
    )


def strangers(flat: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Return the words that no crosswalk knows and their rows, by eADMS column."""
    found = {
        code.column: crosswalk.strangers(flat, code.flat, crosswalk.codes(code.table, code.column))
        for code in CODED
        if code.flat in flat.columns
    }
    if "country" in flat.columns:
        found["ev_country"] = crosswalk.strangers(flat, "country", crosswalk.countries())
    return {column: words for column, words in found.items() if words}


def coded(flat: pl.DataFrame, table: str) -> dict[str, pl.Expr]:
    """Return the columns of one eADMS table that a crosswalk fills."""
    return {
        code.column: crosswalk.coded(code.flat, crosswalk.codes(code.table, code.column))
        for code in CODED
        if code.table == table and code.flat in flat.columns
    }


def as_they_are(flat: pl.DataFrame, table: str) -> dict[str, pl.Expr]:
    """Return the columns of one eADMS table that are copied."""
    return {new: pl.col(old) for old, new in AS_THEY_ARE[table].items() if old in flat.columns}


def _dates() -> dict[str, pl.Expr]:
    date = pl.col("eventdate").str.to_date("%Y-%m-%d", strict=False)
    return {
        "ev_date": _midnight("eventdate"),
        "ev_year": date.dt.year().cast(pl.String),
        "ev_month": date.dt.month().cast(pl.String),
    }


def _midnight(column: str) -> pl.Expr:
    """Write a day as eADMS does, with a time; what is no ISO day stays as it came."""
    is_day = pl.col(column).str.contains(r"^\d{4}-\d{2}-\d{2}$")
    return pl.when(is_day).then(pl.col(column) + " 00:00:00").otherwise(pl.col(column))


def _places(flat: pl.DataFrame) -> dict[str, pl.Expr]:
    """Split 'City, ST' at its last comma; only US places end in a state's two letters."""
    places: dict[str, pl.Expr] = {}
    if "location" in flat.columns:
        state = pl.col("location").str.extract(r",\s*([A-Z]{2})\s*$")
        city = pl.col("location").str.extract(r"^(.*),[^,]*$")
        places["ev_city"] = city.fill_null(pl.col("location")).str.strip_chars()
        places["ev_state"] = pl.when(_in_the_us(flat)).then(state)
    if "country" in flat.columns:
        places["ev_country"] = crosswalk.coded("country", crosswalk.countries())
    return places


def _in_the_us(flat: pl.DataFrame) -> pl.Expr:
    if "country" not in flat.columns:
        return pl.lit(True)
    return crosswalk.coded("country", crosswalk.countries()) == "USA"


def _highest_injury(flat: pl.DataFrame) -> pl.Expr:
    """Return FATL, SERS, MINR, NONE, or blank where the page says 'Unavailable' or nothing.

    'Fatal(2)' is fatal whatever the counts say; 'Non-Fatal' and 'Incident' take the highest level
    that anyone is counted under, never 'Fatal' for the first of them.
    """
    counts = [
        (level, _number(flat, column) > 0)
        for column, (_, level) in INJURIES.items()
        if column in flat.columns
    ]
    said = pl.col("injuryseverity").str.to_lowercase()
    fatal = said.str.starts_with("fatal")
    choices = [pl.when(is_any).then(pl.lit(level)) for level, is_any in counts]
    milder = [c for c, (level, _) in zip(choices, counts, strict=True) if level != "FATL"]
    return (
        pl.when(fatal)
        .then(pl.lit("FATL"))
        .when(said == "non-fatal")
        .then(pl.coalesce(*milder, pl.lit(None, pl.String)))
        .when(said == "incident")
        .then(pl.coalesce(*choices, pl.lit(None, pl.String)))
    )


def _number(flat: pl.DataFrame, column: str) -> pl.Expr:
    if column not in flat.columns:
        return pl.lit(None, pl.Int64)
    return pl.col(column).cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)


def _phase() -> pl.Expr:
    year = pl.col("eventdate").str.slice(0, 4).cast(pl.Int64, strict=False)
    new = crosswalk.coded("broadphaseofflight", crosswalk.broad_phases(2008))
    old = crosswalk.coded("broadphaseofflight", crosswalk.broad_phases(2007))
    return pl.when(year >= crosswalk.FIRST_YEAR_OF_NEW_CODES).then(new).otherwise(old)


def _with_several_aircraft(flat: pl.DataFrame) -> list[str]:
    return flat.filter(pl.col("ev_id").is_duplicated())["ev_id"].unique().to_list()


def _no_rows(*columns: str) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
