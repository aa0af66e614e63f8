"""History: what had happened by then, strictly before the flight.

The columns come from :mod:`hindcast.features.history`; shares of fatal accidents are shrunk towards
the overall past share and look no nearer than 30 days, since a death within 30 days counts.
"""

import polars as pl

from hindcast.features.declare import Feature, Group, Horizon, positive

_at = Group("history", Horizon.DISPATCH)
_site = Group("history", Horizon.EVENT)
_SOURCE = "events.ev_date, ev_state, dec_latitude, dec_longitude (earlier events)"
_SHARE = "events.ev_highest_injury of earlier events"


def _counts() -> list[Feature]:
    areas = {"state": "in the state", "100km": "within 100 km"}
    longer = "a longer count of the same events includes the shorter"
    return [
        _at.number(
            f"events_{days}d_{area}", pl.col(f"events_{days}d_{area}"), "events", _SOURCE,
            f"accidents {told} in the {days} days before: how much is flown there, and in what "
            "season", longer,
        )
        for area, told in areas.items() for days in (30, 90, 365)
    ]  # fmt: skip


def _share(what: str, column: str, why: str, at: Group = _at, related: str = "") -> Feature:
    return at.number(f"fatal_share_{column}_past", pl.col(f"fatal_share_{column}_past"), "1",
                     f"{_SHARE}, {what}", why, related)  # fmt: skip


def _since_1982(what: str, column: str, why: str, at: Group = _at) -> Feature:
    name = f"fatal_share_{column}_since_1982"
    source = f"{_SHARE}, {what}; fatal_counts_1982_2007.csv"
    related = f"fatal_share_{column}_past but for what came before 2008"
    return at.number(name, pl.col(name), "1", source, why, related)


_OPERATION = "aircraft.far_part, type_fly"
_TYPE = "aircraft.acft_make, acft_model; airframe_families.csv"
_PHASE = f"Events_Sequence.phase_no, {_TYPE}"

FEATURES = (
    *_counts(),
    _share("aircraft.acft_make", "make", "how often accidents of this make killed so far"),
    _share("aircraft.acft_make, acft_model", "model", "the same by model: speed and strength"),
    _share("events.ev_state", "state", "the same by state: terrain and weather"),
    _share("aircraft.far_part", "far_part", "the same by regulation"),
    _share("aircraft.type_fly", "purpose", "the same by purpose of flight"),
    _at.number("accidents_make_past_log", pl.col("n_make_past").log1p(), "ln(1+n)",
               "aircraft.acft_make of earlier events", "common make, or one of a few"),
    _at.number("accidents_model_past_log", pl.col("n_model_past").log1p(), "ln(1+n)",
               "aircraft.acft_make, acft_model of earlier events", "common type, or one of a few"),
    _at.number("local_share_of_state", pl.col("events_365d_100km") / positive("events_365d_state"),
               "1", _SOURCE, "a busy spot within its state: training fields, resorts"),
    _at.number("season_share_state", pl.col("events_90d_state") / positive("events_365d_state"),
               "1", _SOURCE, "whether the state's flying season is on"),
    _share(_TYPE, "family", "the same by airframe family: all variants and spellings of a type"),
    _at.number("accidents_family_past_log", pl.col("n_family_past").log1p(), "ln(1+n)",
               f"{_TYPE}, of earlier events", "a common family, or one of a few"),
    _share(_OPERATION, "operation", "the same by kind of operator: regulation and purpose",
           related="fatal_share_purpose_past where one regulation prevails"),
    _share(f"{_TYPE}, type_fly", "family_purpose",
           "the same type trains, tours and sprays, and kills in different measure"),
    _since_1982("aircraft.acft_make", "make", "rare makes have their past before 2008"),
    _since_1982("aircraft.acft_make, acft_model", "model", "rare models have theirs"),
    _since_1982(_TYPE, "family", "and so have rare families"),
    _since_1982(f"{_TYPE}, type_fly", "family_purpose", "and what they are used for"),
    _share("airportsdata (nearest landing field)", "airport",
           "past accidents at the same field: its terrain and its traffic", _site),
    _share(_PHASE, "phase_family", "what a phase of flight does to a type", _site),
    _share("Events_Sequence.eventsoe_no, phase_no", "occurrence_phase",
           "the same occurrence kills in one phase and not in another", _site),
    _since_1982(_PHASE, "phase_family", "phases by type have a long past", _site),
)  # fmt: skip
