"""Aircraft: what is flown, how old, how powerful, how well kept."""

import polars as pl

from hindcast.features import models
from hindcast.features.declare import (
    Group,
    Horizon,
    code,
    crosswalk,
    days_before_event,
    decoded,
    inside,
    is_any,
    positive,
    told,
    within,
    yes,
)

_at = Group("aircraft", Horizon.DISPATCH)
_AGE = inside(pl.col("ev_date").dt.year() - within("acft_year", 1903, 2100), 0, 110)
_ENGINES = within("num_eng", 0, 8)
_SEATS = within("total_seats", 1, 900)
_WEIGHT = within("cert_max_gr_wt", 200, 1_500_000)
_HOURS = within("afm_hrs", 1, 150_000)
_TYPE = code("eng_type")
_UNIT = code("hp_or_lbs")
_POWER = positive("total_power", 500_000)
_HP = pl.when(_UNIT == "HP").then(inside(_POWER, 10, 30_000))
_THRUST = pl.when(_UNIT == "LBS").then(inside(_POWER, 50, 500_000))
_INSPECTED = days_before_event("date_last_insp", 3650)
_POWER_SOURCE = "engines.power_units, hp_or_lbs"
_FAMILY = models.family()
_TYPES = "aircraft.acft_make, acft_model, homebuilt; airframe_families.csv"


def _trait(column: str) -> pl.Expr:
    """Return a yes/no trait of the type family; null where the family is not in the table."""
    answers = crosswalk("type_families", "family", column)
    kinds = [tuple(f for f, held in answers.items() if held == word) for word in ("yes", "no")]
    return told(_FAMILY, *kinds)


FEATURES = (
    _at.category("make", models.make(),
                 "aircraft.acft_make, homebuilt; make_spellings.csv",
                 "maker, written one way: fleets differ in use and in crashworthiness"),
    _at.category("type_family", _FAMILY, "aircraft.acft_make, acft_model",
                 "type without its variants (PA-28-140 and PA28R are PA28): speed, use and "
                 "strength go with the type"),
    _at.category("design_role", decoded(_FAMILY, crosswalk("type_families", "family", "role")),
                 "aircraft.acft_make, acft_model; type_families.csv",
                 "trainer, tourer, cruiser, sprayer ...: what the type is made for"),
    _at.flag("is_tailwheel_type", _trait("tailwheel"), "acft_model; type_families.csv",
             "tailwheel types end in ground loops, which seldom kill"),
    _at.flag("is_high_wing_type", _trait("high_wing"), "acft_model; type_families.csv",
             "high wings see the ground, low wings the sky; doors and fuel differ"),
    _at.category("aircraft_category", code("acft_category"), "aircraft.acft_category",
                 "airplane, helicopter, glider ...: energy and crash loads differ in kind"),
    _at.flag("is_helicopter", is_any("acft_category", "HELI"), "aircraft.acft_category",
             "vertical loads, dynamic rollover, autorotation"),
    _at.flag("is_homebuilt", yes("homebuilt"), "aircraft.homebuilt",
             "amateur-built: unproven handling, high wing loading, test flights"),
    _at.flag("is_retractable", is_any("fixed_retractable", "RETR"), "aircraft.fixed_retractable",
             "a faster aircraft, and one that can land wheels up without harm"),
    _at.flag("is_unmanned", pl.col("unmanned"), "aircraft.unmanned", "nobody aboard to be killed"),
    _at.number("aircraft_age_years", _AGE, "years", "aircraft.acft_year, events.ev_date",
               "age brings wear and old restraint and seat standards"),
    _at.number("engines_count", _ENGINES, "1", "aircraft.num_eng",
               "two engines: faster, heavier, and asymmetric when one fails"),
    _at.number("engines_listed_count", pl.col("n_engines_listed"), "1", "engines (rows)",
               "engine rows of the aircraft: filled where num_eng is blank",
               related="engines_count counts the same engines"),
    _at.category("engine_type", _TYPE, "engines.eng_type",
                 "reciprocating, turboprop, turboshaft, jet: fleets apart"),
    _at.flag("is_turbine", _TYPE.is_in(("TF", "TJ", "TP", "TS", "GTFN")), "engines.eng_type",
             "turbines: professional crews, higher energy"),
    _at.category("engine_make", models.engine_make(), "engines.eng_mfgr; engine_makes.csv",
                 "certified, automobile or two-stroke engine: how likely it is to stop"),
    _at.flag("is_fuel_injected", told(code("carb_fuel_injection"), ("FINJ",), ("CARB",)),
        "engines.carb_fuel_injection", "no carburettor ice; the faster types have it"),
    _at.category("propeller_type", code("propeller_type"), "engines.propeller_type",
                 "fixed, controllable or ground adjustable: simple or complex aircraft"),
    _at.number("engine_displacement_cuin", models.displacement(), "cu in", "engines.eng_model",
               "size of a piston engine from its name (O-320, TSIO-520), known where power is not"),
    _at.flag("is_turbocharged", models.turbocharged(), "engines.eng_model",
             "keeps its power at altitude: fast types, flown high and in weather"),
    _at.number("engine_hours_total", positive("eng_time_total", 60_000), "hours",
               "engines.eng_time_total", "wear of the engine"),
    _at.number("engine_hours_since_overhaul", positive("eng_time_overhaul", 40_000), "hours",
               "engines.eng_time_overhaul", "an engine fails soon after overhaul or long past it"),
    _at.number("engine_hours_since_inspection", positive("eng_time_last_insp", 10_000), "hours",
               "engines.eng_time_last_insp", "use since somebody looked at the engine"),
    _at.number("power_hp", _HP, "hp", _POWER_SOURCE, "more power: faster and heavier"),
    _at.number("thrust_lbs", _THRUST, "lbf", _POWER_SOURCE, "jets are rated in thrust"),
    _at.number("power_per_seat_hp", _HP / _SEATS, "hp/seat",
               "engines.power_units, aircraft.total_seats",
               "sprayers, aerobatic and high-performance types stand out"),
    _at.number("power_to_weight_hp_per_klb", _HP / _WEIGHT * 1000, "hp/1000 lb",
               "engines.power_units, aircraft.cert_max_gr_wt", "climb in hand when it matters"),
    _at.number("seats_count", _SEATS, "1", "aircraft.total_seats",
               "more seats, more people who may die: the worst one decides the label"),
    _at.number("cabin_crew_seats_count", within("cc_seats", 0, 40), "1", "aircraft.cc_seats",
               "size of an airliner's cabin crew",
               related="grows with passenger_seats_count by rule (14 CFR 121.391), and so with "
               "seats_count"),
    _at.number("passenger_seats_count", within("pax_seats", 0, 900), "1", "aircraft.pax_seats",
               "people who may be aboard", related="seats_count less the crew's"),
    _at.number("max_gross_weight_lb", _WEIGHT, "lb", "aircraft.cert_max_gr_wt",
               "mass, and with it energy and structure",
               related="grows with seats_count, passenger_seats_count, cabin_crew_seats_count and "
               "thrust_lbs on airliners"),
    _at.number("airframe_hours", _HOURS, "hours", "aircraft.afm_hrs", "wear of the airframe"),
    _at.number("airframe_hours_per_year", _HOURS / _AGE.clip(1, None), "hours/year",
               "aircraft.afm_hrs, acft_year", "hangar queen or workhorse"),
    _at.number("hours_since_inspection", within("afm_hrs_last_insp", 0, 5000), "hours",
               "aircraft.afm_hrs_last_insp", "use since somebody looked at the aircraft"),
    _at.number("inspection_age_days", _INSPECTED, "days", "aircraft.date_last_insp, ev_date",
               "time since the last inspection"),
    _at.flag("is_inspection_overdue", _INSPECTED > 396, "aircraft.date_last_insp, ev_date",
             "more than twelve calendar months (14 CFR 91.409): who lets this lapse lets more "
             "lapse"),
    _at.category("inspection_type", code("type_last_insp"), "aircraft.type_last_insp",
                 "annual, 100 hours or continuous: private, rented or airline"),
    _at.category("registration_class", code("acft_reg_cls"), "aircraft.acft_reg_cls",
                 "US or foreign registered, military, not registered"),
    _at.flag("is_ifr_equipped", pl.col("ifr_equipped_cert"), "aircraft.ifr_equipped_cert",
             "flown in cloud by design"),
    _at.flag("has_elt", yes("elt_install"), "aircraft.elt_install",
             "an emergency locator transmitter shortens the search"),
    _at.category("elt_type", code("elt_type"), "aircraft.elt_type",
                 "406 MHz transmitters are heard by satellites, older ones are not"),
    _at.flag("is_elt_mounted", pl.col("elt_mounted_aircraft"), "aircraft.elt_mounted_aircraft",
             "a loose transmitter goes silent"),
    _at.flag("is_elt_connected", pl.col("elt_connected_antenna"), "aircraft.elt_connected_antenna",
             "no antenna, no signal"),
    _at.category("airframe_family", pl.col("airframe_family"), _TYPES,
                 "all variants and spellings of one type together"),
    _at.category("airframe_built_for", pl.col("airframe_built_for"), _TYPES,
                 "trainer, cruiser, sprayer, aerobatic, kit ...: known for nineteen in twenty"),
    _at.category("airframe_engine_kind", pl.col("airframe_engine"), _TYPES,
                 "piston, turboprop, jet, none: from the type where engine rows are missing"),
    _at.category("airframe_wing", pl.col("airframe_wing"), _TYPES,
                 "high, low, biplane, rotor, parachute: what it hits with, and how it comes down"),
    _at.category("airframe_gear", pl.col("airframe_gear"), _TYPES,
                 "tailwheels swerve on the ground, retractable gear goes with speed"),
    _at.number("typical_weight_lb", pl.col("airframe_typical_weight_lb"), "lb", _TYPES,
               "mass of the type, where the record has no certified weight",
               related="max_gross_weight_lb where it is known"),
    _at.number("typical_cruise_kts", pl.col("airframe_typical_cruise_kts"), "kts", _TYPES,
               "speed of the type: energy of a collision at cruise"),
    _at.number("typical_stall_kts", pl.col("airframe_typical_stall_kts"), "kts", _TYPES,
               "slowest touchdown: survivable energy of a forced landing goes with its square",
               related="typical_cruise_kts: fast types stall fast"),
    _at.number("typical_seats", pl.col("airframe_typical_seats"), "1", _TYPES,
               "people the type carries, where the record says nothing",
               related="seats_count where it is known, and typical_weight_lb of airliners"),
)  # fmt: skip
