"""History: what had happened by then, strictly before the flight.

The columns come from :mod:`hindcast.features.history`; shares of fatal accidents are shrunk towards
the overall past share and look no nearer than 30 days, since a death within 30 days counts.
"""

import polars as pl

from hindcast.features.declare import Feature, Group, Horizon, positive

_at = Group("history", Horizon.DISPATCH)
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


def _share(what: str, column: str, why: str) -> Feature:
    return _at.number(f"fatal_share_{column}_past", pl.col(f"fatal_share_{column}_past"), "1",
                      f"{_SHARE}, {what}", why)  # fmt: skip


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
)  # fmt: skip
