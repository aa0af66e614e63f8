"""Gate 2, events and injury: what is counted as hurt, and whether it adds up."""

import polars as pl

from hindcast.checks.rule import Declared

c = pl.col
on = Declared("events")
_COUNTS = "inj_tot_f inj_tot_s inj_tot_m inj_tot_n inj_tot_t"
_GROUND = "inj_f_grnd inj_s_grnd inj_m_grnd"
_FATAL = c("ev_highest_injury") == "FATL"
MOST_PEOPLE = 1000

INJURIES = (
    on.blank(
        "highest_injury_unknown", "ev_highest_injury",
        c("ev_highest_injury").is_in(["UNK", "UNKN"]),
        "unknown is written as a code or left blank; both mean unknown, never none",
    ),
    on.note(
        "highest_injury_missing", "ev_highest_injury", c("ev_highest_injury").is_null(),
        "blank is unknown: such an event has no label, and is not one without injuries",
    ),
    *(
        on.blank(
            f"{column}_out_of_range", column, ~c(column).is_between(0, MOST_PEOPLE),
            "no aircraft carries a thousand people, and none fewer than nobody",
        )
        for column in (*_COUNTS.split(), *_GROUND.split())
    ),
    on.note(
        "fatal_without_death", "ev_highest_injury inj_tot_f", _FATAL & (c("inj_tot_f") == 0),
        "the level says somebody died and the count says nobody did",
    ),
    on.note(
        "death_not_fatal", "ev_highest_injury inj_tot_f",
        (c("inj_tot_f") > 0) & (c("ev_highest_injury") != "FATL"),
        "the count says somebody died (within 30 days) and the level does not",
    ),
    on.note(
        "serious_not_in_level", "ev_highest_injury inj_tot_s",
        (c("inj_tot_s") > 0) & c("ev_highest_injury").is_in(["NONE", "MINR"]),
        "the count says somebody was seriously hurt and the level says less",
    ),
    on.note(
        "injury_total_disagrees", _COUNTS, c("inj_tot_t") != c("_injury_total"),
        "the total is not the sum of its parts, under the convention decided for its release",
    ),
    on.note(
        "ground_deaths_above_total", "inj_f_grnd inj_tot_f", c("inj_f_grnd") > c("inj_tot_f"),
        "the dead on the ground are part of the dead",
    ),
    on.note(
        "incident_with_death", "ev_type inj_tot_f", (c("ev_type") == "INC") & (c("inj_tot_f") > 0),
        "an event in which somebody dies is an accident by definition",
    ),
    on.note(
        "midair_and_ground_collision", "mid_air on_ground_collision",
        (c("mid_air") == "Y") & (c("on_ground_collision") == "Y"),
        "aircraft collide in the air or on the ground",
    ),
)  # fmt: skip

of = Declared("injury")
PERSONS = (
    of.blank(
        "person_count_out_of_range", "inj_person_count",
        ~c("inj_person_count").is_between(0, MOST_PEOPLE),
        "no aircraft carries a thousand people",
    ),
    of.note(
        "person_total_disagrees", "inj_person_count",
        (c("injury_level") == "TOTL") & (c("inj_person_count") != c("_sum_of_levels")),
        "the row of a category's total is not the sum of its levels",
    ),
    of.note(
        "person_level_above_event", "injury_level",
        (c("injury_level") == "FATL") & (c("inj_person_count") > 0)
        & (c("_ev_highest_injury") != "FATL"),
        "somebody in the aircraft died and the event's level says nobody did",
    ),
)  # fmt: skip
