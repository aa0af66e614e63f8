"""The clock an accident's time was read from, and what it was in UTC.

``ev_time`` is local time; the column that names the zone (``ev_tmzn``) is missing in many
releases. The zone is then the state's, where the whole state keeps one; else that of the nearest
landing field; far from any field (at sea), the nautical zone of the longitude.
"""

from functools import lru_cache

import polars as pl

from hindcast import paths

FAR_FROM_LAND_SM = 100.0


@lru_cache(maxsize=2)
def _table(name: str, key: str) -> dict[str, str]:
    table = pl.read_csv(paths.reference() / name, columns=[key, "time_zone"])
    return dict(table.drop_nulls().iter_rows())


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


def zones(frame: pl.DataFrame) -> pl.Series:
    """Return the IANA time zone of each row; null where nothing tells it.

    Parameters
    ----------
    frame
        Has ``ev_tmzn``, ``ev_state``, ``dec_longitude`` (degrees), ``nearest_airport_sm`` and
        ``nearest_airport_time_zone``.
    """
    near = pl.col("nearest_airport_sm") <= FAR_FROM_LAND_SM
    recorded = _table("time_zone_codes.csv", "code")
    of_state = _table("state_time_zones.csv", "state")
    return frame.select(
        pl.coalesce(
            pl.col("ev_tmzn").replace_strict(recorded, default=None, return_dtype=pl.String),
            pl.col("ev_state").replace_strict(of_state, default=None, return_dtype=pl.String),
            pl.when(near).then("nearest_airport_time_zone"),
            nautical(pl.col("dec_longitude")),
        ).alias("time_zone")
    ).to_series()


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
    times = pl.DataFrame({"local": local, "zone": zone}).with_row_index("row")
    parts = times.drop_nulls().partition_by("zone", as_dict=True)
    known = [
        part.select("row", utc=_in_utc(part["local"], name)) for (name,), part in parts.items()
    ]
    empty = pl.DataFrame(schema={"row": pl.UInt32, "utc": local.dtype})
    return times.join(
        pl.concat([empty, *known]), on="row", how="left", validate="1:1", maintain_order="left"
    )["utc"]


def _in_utc(local: pl.Series, zone: str) -> pl.Series:
    there = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return there.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
