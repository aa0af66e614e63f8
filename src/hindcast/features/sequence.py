"""Sequence: what is happening, decoded by era into common names.

Before 2008 phase 550 is a descent, from 2008 on a landing: codes are read with their era, through
``phase_codes.csv`` and ``occurrence_groups.csv``. At the event a forecaster knows the defining
occurrence; what followed belongs to the investigation.
"""

import polars as pl

from hindcast.features import models
from hindcast.features.declare import (
    Feature,
    Group,
    Horizon,
    code,
    crosswalk,
    decoded,
    inside,
    is_any,
    yes,
)
from hindcast.features.shared import shared

_now = Group("sequence", Horizon.EVENT)
_later = Group("sequence", Horizon.INVESTIGATION)
_ERA = pl.col("era").fill_null("2008+")


def in_era(column: pl.Expr) -> pl.Expr:
    """Return ``era:code``, the key of the crosswalks."""
    return pl.concat_str(_ERA, column.str.strip_chars(), separator=":")


def _phases(column: str) -> dict[str, str]:
    """Return ``era:code`` to the phase's name, without the codes that say "unknown"."""
    names = crosswalk("phase_codes", ("era", "phase_no"), column)
    return {key: name for key, name in names.items() if name != "Unknown"}


_PHASES = _phases("phase_group")
_PHASE = shared("~phase_key", in_era(pl.col("defining_phase_no")))
_EVENT = shared("~occurrence_key", in_era(pl.col("defining_eventsoe_no")))
_PHASE_NAME = shared("~phase", decoded(_PHASE, _PHASES))
_NAMES = crosswalk("occurrence_groups", "key", "occurrence")
_GROUPS = crosswalk("occurrence_groups", "key", "occurrence_group")
_EVENT_NAME = shared("~occurrence", decoded(_EVENT, _NAMES))
_GROUP = shared("~occurrence_group", decoded(_EVENT, _GROUPS))
_CHAIN = pl.col("occurrences")
_COMPLETE = pl.col("is_sequence_complete").fill_null(value=False)
_PHASE_SOURCE = "Events_Sequence.phase_no; phase_codes.csv"
_EVENT_SOURCE = "Events_Sequence.eventsoe_no, Occurrence_Code; occurrence_groups.csv"
_CHAIN_SOURCE = "Events_Sequence (whole chain); occurrence_groups.csv"

_GROUP_WHY = {
    "loss_of_control_in_flight": "stalls and spirals end at high energy: the first killer",
    "loss_of_control_on_ground": "ground loops and excursions bend metal",
    "controlled_flight_into_terrain": "flown into the ground at cruise speed, unaware",
    "midair": "two aircraft collide in the air",
    "ground_collision": "at walking pace",
    "engine_power": "a forced landing under control is mostly survived",
    "fuel": "engine stops for want of fuel, often far from a field, but without fire",
    "collision_with_object": "wires, trees, poles",
    "abnormal_contact": "hard landings, gear collapses, nose-overs",
    "system": "airframe and systems",
    "vfr_into_imc": "visual pilots in cloud: among the deadliest of all",
    "off_field_landing": "landing where there is no field, mostly slow",
    "fire": "fire or explosion not caused by impact",
}


def _in_group(group: str) -> pl.Expr:
    return group == _GROUP


def _codes(group: str) -> list[str]:
    return [key.partition(":")[2] for key, held in _GROUPS.items()
            if held == group and key.startswith("2008+")]  # fmt: skip


def _chain_has(codes: list[str]) -> pl.Expr:
    """Return whether the chain holds any of ``codes``; null where the chain is not complete.

    Codes are those of 2008 and later: older chains are null.
    """
    held = _CHAIN.list.set_intersection(pl.lit(codes, dtype=pl.List(pl.String))).list.len() > 0
    return pl.when(_COMPLETE & (_ERA == "2008+")).then(held)


def _groups() -> list[Feature]:
    return [
        _now.flag(f"is_{group}", _in_group(group), _EVENT_SOURCE, why)
        for group, why in _GROUP_WHY.items()
    ]


def _chains() -> list[Feature]:
    told = ("loss_of_control_in_flight", "engine_power", "fuel", "collision_with_object",
            "vfr_into_imc", "off_field_landing")  # fmt: skip
    return [
        _later.flag(f"chain_has_{group}", _chain_has(_codes(group)), _CHAIN_SOURCE,
                    f"anywhere in the chain: {_GROUP_WHY[group]}",
                    related=f"is_{group} wherever it is the defining event")
        for group in told
    ]  # fmt: skip


_POSITION = pl.when(_COMPLETE).then(pl.col("defining_position"))
_OTHER = "aircraft (second aircraft)"


def _others() -> list[Feature]:
    make, family = pl.col("other_make"), pl.col("other_family")
    phase = decoded(in_era(pl.col("other_phase_no")), _PHASES)
    return [
        _now.category("other_aircraft_phase", phase, "Events_Sequence.phase_no (second aircraft)",
                      "one lands on another, or two meet at cruise"),
        _now.flag("is_other_of_same_make", make == models.make(), f"{_OTHER}.acft_make",
                  "two of one operator: a school, a formation"),
        _now.flag("is_other_of_same_family", family == pl.col("airframe_family"),
                  f"{_OTHER}.acft_make, acft_model; airframe_families.csv",
                  "two of one fleet or one formation"),
        _now.flag("is_other_homebuilt", yes("other_homebuilt"), f"{_OTHER}.homebuilt",
                  "an amateur-built aircraft on the other side"),
        _now.number("other_engines_count", inside(pl.col("other_num_eng"), 0, 8), "1",
                    f"{_OTHER}.num_eng", "size and speed of the other one"),
        _now.number("other_seats_count", inside(pl.col("other_total_seats"), 1, 900), "1",
                    f"{_OTHER}.total_seats", "people aboard the other one"),
        _now.number("other_weight_ratio",
                    pl.col("other_weight_lb") / pl.col("airframe_typical_weight_lb"), "1",
                    f"{_OTHER}.acft_make, acft_model; airframe_families.csv",
                    "the lighter of two takes the blow"),
        _now.category("other_purpose", code("other_type_fly"), f"{_OTHER}.type_fly",
                      "what the other flight was for"),
        _now.number("event_crew_count", pl.col("event_crew"), "1", "Flight_Crew (all aircraft)",
                    "those who fly in all aircraft of the event",
                    related="crew_count where there is one aircraft"),
    ]  # fmt: skip


def _of_phase(*names: str) -> pl.Expr:
    return _PHASE_NAME.is_in(names)


FEATURES = (
    _now.category("phase", _PHASE_NAME, _PHASE_SOURCE,
                  "phase of flight sets height and speed, and so energy"),
    _now.category("phase_detail", decoded(_PHASE, _phases("phase")),
                  _PHASE_SOURCE, "detailed phase where the record has one"),
    _now.category("occurrence", _EVENT_NAME, _EVENT_SOURCE, "the defining event"),
    _now.category("occurrence_group", _GROUP, _EVENT_SOURCE,
                  "the defining event in a few kinds with one name in both eras"),
    *_groups(),
    _now.flag("is_stall_or_spin", _EVENT_NAME == "aerodynamic_stall_spin", _EVENT_SOURCE,
              "a wing that stops flying near the ground"),
    _now.flag("is_total_power_loss", _EVENT_NAME == "total_power_loss", _EVENT_SOURCE,
              "no go-around left"),
    _now.flag("is_landing_phase", _of_phase("Landing"), _PHASE_SOURCE,
              "at the runway and slow: half of all accidents, few of the deaths"),
    _now.flag("is_take_off_or_climb_phase", _of_phase("Takeoff", "Initial climb"),
              _PHASE_SOURCE, "full power, heavy, low"),
    _now.flag("is_maneuvering_phase", _of_phase("Maneuvering"), _PHASE_SOURCE,
              "low turns, buzzing, aerobatics, spraying"),
    _now.flag("is_high_energy_phase", _of_phase("Enroute", "Maneuvering",
                                                "Uncontrolled descent"), _PHASE_SOURCE,
              "away from the runway, at speed"),
    _now.flag("is_on_ground_phase", _of_phase("Standing", "Taxi"), _PHASE_SOURCE,
              "people are killed by propellers, hardly by impact"),
    _now.number("aircraft_in_event_count", pl.col("n_aircraft"), "1", "aircraft (rows)",
                "collisions involve two"),
    _now.flag("is_midair_collision", is_any("mid_air", "Y"), "events.mid_air",
              "as the event's own column says", related="is_midair is the same from the sequence"),
    _now.flag("is_ground_collision_reported", is_any("on_ground_collision", "Y"),
              "events.on_ground_collision", "as the event's own column says",
              related="not is_midair and not is_midair_collision: of two aircraft, elsewhere "
                      "than in the air is on the ground"),
    _now.category("other_aircraft_category", code("other_acft_category"),
                  "aircraft.acft_category (second aircraft)", "what the other one is"),
    _now.category("other_aircraft_far_part", code("other_far_part").str.replace(r"^0+", ""),
                  "aircraft.far_part (second aircraft)", "private, airline, sprayer"),
    _now.category("reported_phase", decoded(
        pl.concat_str(pl.lit("pre-2008"), code("phase_flt_spec"), separator=":"),
        _PHASES), "aircraft.phase_flt_spec; phase_codes.csv",
        "phase as the aircraft's own old-scheme column gives it"),
    _later.number("occurrences_count", pl.when(_COMPLETE).then(_CHAIN.list.len()), "1",
                  _CHAIN_SOURCE, "length of the chain"),
    *_chains(),
    _later.flag("chain_has_fire_after_impact", _chain_has(["170", "180"]), _CHAIN_SOURCE,
                "fire or explosion after impact"),
    _later.category("first_phase", decoded(
        in_era(pl.when(_COMPLETE).then(pl.col("phases").list.first())),
        _PHASES), _CHAIN_SOURCE, "where the chain began"),
    _later.category("last_phase", decoded(
        in_era(pl.when(_COMPLETE).then(pl.col("phases").list.last())),
        _PHASES), _CHAIN_SOURCE, "where the chain ended"),
    *_others(),
    _now.category("phase_and_occurrence", pl.concat_str(_PHASE_NAME, _EVENT_NAME, separator=": "),
                  f"{_PHASE_SOURCE}; occurrence_groups.csv",
                  "the same occurrence is another accident in another phase"),
    _later.category("first_occurrence", decoded(
        in_era(pl.when(_COMPLETE).then(_CHAIN.list.first())), _NAMES), _CHAIN_SOURCE,
        "what set it off, where that is not the defining event"),
    _later.category("last_occurrence", decoded(
        in_era(pl.when(_COMPLETE).then(_CHAIN.list.last())), _NAMES), _CHAIN_SOURCE,
        "how it ended: in a forced landing, or in terrain"),
    _later.number("defining_position", _POSITION, "1", _CHAIN_SOURCE,
                  "0 where the defining event opens the chain: nothing announced it"),
    _later.flag("chain_has_descent", pl.when(_COMPLETE & (_ERA == "2008+")).then(
        pl.col("phases").list.set_intersection(
            pl.lit(["600", "650"], dtype=pl.List(pl.String))).list.len() > 0),
        "Events_Sequence.phase_no (whole chain)", "an emergency or uncontrolled descent in it"),
    _later.flag("chain_has_terrain", _chain_has(["120", "470"]), _CHAIN_SOURCE,
                "controlled flight into terrain, or a collision with it, at the end"),
)  # fmt: skip
