"""Gate 2, aircraft and engines."""

import polars as pl

from hindcast.checks import reference
from hindcast.checks.rule import Declared
from hindcast.checks.rules_events import not_hhmm

c = pl.col
on = Declared("aircraft")
_POWERED = c("acft_category").is_in(["AIR", "HELI", "GYRO", "WSFT", "PPAR"])
_DAMAGE_WORDS = {"DESTROYED": "DEST", "SUBSTANTIAL": "SUBS", "MINOR": "MINR", "UNKNOWN": "UNK"}
_SCHEDULES = c("oper_sched").str.split(", ").list.unique()
_FIRST_AIRCRAFT = 1903
_WRITTEN = c("acft_make").str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")

AIRCRAFT = (
    on.repair(
        "far_part_two_digits", c("far_part").str.contains(r"^\d\d[A-Z]?$"),
        "91 and 091 are the same part of the Federal Aviation Regulations",
        far_part="0" + c("far_part"),
    ),
    on.repair(
        "far_part_unknown_spelling",
        c("far_part").str.to_uppercase().is_in(["UNK", "UNKN", "UNKNOWN"])
        & (c("far_part") != "UNK"),
        "unknown is spelled in several ways", far_part=pl.lit("UNK"),
    ),
    on.repair(
        "damage_in_words", c("damage").str.to_uppercase().is_in(list(_DAMAGE_WORDS)),
        "older extracts write the word and not the code",
        damage=c("damage").str.to_uppercase().replace(_DAMAGE_WORDS),
    ),
    on.repair(
        "schedule_repeated", c("oper_sched").str.contains(", ") & (_SCHEDULES.list.len() == 1),
        "two aircraft's codes joined into one, both the same", oper_sched=_SCHEDULES.list.first(),
    ),
    on.blank(
        "schedule_mixed", "oper_sched",
        c("oper_sched").str.contains(", ") & (_SCHEDULES.list.len() > 1),
        "two aircraft's codes joined into one: which is whose cannot be told",
    ),
    on.note(
        "make_written_several_ways", "acft_make",
        pl.when(_WRITTEN != "").then(c("acft_make").n_unique().over(_WRITTEN) > 1),
        "one make in capitals, in small letters, with and without points: compare them folded",
    ),
    on.note("make_missing", "acft_make", c("acft_make").is_null(), "an aircraft without a maker"),
    on.blank("seats_zero", "total_seats", c("total_seats") == 0, "0 stands for missing"),
    on.blank(
        "seats_out_of_range", "total_seats", ~c("total_seats").is_between(0, 900),
        "the largest airliner is certified for 853 passengers",
    ),
    *(
        on.blank(
            f"{column}_out_of_range", column, ~c(column).is_between(0, most),
            f"more than {most} such seats are on no aircraft",
        )
        for column, most in (("fc_seats", 10), ("cc_seats", 40), ("pax_seats", 860))
    ),
    on.blank(
        "engines_zero_powered", "num_eng", (c("num_eng") == 0) & _POWERED,
        "a powered aircraft without an engine: 0 stands for missing (gliders and balloons keep it)",
    ),
    on.blank(
        "engines_out_of_range", "num_eng", ~c("num_eng").is_between(0, 10),
        "no civil aircraft has more than ten engines",
    ),
    on.blank(
        "aircraft_year_out_of_range", "acft_year", c("acft_year") < _FIRST_AIRCRAFT,
        "built before the first powered flight: digits are missing or 0 stands for missing",
    ),
    on.blank(
        "aircraft_built_after_event", "acft_year", c("acft_year") > c("_ev_date").dt.year() + 1,
        "built after it crashed (a model year may run one ahead)",
    ),
    on.blank(
        "weight_zero", "cert_max_gr_wt", c("cert_max_gr_wt") == 0, "0 lb stands for missing",
    ),
    on.blank(
        "weight_out_of_range", "cert_max_gr_wt", ~c("cert_max_gr_wt").is_between(0, 1_420_000),
        "the heaviest aircraft ever certified weighs 1,411,000 lb",
    ),
    on.blank("airframe_hours_zero", "afm_hrs", c("afm_hrs") == 0, "0 stands for missing"),
    on.blank(
        "airframe_hours_out_of_range", "afm_hrs", ~c("afm_hrs").is_between(0, 200_000),
        "200,000 hours are 23 years in the air without landing",
    ),
    on.blank(
        "airframe_hours_since_above_total", "afm_hrs_last_insp",
        c("afm_hrs_last_insp") > c("afm_hrs"),
        "more hours since the inspection than since the aircraft was built",
    ),
    on.blank(
        "inspection_after_event", "date_last_insp", c("date_last_insp") > c("_ev_date"),
        "the last inspection before the event lies before it",
    ),
    on.blank(
        "inspection_long_ago", "date_last_insp",
        c("_ev_date").dt.year() - c("date_last_insp").dt.year() > 50,
        "an inspection 50 years before the event is a wrong century",
    ),
    on.blank(
        "departure_time_not_hhmm", "dprt_time", not_hhmm("dprt_time"),
        "hours run to 23 and minutes to 59",
    ),
    on.blank(
        "departure_time_zero", "dprt_time", c("dprt_time") == 0,
        "hardly a flight leaves at midnight sharp: 0 stands for missing",
    ),
    on.blank("runway_length_zero", "rwy_len", c("rwy_len") == 0, "0 ft stands for missing"),
    on.blank(
        "runway_length_out_of_range", "rwy_len", ~c("rwy_len").is_between(0, 20_000),
        "the longest runways measure 18,000 ft (lake beds more)",
    ),
    on.blank("runway_width_zero", "rwy_width", c("rwy_width") == 0, "0 ft stands for missing"),
    on.blank(
        "runway_width_out_of_range", "rwy_width", ~c("rwy_width").is_between(0, 1000),
        "no runway but a lake bed is wider than 1,000 ft",
    ),
    on.note(
        "runway_wider_than_long", "rwy_width rwy_len", c("rwy_width") > c("rwy_len"),
        "length and width are exchanged, or one lost a digit",
    ),
    on.blank(
        "runway_number_out_of_range", "rwy_num",
        ~c("rwy_num").str.extract(r"^(\d+)").cast(pl.Int64, strict=False).is_between(1, 36),
        "runways are numbered 1 to 36 by their direction; 0 stands for missing",
    ),
    on.blank("fuel_zero", "fuel_on_board", c("fuel_on_board") == 0, "nobody takes off with none"),
    on.blank(
        "fuel_out_of_range", "fuel_on_board", ~c("fuel_on_board").is_between(0, 90_000),
        "the largest aircraft hold 85,000 gallons",
    ),
    on.blank("phase_zero", "phase_flt_spec", c("phase_flt_spec") == "0", "0 stands for missing"),
    on.blank(
        "phase_not_of_old_era", "phase_flt_spec",
        (c("_era") == "pre-2008") & ~c("phase_flt_spec").is_in(reference.phases("pre-2008")),
        "the column holds the phases of before 2008, 500 to 610",
    ),
    on.note(
        "fatal_without_damage", "damage",
        (c("damage") == "NONE") & (c("_ev_highest_injury") == "FATL"),
        "somebody died and this aircraft was not damaged: a propeller, a jump, the other aircraft",
    ),
    on.note(
        "second_aircraft_without_purpose", "type_fly",
        (c("Aircraft_Key") > 1) & c("type_fly").is_null(),
        "the purpose of flight is mostly given for the first aircraft only",
    ),
    on.note(
        "aircraft_key_form", "Aircraft_Key", c("Aircraft_Key") < 1, "aircraft are numbered from 1",
    ),
    on.note(
        "aircraft_report_number_differs", "ntsb_no",
        c("ntsb_no").str.replace(r"[A-D]$", "") != c("_ntsb_no").str.replace(r"[A-D]$", ""),
        "the aircraft carries another report number than its event",
    ),
)  # fmt: skip

of = Declared("engines")
ENGINES = (
    of.blank("power_zero", "power_units", c("power_units") == 0, "0 stands for missing"),
    of.blank(
        "horsepower_out_of_range", "power_units",
        (c("hp_or_lbs") == "HP") & ~c("power_units").is_between(1, 16_000),
        "the strongest turboprop gives 15,000 horsepower",
    ),
    of.blank(
        "thrust_out_of_range", "power_units",
        (c("hp_or_lbs") == "LBS") & ~c("power_units").is_between(1, 135_000),
        "the strongest jet engine gives 134,300 lb of thrust",
    ),
    of.note(
        "piston_engine_with_thrust", "eng_type hp_or_lbs",
        (c("eng_type") == "REC") & (c("hp_or_lbs") == "LBS"),
        "reciprocating engines are rated in horsepower",
    ),
    of.note(
        "jet_engine_with_horsepower", "eng_type hp_or_lbs",
        c("eng_type").is_in(["TF", "TJ"]) & (c("hp_or_lbs") == "HP"),
        "jet engines are rated in pounds of thrust",
    ),
    *(
        of.blank(f"{column}_zero", column, c(column) == 0, "0 hours stands for missing")
        for column in ("eng_time_total", "eng_time_overhaul", "eng_time_last_insp")
    ),
    of.blank(
        "eng_time_total_out_of_range", "eng_time_total",
        ~c("eng_time_total").is_between(0, 150_000),
        "no engine has run 150,000 hours",
    ),
    of.blank(
        "overhaul_hours_above_total", "eng_time_overhaul",
        c("eng_time_overhaul") > c("eng_time_total"),
        "more hours since overhaul than since new",
    ),
    of.blank(
        "inspection_hours_above_total", "eng_time_last_insp",
        c("eng_time_last_insp") > c("eng_time_total"),
        "more hours since inspection than since new",
    ),
    of.note(
        "engine_number_above_count", "eng_no", c("eng_no") > c("_num_eng"),
        "more engines are listed than the aircraft has",
    ),
)  # fmt: skip
