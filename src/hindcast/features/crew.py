"""Crew: who flies, how experienced, how recent, how fit."""

import polars as pl

from hindcast.features.declare import (
    Group,
    Horizon,
    code,
    days_before_event,
    inside,
    positive,
    told,
    within,
    yes,
)

_at = Group("crew", Horizon.DISPATCH)
_TOTAL = positive("hours_totl_all", 60_000)
_MAKE = positive("hours_totl_make", 60_000)
_PIC = positive("hours_pic_all", 60_000)
_LAST_90 = within("hours_l90d_all", 0, 600)
_LAST_30 = within("hours_l30d_all", 0, 250)
_LAST_24 = within("hours_l24h_all", 0, 24)
_MEDICAL_AGE = days_before_event("date_lst_med", 7305)
_REVIEW_AGE = days_before_event("bfr_date", 7305)
_CLASS = pl.coalesce(code("med_certf"), pl.lit(None, pl.String))
_AGE = within("crew_age", 10, 105)
_LIMIT = code("med_crtf_limit")
_ROLES = pl.col("crew_categories")
_RATED = code("crew_rat_endorse")
_SEAT = code("seat_occ_pic")


_ALL = "Flight_Crew (all who fly)"
_GAP = pl.col("crew_oldest_years") - pl.col("crew_youngest_years")


def _time(name: str, column: str, why: str, related: str = "", high: float = 60_000):
    table = f"flight_time {column.removeprefix('hours_').upper().replace('_', '/')}"
    return _at.number(name, within(column, 0, high), "hours", table, why, related)


def _has_role(*roles: str) -> pl.Expr:
    held = pl.any_horizontal(*[_ROLES.list.contains(role) for role in roles])
    return pl.when(_ROLES.list.len() > 0).then(held)


FEATURES = (
    _at.number("pilot_age_years", _AGE, "years", "Flight_Crew.crew_age",
               "health and reactions decline, experience grows; frail bodies survive less"),
    _at.number("pilot_hours_log", _TOTAL.log1p(), "ln(1+h)", "flight_time TOTL/ALL",
               "the first hundred hours teach more than the tenth thousand"),
    _at.flag("is_low_time_pilot", _TOTAL < 200, "flight_time TOTL/ALL",
             "between licence and experience, the killing zone of the literature"),
    _time("pilot_hours_90_days", "hours_l90d_all", "recent practice", high=600),
    _time("pilot_hours_30_days", "hours_l30d_all", "very recent practice",
          "part of pilot_hours_90_days", high=250),
    _time("pilot_hours_24_hours", "hours_l24h_all", "fatigue, and a working day",
          "part of pilot_hours_30_days and of pilot_hours_90_days", high=24),
    _time("pilot_hours_make", "hours_totl_make", "experience in this make and model"),
    _time("pilot_hours_pic", "hours_pic_all", "hours in command",
          "most of pilot_hours is in command"),
    _time("pilot_hours_night", "hours_totl_nght", "practice in the dark"),
    _time("pilot_hours_instrument", "hours_totl_actu", "practice in real cloud"),
    _time("pilot_hours_simulated_instrument", "hours_totl_simu", "training for cloud"),
    _time("pilot_hours_multi_engine", "hours_totl_meng", "practice with two engines",
          "professionals log most of pilot_hours on twins"),
    _time("pilot_hours_rotorcraft", "hours_totl_roto", "practice in helicopters"),
    _time("pilot_hours_as_instructor", "hours_inst_all", "teaching"),
    _at.number("pilot_share_in_make", inside(_MAKE / _TOTAL, 0, 1), "1",
               "flight_time TOTL/MAKE, TOTL/ALL", "new to the type, or knows no other"),
    _at.number("pilot_share_in_command", inside(_PIC / _TOTAL, 0, 1), "1",
               "flight_time PIC/ALL, TOTL/ALL", "how much of the log was one's own decision"),
    _at.number("pilot_recency", inside(_LAST_90 / _TOTAL, 0, 1), "1",
               "flight_time L90D/ALL, TOTL/ALL", "is flying now, or flew long ago"),
    _at.number("pilot_last_month_share", inside(_LAST_30 / _LAST_90, 0, 1), "1",
               "flight_time L30D/ALL, L90D/ALL", "starting up again, or tailing off"),
    _at.flag("is_current_in_90_days", _LAST_90 >= 3, "flight_time L90D/ALL",
             "a stand-in for three landings in 90 days (14 CFR 61.57)"),
    _at.category("medical_class", _CLASS, "Flight_Crew.med_certf",
                 "first class: airline; third: private; BasicMed, sport, none: lightest oversight"),
    _at.category("medical_validity", code("med_crtf_vldty"), "Flight_Crew.med_crtf_vldty",
                 "with waivers or limitations, expired, none"),
    _at.flag("has_medical_waiver", told(
        code("med_crtf_vldty"), ("WWL", "VWW"), ("WOWL", "VNOW", "WTLS")),
        "Flight_Crew.med_crtf_vldty",
        "waivers and limitations come with age and illness"),
    _at.category("last_faa_medical_class", code("mr_faa_med_certf"),
                 "Flight_Crew.mr_faa_med_certf",
                 "the last examination of those who now fly without one"),
    _at.flag("needs_corrective_lenses", _LIMIT.str.contains("LENS|GLASS|VISION|CORRECT"),
             "Flight_Crew.med_crtf_limit", "the commonest limitation, which comes with age"),
    _at.flag("has_medical_limitation", _LIMIT.str.contains("NONE|NO LIMIT|WITHOUT").not_(),
             "Flight_Crew.med_crtf_limit", "any limitation on the certificate"),
    _at.number("medical_age_days", _MEDICAL_AGE, "days", "Flight_Crew.date_lst_med, ev_date",
               "time since a physician looked"),
    _at.number("medical_age_share_of_term", _MEDICAL_AGE / _CLASS.replace_strict(
        {"CL1": 365, "CL2": 365, "CL3": 730}, default=None, return_dtype=pl.Float64), "1",
        "Flight_Crew.date_lst_med, med_certf",
        "above 1 the certificate has run out for an older pilot",
        "medical_age_days by class"),
    _at.number("flight_review_age_days", _REVIEW_AGE, "days", "Flight_Crew.bfr_date, ev_date",
               "time since an instructor looked"),
    _at.flag("is_flight_review_overdue", _REVIEW_AGE > 761, "Flight_Crew.bfr_date, ev_date",
             "past 24 calendar months (14 CFR 61.56)"),
    _at.flag("has_flight_review", yes("bfr"), "Flight_Crew.bfr", "the review as reported"),
    _at.flag("is_rated_for_type", yes("crew_rat_endorse"), "Flight_Crew.crew_rat_endorse",
             "holds the rating or endorsement the aircraft asks for"),
    _at.flag("is_professional_pilot", yes("pc_profession"), "Flight_Crew.pc_profession",
             "flies for a living"),
    _at.category("pilot_seat", _SEAT, "Flight_Crew.seat_occ_pic",
                 "left, right, front, rear, single: layout of the cockpit and who commands"),
    _at.category("pilot_role", code("crew_category"), "Flight_Crew.crew_category",
                 "pilot, student, instructor: who is listed as in charge"),
    _at.flag("is_pilot_flying", pl.col("pilot_flying"), "Flight_Crew.pilot_flying",
             "who had the controls"),
    _at.flag("is_local_pilot", code("crew_res_state") == code("ev_state"),
             "Flight_Crew.crew_res_state, events.ev_state", "knows the country and its weather"),
    _at.flag("is_foreign_resident", code("crew_res_country") != "USA",
             "Flight_Crew.crew_res_country", "visiting or training from abroad"),
    _at.number("crew_count", pl.col("n_crew"), "1", "Flight_Crew (rows)",
               "crew listed, without passengers and cabin crew"),
    _at.flag("has_second_pilot", yes("second_pilot"), "aircraft.second_pilot",
             "someone to take over",
             related="crew_count says how many"),
    _at.flag("has_instructor", _has_role("FLTI", "KPLT"), "Flight_Crew.crew_category",
             "an instructor or check pilot among the crew"),
    _at.flag("has_student", _has_role("DSTU"), "Flight_Crew.crew_category",
             "a student among the crew: many bounced landings, few deaths"),
    _at.number("crew_certificated_count", pl.col("crew_certificated"), "1", _ALL,
               "pilots aboard who are no students: someone to take over",
               related="crew_count but for students and others"),
    _at.number("crew_oldest_years", pl.col("crew_oldest_years"), "years", f"{_ALL}.crew_age",
               "the frailest of those who fly",
               related="pilot_age_years where one flies alone"),
    _at.number("crew_youngest_years", pl.col("crew_youngest_years"), "years", f"{_ALL}.crew_age",
               "a young one beside an old one is a lesson",
               related="pilot_age_years and crew_oldest_years where one flies alone"),
    _at.number("crew_age_gap_years", _GAP, "years", f"{_ALL}.crew_age",
               "instructor and student, captain and beginner; 0 for one alone"),
    _at.number("crew_best_medical_class", pl.col("crew_best_medical"), "1",
               f"{_ALL}.med_certf", "1 to 3 as the FAA numbers them, 4 sport or BasicMed, 5 none"),
    _at.number("crew_valid_medicals_count", pl.col("crew_valid_medicals"), "1",
               f"{_ALL}.med_crtf_vldty", "how many of those who fly may do so"),
    _at.number("crew_professionals_count", pl.col("crew_professionals"), "1",
               f"{_ALL}.pc_profession", "how many fly for a living"),
    _at.number("crew_most_hours_log", pl.col("crew_most_hours").log1p(), "ln(1+h)",
               "flight_time TOTL/ALL (all who fly)", "the most experienced aboard",
               related="pilot_hours_log where one flies alone"),
    _at.number("crew_least_hours_log", pl.col("crew_least_hours").log1p(), "ln(1+h)",
               "flight_time TOTL/ALL (all who fly)", "the least experienced aboard",
               related="pilot_hours_log and crew_most_hours_log where one flies alone"),
    _at.category("flying_role", pl.col("crew_flying_role"),
                 "Flight_Crew.pilot_flying, crew_category (all who fly)",
                 "who had the controls: the pilot in command, a student, an instructor"),
)  # fmt: skip
