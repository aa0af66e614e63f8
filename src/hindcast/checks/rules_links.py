"""Gate 2, between tables: what an event says of itself against what its rows say."""

from collections.abc import Mapping

import polars as pl

from hindcast.checks.rule import Declared, Rule

c = pl.col
_KEY = ("ev_id", "Aircraft_Key")
_COUNTED = {
    "aircraft": "_n_aircraft",
    "Flight_Crew": "_n_crew",
    "Events_Sequence": "_n_sequence",
    "engines": "_n_engines",
}
events = Declared("events")
aircraft = Declared("aircraft")

LINKS: dict[str, tuple[Rule, ...]] = {
    "events": (
        events.note(
            "event_without_aircraft", "ev_id", c("_n_aircraft") == 0,
            "every event happened to an aircraft: its row is missing",
        ),
        events.note(
            "midair_with_one_aircraft", "mid_air", (c("mid_air") == "Y") & (c("_n_aircraft") == 1),
            "two aircraft met in the air and one is listed (the other may be unknown or a drone)",
        ),
        events.note(
            "two_aircraft_no_collision", "mid_air on_ground_collision",
            (c("_n_aircraft") > 1) & ~((c("mid_air") == "Y") | (c("on_ground_collision") == "Y")),
            "two aircraft are listed, and neither flag says that they met",
        ),
        events.note(
            "two_aircraft_flags_missing", "mid_air on_ground_collision",
            (c("_n_aircraft") > 1) & c("mid_air").is_null() & c("on_ground_collision").is_null(),
            "two aircraft are listed, and whether they met in the air or on the ground is not said",
        ),
        events.note(
            "event_without_sequence", "ev_id", c("_n_sequence") == 0,
            "what happened, and in which phase of flight, is not coded",
        ),
        events.note(
            "deaths_disagree_with_persons", "inj_tot_f", c("inj_tot_f") != c("_n_dead_aboard"),
            "the event's deaths are not those of its injury rows (people on the ground set apart)",
        ),
    ),
    "aircraft": (
        aircraft.note(
            "aircraft_without_crew", "Aircraft_Key", c("_n_crew") == 0,
            "who flew is not listed: pilot columns are missing for the whole row",
        ),
        aircraft.note(
            "fewer_engines_than_said", "num_eng",
            (c("_n_engines") > 0) & (c("_n_engines") < c("num_eng")),
            "the aircraft has more engines than are listed for it",
        ),
        aircraft.note(
            "keys_not_from_one", "Aircraft_Key", c("Aircraft_Key").min().over("ev_id") != 1,
            "aircraft are numbered from 1: the first one's row is missing",
        ),
    ),
}  # fmt: skip


def with_counts(table: str, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return ``events`` or ``aircraft`` with the number of its rows in the tables below it."""
    key = _KEY[:1] if table == "events" else _KEY
    frame = tables[table]
    for child, name in _COUNTED.items():
        if child in tables and child != table:
            counts = tables[child].group_by(key).agg(pl.len().cast(pl.Int64).alias(name))
            joined = frame.join(counts, on=key, how="left", validate="1:1", maintain_order="left")
            frame = joined.with_columns(pl.col(name).fill_null(0))
    return _with_dead(frame, tables) if table == "events" else frame


def _with_dead(events: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    if "inj_person_count" not in tables.get("injury", pl.DataFrame()).columns:
        return events
    dead = tables["injury"].filter(
        (c("injury_level") == "FATL") & ~c("inj_person_category").is_in(["ABRD", "GRND"])
    )
    counts = dead.group_by("ev_id").agg(_n_dead_aboard=c("inj_person_count").sum())
    joined = events.join(counts, on="ev_id", how="left", validate="1:1", maintain_order="left")
    if "inj_f_grnd" not in joined.columns:
        return joined
    return joined.with_columns(c("_n_dead_aboard") + c("inj_f_grnd").fill_null(0))
