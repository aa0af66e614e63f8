"""The time zone of a place, and times between zones.

The column that names the zone (``ev_tmzn``) is missing in many releases. The zone is then the
state's, where the whole state keeps one; else that of the nearest landing field; far from any
field (at sea), the nautical zone of the longitude.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import polars as pl

from hindcast import paths

FAR_FROM_LAND_SM = 100.0


def nautical(longitude: pl.Expr) -> pl.Expr:
    """Return the zone at sea by longitude (degrees east): one hour for each 15 degrees.

    Examples
    --------
    IANA writes these zones with the sign turned round:

    >>> pl.select(nautical(pl.lit(-93.0))).item()
    'Etc/GMT+6'
    """
    hours = (longitude / 15).round().cast(pl.Int64)
    sign = pl.when(hours > 0).then(pl.lit("-")).otherwise(pl.lit("+"))
    return pl.format("Etc/GMT{}{}", sign, hours.abs())


def recorded_zone() -> pl.Expr:
    """Return the zone that ``ev_tmzn`` names, null where it names none that is unambiguous.

    AST is not believed: Alaska and the Atlantic both use it.
    """
    return _looked_up("ev_tmzn", "time_zone_codes.csv", "code")


def place_zone() -> pl.Expr:
    """Return the time zone kept at a place; null where neither state nor position is known.

    It takes ``ev_state``, ``dec_longitude`` (degrees), ``nearest_airport_sm`` and
    ``nearest_airport_time_zone``.
    """
    return pl.coalesce(
        _looked_up("ev_state", "state_time_zones.csv", "state"),
        pl.when(pl.col("nearest_airport_sm") <= FAR_FROM_LAND_SM).then("nearest_airport_time_zone"),
        nautical(pl.col("dec_longitude")),
    )


@lru_cache(maxsize=2)
def _looked_up(column: str, table: str, key: str) -> pl.Expr:
    zones = pl.read_csv(paths.reference() / table, columns=[key, "time_zone"]).drop_nulls()
    return pl.col(column).replace_strict(
        zones[key], zones["time_zone"], default=None, return_dtype=pl.String
    )


def to_utc(local: pl.Series, zone: pl.Series) -> pl.Series:
    """Return local times as naive UTC, under each zone's rules on that date (daylight time too).

    A time that the spring change skips does not exist and becomes null; one that the autumn change
    repeats is taken as the earlier.

    Examples
    --------
    >>> from datetime import datetime
    >>> summer, winter = datetime(2010, 7, 1, 12), datetime(2010, 1, 1, 12)
    >>> where = pl.Series(["America/Chicago"] * 2)
    >>> to_utc(pl.Series([summer, winter]), where).dt.hour().to_list()
    [17, 18]
    """
    return _by_zone(local, zone, _in_utc)


def from_utc(utc: pl.Series, zone: pl.Series) -> pl.Series:
    """Return naive UTC as the local time of each zone.

    Examples
    --------
    >>> from datetime import datetime
    >>> from_utc(pl.Series([datetime(2010, 7, 1, 17)]), pl.Series(["America/Chicago"])).dt.hour()[0]
    12
    """
    return _by_zone(utc, zone, _from_utc)


def _by_zone(
    times: pl.Series, zone: pl.Series, convert: Callable[[pl.Expr, str], pl.Expr]
) -> pl.Series:
    """Convert the times of one zone at a time: an expression takes one zone for all its rows."""
    converted = np.full(len(times), np.datetime64("NaT", "us"))
    rows = pl.DataFrame({"row": np.arange(len(times)), "time": times, "zone": zone}).drop_nulls()
    for (of,), part in rows.partition_by("zone", as_dict=True).items():
        there = part.select(convert(pl.col("time"), of)).to_series()
        converted[part["row"].to_numpy()] = there.to_numpy()
    return pl.Series(times.name, converted)


def _in_utc(local: pl.Expr, zone: str) -> pl.Expr:
    there = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return there.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _from_utc(utc: pl.Expr, zone: str) -> pl.Expr:
    return utc.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
