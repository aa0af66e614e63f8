"""One row per accident with what the records say of its crew, in the page's words."""

import numpy as np
import pandas as pd
import polars as pl
from IPython.display import Markdown

from hindcast import paths
from hindcast.analysis import records
from hindcast.analysis.records import Records
from hindcast.features import inputs

FEATURES = (
    "pilot_hours_log",
    "is_low_time_pilot",
    "pilot_age_years",
    "pilot_hours_90_days",
    "pilot_hours_make",
    "medical_class",
    "medical_validity",
    "medical_age_days",
    "flight_review_age_days",
    "is_flight_review_overdue",
    "is_professional_pilot",
    "has_second_pilot",
    "has_instructor",
    "has_student",
    "crew_count",
    "purpose_group",
)
TRANSPORT = ("121", "125", "129", "135")
"""Parts of 14 CFR under which NTSB gives no purpose of flight: airlines and air taxis."""

MEDICAL = {
    "CL1": "first class",
    "CL2": "second class",
    "CL3": "third class",
    "BASC": "BasicMed",
    "SPRT": "sport pilot",
    "NONE": "none",
}
UNCERTAIN = "UNK"
ABOARD = (
    "one pilot",
    "two pilots or more",
    "instructor and another pilot",
    "instructor and student",
    "student alone",
)
SEVERE = ("FATL", "SERS")


def read() -> Records:
    """Return the accidents of the last run with what is told of their crews.

    Returns
    -------
    hindcast.analysis.records.Records
        Its accidents have the columns of `described` besides the features' own.
    """
    run = records.read(*FEATURES)
    told = described(run.accidents)
    joined = told.merge(_injuries(), on="ev_id", how="left", validate="one_to_one")
    return Records(joined, run.steps, run.absent)


def described(accidents: pd.DataFrame) -> pd.DataFrame:
    """Add the page's own columns to accidents that have `FEATURES`.

    Returns
    -------
    pandas.DataFrame
        ``log_hours`` (natural log of 1 + hours) and ``hours``; ``log_hours_90`` and
        ``log_hours_make`` likewise; ``age`` (years); ``review_days`` and ``medical_days``;
        ``aboard, medical, professional, second_pilot, purpose`` as categories in which unknown is
        one of them; ``year`` of the accident.
    """
    return accidents.assign(
        log_hours=accidents["pilot_hours_log"],
        hours=np.expm1(accidents["pilot_hours_log"]),
        log_hours_90=np.log1p(accidents["pilot_hours_90_days"]),
        log_hours_make=np.log1p(accidents["pilot_hours_make"]),
        age=accidents["pilot_age_years"],
        review_days=accidents["flight_review_age_days"],
        medical_days=accidents["medical_age_days"],
        year=accidents["ev_date"].dt.year,
        aboard=aboard(accidents),
        medical=records.named(_medical(accidents["medical_class"]), list(MEDICAL.values())),
        professional=_answer(accidents["is_professional_pilot"]),
        second_pilot=_answer(accidents["has_second_pilot"]),
        purpose=purpose(accidents),
    )


def aboard(accidents: pd.DataFrame) -> pd.Series:
    """Return who sits in the cockpit, from the roles of the crew and how many they are."""
    student, instructor = accidents["has_student"], accidents["has_instructor"]
    several = accidents["crew_count"].gt(1)
    rules = [
        (student & instructor, "instructor and student"),
        (student & ~several, "student alone"),
        (instructor & several, "instructor and another pilot"),
        (several, "two pilots or more"),
    ]
    told = student.notna() & instructor.notna() & accidents["crew_count"].notna()
    met = [rule.fillna(value=False).astype(bool) for rule, _ in rules]
    names = np.select(met, [name for _, name in rules], default="one pilot")
    return records.named(pd.Series(names, accidents.index).where(told), list(ABOARD))


def purpose(accidents: pd.DataFrame) -> pd.Series:
    """Return the purpose of the flight by group; air carriers give none and are a group."""
    parts = accidents["far_part"].astype("str").str.strip().str.lstrip("0").str.upper()
    carried = accidents["purpose_group"].isna() & parts.isin(TRANSPORT)
    return records.named(accidents["purpose_group"].mask(carried, "commercial_transport"))


def _medical(classes: pd.Series) -> pd.Series:
    return classes.replace(MEDICAL).where(classes.ne(UNCERTAIN))


def _answer(flags: pd.Series) -> pd.Series:
    told = flags.map({True: "yes", False: "no"}).astype("object")
    return records.named(told, ["yes", "no"])


def _injuries() -> pd.DataFrame:
    """Return each event's pilot's own injury, ``crew_inj_level``; unknown ones are missing."""
    frame = inputs.build(paths.interim("core"))
    if "crew_inj_level" not in frame.columns:
        return frame.select("ev_id").to_pandas().assign(pilot_injury=None)
    level = pl.col("crew_inj_level").str.strip_chars().str.to_uppercase()
    known = pl.when(level.is_in(["FATL", "SERS", "MINR", "NONE"])).then(level)
    return frame.select("ev_id", known.alias("pilot_injury")).to_pandas()


def notice(run: Records) -> Markdown:
    """Say which tables and columns that the page reads these records lack."""
    return records.notice(
        run,
        Flight_Crew=["crew_age", "med_certf", "bfr_date", "pc_profession", "crew_inj_level"],
        flight_time=[],
        aircraft=["second_pilot", "type_fly"],
    )


def steps(run: Records) -> pd.DataFrame:
    """Return from all events to these accidents, with the rows each step left."""
    return pd.DataFrame(run.steps, columns=["step", "rows"])


def span(years: list[int]) -> str:
    """Return years in words.

    Examples
    --------
    >>> span([2008, 2009, 2011]), span([2012]), span([])
    ('2008-2009, 2011', '2012', 'no year')
    """
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    told = [str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs]
    return ", ".join(told) or "no year"


def told_years(accidents: pd.DataFrame, column: str, least: float) -> list[int]:
    """Return the years in which a column is told of at least the share ``least`` of accidents."""
    told = accidents[column].notna().groupby(accidents["year"]).mean()
    return [int(year) for year in told.index[told.ge(least)]]


def in_years(accidents: pd.DataFrame, years: list[int]) -> pd.DataFrame:
    """Return the accidents of some years."""
    return accidents[accidents["year"].isin(years)]


def step(before: pd.DataFrame, after: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return how many accidents a filter left, as one row of a table."""
    return pd.DataFrame({"filter": [what], "before": [len(before)], "after": [len(after)]})


def plain(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Make categories plain text: in a regression those that nobody has would be columns of 0."""
    return rows.assign(**{name: rows[name].astype(str).astype("object") for name in columns})
