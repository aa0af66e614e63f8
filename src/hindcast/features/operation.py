"""Operation: under which rules, what for, how planned."""

import polars as pl

from hindcast.features.declare import (
    Group,
    Horizon,
    code,
    crosswalk,
    decoded,
    inside,
    positive,
    told,
    yes,
)
from hindcast.features.shared import shared

_plan = Group("operation", Horizon.DISPATCH)
_site = Group("operation", Horizon.EVENT)
_PART = shared(
    "~part", code("far_part").str.replace(r"^0+", "").str.replace(r"^PUB[A-Z]$", "PUBLIC")
)
_PURPOSE = code("type_fly")
_PLAN = code("flt_plan_filed")
_SCHEDULE = code("oper_sched").str.split(", ").list.first()


def _minutes(column: str) -> pl.Expr:
    clock = pl.col(column)
    return inside(clock // 100, 0, 23) * 60 + inside(clock % 100, 0, 59)


_AIRBORNE = _minutes("ev_time") - _minutes("dprt_time")
_FUEL = positive("fuel_on_board", 70_000)
_SAME_ZONE = code("ev_tmzn") == code("dprt_timezn")

FEATURES = (
    _plan.category("far_part", _PART, "aircraft.far_part",
                   "14 CFR part, 091 and 91 as one: private, air taxi, airline, sprayer"),
    _plan.category("purpose", _PURPOSE, "aircraft.type_fly", "what the flight is for"),
    _plan.category("purpose_group", decoded(_PURPOSE, crosswalk("purpose_groups", "type_fly",
                                                                "purpose_group")),
                   "aircraft.type_fly; purpose_groups.csv",
                   "personal, instruction, aerial work, business, public"),
    _plan.flag("is_personal", _PURPOSE == "PERS", "aircraft.type_fly",
               "private trips carry most of the deaths"),
    _plan.flag("is_instructional", _PURPOSE == "INST", "aircraft.type_fly",
               "training: near a field, slow, supervised",
               related="has_student among the crew says the same of most"),
    _plan.flag("is_low_level_work", _PURPOSE.is_in(("AAPL", "AOBV", "BANT", "EXLD", "FIRF",
                                                    "ADRP")), "aircraft.type_fly",
               "wires and stalls near the ground"),
    _plan.flag("is_scheduled", told(_SCHEDULE, ("SCHD",), ("NSCH",)),
        "aircraft.oper_sched", "scheduled service; of joined codes the first"),
    _plan.category("payload", code("oper_pax_cargo"), "aircraft.oper_pax_cargo",
                   "passengers, cargo, mail"),
    _plan.flag("is_international", told(code("oper_dom_int"), ("INT",), ("DOM",)),
        "aircraft.oper_dom_int", "long flights by large aircraft"),
    _plan.category("flight_plan", _PLAN, "aircraft.flt_plan_filed", "none, VFR, IFR"),
    _plan.flag("is_ifr_flight_plan", _PLAN.is_in(("IFR", "VFIF")), "aircraft.flt_plan_filed",
               "a flight meant for cloud, watched by controllers"),
    _plan.flag("has_active_flight_plan", yes("flight_plan_activated"),
               "aircraft.flight_plan_activated", "somebody looks for an overdue flight"),
    _plan.flag("is_sightseeing", yes("site_seeing"), "aircraft.site_seeing",
               "low flight with passengers in terrain"),
    _plan.flag("is_air_medical", yes("air_medical"), "aircraft.air_medical",
               "night, unlit sites, pressure to go"),
    _plan.category("air_medical_kind", code("med_type_flight"), "aircraft.med_type_flight",
                   "emergency, organ transport, discretionary"),
    _plan.flag("is_round_trip", told(code("dest_same_local"), ("LOCL",), ("SAME", "SPEC")),
        "aircraft.dest_same_local", "local flight, returning to where it began"),
    _plan.flag("is_interstate", code("dprt_state") != code("dest_state"),
               "aircraft.dprt_state, dest_state", "cross-country: weather changes on the way"),
    _plan.flag("has_operating_certificate", yes("certs_held"), "aircraft.certs_held",
               "operator certified for commercial flights"),
    _plan.category("work_certificate", code("oper_cert"), "aircraft.oper_cert",
                   "agricultural (137) or external load (133) operator"),
    _plan.flag("is_flown_by_owner", yes("oper_same"), "aircraft.oper_same",
               "operator is the registered owner"),
    _plan.flag("is_operated_from_other_state", code("oper_state") != code("ev_state"),
               "aircraft.oper_state, events.ev_state", "away from the operator's home"),
    _site.number("minutes_since_departure", pl.when(_SAME_ZONE).then(
        inside(_AIRBORNE % 1440, 0, 1080)), "min",
        "events.ev_time, ev_tmzn, aircraft.dprt_time, dprt_timezn",
        "soon after take-off the aircraft is low, slow and full of fuel"),
    _site.number("fuel_on_board_gal", _FUEL, "gal", "aircraft.fuel_on_board",
               "fuel burns after impact; none left explains a forced landing"),
)  # fmt: skip
