"""Simulated eADMS tables for where there are no records: invented, seeded, with known truth.

``make`` writes a folder as ``mdb-export`` would from a release. What truly happened is drawn in
``world`` from the model in ``effects``; the tables are written from it, fields are left out as
NTSB's records leave them out (``missing``) and spoilt with every known kind of fault (``faults``).
No person, operator or registration in it exists; report numbers start with SIM.
"""

import logging
from pathlib import Path

import polars as pl

from . import airframes, causes, craft, crew, filing, happenings, missing, textform, world
from .effects import EFFECTS
from .faulting import blanked, sprinkle
from .faults import ALL_NULL, FAULTS

__all__ = ["EFFECTS", "FAULTS", "make", "perfect", "release", "truth"]

_KEYS = (
    "ev_id", "Aircraft_Key", "crew_no", "eng_no", "finding_no", "Occurrence_No", "flight_type",
    "flight_craft", "inj_person_category", "injury_level",
)  # fmt: skip

log = logging.getLogger(__name__)


def make(out: Path, *, events: int, first_year: int, last_year: int, seed: int) -> None:
    """Write a simulated release to the folder ``out``: one ``TABLE.csv.gz`` a table.

    Parameters
    ----------
    out
        Folder to write to; made when missing.
    events
        Events in all: US accidents (about 81 %), foreign events and incidents.
    first_year, last_year
        Years of the events, both included.
    seed
        Same seed and same versions of the libraries: same bytes.

    Raises
    ------
    ValueError
        No events are asked for, or the last year comes before the first.
    """
    tables, faults = release(truth(events, first_year, last_year, seed), seed)
    for name, table in tables.items():
        textform.write(table, out / f"{name}.csv.gz")
    log.info("simulated %d events with %d faults of %d kinds", events, faults.height, len(FAULTS))


def release(true: pl.DataFrame, seed: int) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return the tables that ``make`` writes, all text, and one row per fault put into them."""
    gapped = missing.leave_out(perfect(true, seed), true, seed)
    text = {name: textform.as_text(_keys_first(table)) for name, table in gapped.items()}
    return sprinkle(blanked(text, ALL_NULL), FAULTS, seed)


def _keys_first(table: pl.DataFrame) -> pl.DataFrame:
    keys = [key for key in _KEYS if key in table.columns]
    return table.select(*keys, pl.exclude("event", *keys))


def truth(events: int, first_year: int, last_year: int, seed: int) -> pl.DataFrame:
    """Return the world behind the records of that seed: one row an event, nothing missing."""
    return filing.filed(world.draw(events, first_year, last_year, seed), last_year, seed)


def perfect(true: pl.DataFrame, seed: int) -> dict[str, pl.DataFrame]:
    """Return every table of a release of the world ``true``, complete and without faults.

    Each has a further column ``event``, the row of ``true`` it tells of.
    """
    fleet = craft.fleet(true, seed)
    people = crew.crew(fleet, seed)
    return {
        "events": happenings.events(true, fleet, seed),
        "aircraft": airframes.aircraft(fleet, seed),
        "Flight_Crew": crew.flight_crew(people, seed),
        "flight_time": crew.flight_time(people, seed),
        "engines": craft.engines(fleet, seed),
        "Findings": causes.findings(fleet, seed),
        "Events_Sequence": causes.events_sequence(fleet, seed),
        "injury": crew.injury(fleet),
        "narratives": filing.narratives(true, causes.names()),
        "NTSB_Admin": filing.admin(true, seed),
    }
