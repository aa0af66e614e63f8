"""Which clock ``ev_date`` and ``ev_time`` were read from, decided for each release and said aloud.

NTSB's dictionary says local time. A release passed on through later systems can hold UTC under the
same names (``avall_2008_2021`` does, dates shifted with the hours), and read as local time it puts
most daylight accidents into the night. Which clock a release keeps shows in its own light codes:
under the right one the sun is up where ``light_cond`` says daylight and down where it says night.
A release without light codes is judged by what nine in ten accidents have in common: they happen by
day (2008-2021: the sun is up at 91% of them, and at 57% when UTC is read as local time).
"""

import logging

import polars as pl

from hindcast.features.columns import pick
from hindcast.features.solar import elevation_deg
from hindcast.features.time_zones import from_utc, place_zone, recorded_zone, to_utc

UTC = "Etc/UTC"
MIN_ROWS = 50
"""Fewest rows that can overrule the dictionary: fewer, as in a request, are taken as local."""

MIN_ADVANTAGE = 0.1
"""By how much more of the light codes must agree under UTC than under local time."""

TWILIGHT_DEG = -6.0
_LIGHT = {"DAYL": True, "NITE": False, "NDRK": False, "NBRT": False}
_INPUTS = {
    "release": pl.String,
    "ev_date": pl.Date,
    "ev_time": pl.Int64,
    "ev_tmzn": pl.String,
    "ev_state": pl.String,
    "light_cond": pl.String,
    "dec_latitude": pl.Float64,
    "dec_longitude": pl.Float64,
    "nearest_airport_sm": pl.Float64,
    "nearest_airport_time_zone": pl.String,
}
_log = logging.getLogger(__name__)


def given_time() -> pl.Expr:
    """Return ``ev_date`` at ``ev_time``, whatever the clock; null for no time of day.

    ``ev_time`` is an integer hhmm: 730 is 07:30, and 2460 or 1275 are no time at all.
    """
    hour, minute = pl.col("ev_time") // 100, pl.col("ev_time") % 100
    is_time = hour.is_between(0, 23) & minute.is_between(0, 59)
    since_midnight = pl.duration(hours=hour, minutes=minute)
    return pl.when(is_time).then(pl.col("ev_date").cast(pl.Datetime("us")) + since_midnight)


def times(frame: pl.DataFrame, *, is_release: bool = True) -> pl.DataFrame:
    """Return when each event happened: in UTC and by the clock on the wall.

    A zone recorded with the row (``ev_tmzn``) is believed; else the clock of the release decides
    (:func:`evidence`).

    Parameters
    ----------
    frame
        Has ``ev_date``, ``ev_time`` (hhmm), the position in degrees and the nearest landing
        field's facts (:func:`hindcast.features.airports.nearest`); ``ev_tmzn``, ``ev_state``,
        ``light_cond`` and ``release`` where they exist.
    is_release
        Whether the rows tell of their release's clock; requests do not, and are taken as local.

    Returns
    -------
    polars.DataFrame
        As many rows, in the same order: ``utc`` (naive Datetime), ``local_date`` (Date) and
        ``local_hour`` (hours since local midnight, 0 to 24); null where date, time or zone is
        unknown.
    """
    facts = _facts(frame)
    releases = _releases_in_utc(facts) if is_release else []
    in_utc = pl.when(pl.col("release").is_in(releases)).then(pl.lit(UTC))
    zoned = facts.with_columns(zone=pl.coalesce("recorded_zone", in_utc, "place_zone"))
    utc = to_utc(zoned["given"], zoned["zone"])
    is_utc = pl.col("zone") == UTC
    place_zones = zoned.select(pl.when(is_utc).then("place_zone")).to_series()
    local = pl.when(is_utc).then(from_utc(utc, place_zones)).otherwise("given")
    return zoned.select(
        utc=utc,
        local_date=local.dt.date(),
        local_hour=local.dt.hour() + local.dt.minute() / 60,
    )


def evidence(frame: pl.DataFrame) -> pl.DataFrame:
    """Return, for each release, how well its light codes fit each clock, and the clock taken.

    Parameters
    ----------
    frame
        As for :func:`times`.

    Returns
    -------
    polars.DataFrame
        One row per release: ``release``, ``n`` (rows with light code, time and place, and no
        recorded zone; in a release without light codes, rows with time and place),
        ``agrees_local`` and ``agrees_utc`` (shares), ``is_utc``.
    """
    return _evidence(_facts(frame))


def _facts(frame: pl.DataFrame) -> pl.DataFrame:
    return pick(frame, _INPUTS).with_columns(
        pl.col("release").fill_null(""),
        recorded_zone=recorded_zone(),
        place_zone=place_zone(),
        given=given_time(),
    )


def _releases_in_utc(facts: pl.DataFrame) -> list[str]:
    if facts.height < MIN_ROWS:
        return []
    decided = _evidence(facts)
    for release, n, local, utc, is_utc in decided.iter_rows():
        clock = "UTC" if is_utc else "local time"
        told = "event times of release %s are read as %s: light agrees %s local, %s UTC (n=%d)"
        _log.info(told, release or "unnamed", clock, _share(local), _share(utc), n)
    return decided.filter("is_utc")["release"].to_list()


def _evidence(facts: pl.DataFrame) -> pl.DataFrame:
    lit = facts.filter(pl.col("recorded_zone").is_null()).with_columns(is_day=_is_day())
    lit = lit.drop_nulls(["is_day", "given", "place_zone", "dec_latitude", "dec_longitude"])
    read_as = {"local": to_utc(lit["given"], lit["place_zone"]), "utc": lit["given"]}
    agrees = lit.select(
        "release", *(_agrees(lit, utc).alias(f"agrees_{clock}") for clock, utc in read_as.items())
    )
    shares = agrees.group_by("release").agg(
        pl.len().alias("n"), pl.col("agrees_local").mean(), pl.col("agrees_utc").mean()
    )
    is_better = pl.col("agrees_utc") - pl.col("agrees_local") > MIN_ADVANTAGE
    is_utc = (pl.col("n") >= MIN_ROWS) & is_better
    return shares.sort("release").with_columns(is_utc=is_utc)


def _is_day() -> pl.Expr:
    """Return what the light code says; by day where the release has too few codes to judge by."""
    code = pl.col("light_cond").replace_strict(_LIGHT, default=None, return_dtype=pl.Boolean)
    is_told = code.is_not_null().sum().over("release") >= MIN_ROWS
    return pl.when(is_told).then(code).otherwise(pl.lit(value=True))


def _agrees(lit: pl.DataFrame, utc: pl.Series) -> pl.Series:
    elevation = elevation_deg(
        utc.dt.epoch("s").cast(pl.Float64).to_numpy(),
        lit["dec_latitude"].to_numpy(),
        lit["dec_longitude"].to_numpy(),
    )
    return pl.Series(elevation > TWILIGHT_DEG) == lit["is_day"]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
