"""Where an event lies: degree-minute-second strings, and the distance to the state's box."""

import polars as pl

from hindcast.checks import reference

TOLERANCE_DEG = 0.5
"""Coasts, lakes and rounding: how far outside its state's box an event may lie."""


def dms_degrees(column: str) -> pl.Expr:
    """Return the decimal degrees of a ``DDMMSSN`` or ``DDDMMSSW`` string; null where malformed.

    Minutes or seconds above 59 are malformed: in such strings the parts lost their leading zeros
    before they were joined, and cannot be told apart any more.

    Examples
    --------
    >>> frame = pl.DataFrame({"latitude": ["381326N", "386126N", "n/a"]})
    >>> frame.select(dms_degrees("latitude").round(4))["latitude"].to_list()
    [38.2239, None, None]
    """
    degrees, minutes, seconds = (_part(column, group).cast(pl.Float64) for group in (1, 2, 3))
    sign = pl.when(_part(column, 4).is_in(["S", "W"])).then(-1.0).otherwise(1.0)
    sound = (minutes < 60) & (seconds < 60)
    value = sign * (degrees + minutes / 60 + seconds / 3600)
    return pl.when(sound).then(value).alias(column)


def is_malformed_dms(column: str) -> pl.Expr:
    """Return whether a string is there and is not degrees, minutes and seconds."""
    return pl.when(pl.col(column).is_not_null()).then(dms_degrees(column).is_null())


def _part(column: str, group: int) -> pl.Expr:
    return (
        pl.col(column).str.to_uppercase().str.extract(r"^(\d{2,3})(\d{2})(\d{2})([NSEW])$", group)
    )


def with_dms(events: pl.DataFrame) -> pl.DataFrame:
    """Return ``events`` with decimal columns, which some releases lack, and the DMS in degrees."""
    strings = {"latitude": "_dms_latitude", "longitude": "_dms_longitude"}
    for column, decimal in (("latitude", "dec_latitude"), ("longitude", "dec_longitude")):
        if column in events.columns:
            events = events.with_columns(dms_degrees(column).alias(strings[column]))
            if decimal not in events.columns:
                events = events.with_columns(pl.lit(None, pl.Float64).alias(decimal))
    return events


def with_box_distances(events: pl.DataFrame) -> pl.DataFrame:
    """Return ``events`` with degrees outside the state's box, as given and as it may be meant.

    Four columns: ``_outside`` as given, ``_outside_east_west`` and ``_outside_north_south`` with
    one sign turned, ``_outside_swapped`` with the two exchanged (and the longitude made western).
    Null where the event has no position, no state, or a state without a box.
    """
    if not {"ev_state", "dec_latitude", "dec_longitude"} <= set(events.columns):
        return events
    boxed = events.select("ev_state", "dec_latitude", "dec_longitude").with_row_index("_row")
    boxes = reference.state_boxes()
    boxed = boxed.join(boxes, left_on="ev_state", right_on="state", how="inner", validate="m:m")
    lat, lon = pl.col("dec_latitude"), pl.col("dec_longitude")
    nearest = boxed.group_by("_row").agg(
        _outside=_outside(lat, lon).min(),
        _outside_east_west=_outside(lat, -lon).min(),
        _outside_north_south=_outside(-lat, lon).min(),
        _outside_swapped=_outside(lon.abs(), -lat.abs()).min(),
    )
    indexed = events.with_row_index("_row")
    joined = indexed.join(nearest, on="_row", how="left", validate="1:1", maintain_order="left")
    return joined.drop("_row").with_columns(_in_any_box=_in_any_box())


def _outside(lat: pl.Expr, lon: pl.Expr) -> pl.Expr:
    sides = (
        pl.col("lat_min") - lat,
        lat - pl.col("lat_max"),
        pl.col("lon_min") - lon,
        lon - pl.col("lon_max"),
    )
    known = lat.is_not_null() & lon.is_not_null()
    return pl.when(known).then(pl.max_horizontal(*sides, 0.0))


def _in_any_box() -> pl.Expr:
    lat, lon = pl.col("dec_latitude"), pl.col("dec_longitude")
    slack = TOLERANCE_DEG
    inside = [
        lat.is_between(south - slack, north + slack) & lon.is_between(west - slack, east + slack)
        for _, south, north, west, east in reference.state_boxes().iter_rows()
    ]
    return pl.any_horizontal(inside)
