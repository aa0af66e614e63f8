"""How high the sun stood over the accident: daylight from place and time, not from a code.

``light_cond`` is filled in by the investigator and often blank; the sun's place never is, where
position and time are known.
"""

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from hindcast.features.columns import pick
from hindcast.features.geography import Floats
from hindcast.features.time_zones import to_utc, zones

J2000_UTC_SECONDS = 946_728_000  # 2000-01-01 12:00 UTC since 1970-01-01 00:00 UTC
SECONDS_PER_CENTURY = 36_525 * 86_400
_INPUTS = {
    "ev_date": pl.Date,
    "ev_time": pl.Int64,
    "ev_tmzn": pl.String,
    "ev_state": pl.String,
    "dec_latitude": pl.Float64,
    "dec_longitude": pl.Float64,
    "nearest_airport_sm": pl.Float64,
    "nearest_airport_time_zone": pl.String,
}


def elevation_deg(utc_seconds: ArrayLike, latitude: ArrayLike, longitude: ArrayLike) -> Floats:
    """Return the elevation of the sun's centre over the horizon, in degrees, without refraction.

    NOAA's solar calculator (after Meeus, *Astronomical Algorithms*): within 0.02 degrees between
    1900 and 2100. Sunrise and sunset are at about -0.83, civil twilight ends at -6.

    Parameters
    ----------
    utc_seconds
        Seconds since 1970-01-01 00:00 UTC.
    latitude, longitude
        Degrees, north and east positive.

    Examples
    --------
    Noon of an equinox on the equator, near the Greenwich meridian: almost overhead.

    >>> round(float(elevation_deg(1_679_313_600, 0.0, 0.0)))
    88
    """
    seconds = np.asarray(utc_seconds, dtype=float)
    declination, equation_of_time = _sun((seconds - J2000_UTC_SECONDS) / SECONDS_PER_CENTURY)
    solar_minutes = seconds / 60 % 1440 + equation_of_time + 4 * np.asarray(longitude)
    hour_angle = np.radians(solar_minutes / 4 - 180)
    phi = np.radians(latitude)
    sine = np.sin(phi) * np.sin(declination)
    sine += np.cos(phi) * np.cos(declination) * np.cos(hour_angle)
    return np.degrees(np.arcsin(np.clip(sine, -1, 1)))


def _sun(century: Floats) -> tuple[Floats, Floats]:
    """Return the sun's declination (radians) and the equation of time (minutes)."""
    mean_longitude = np.radians((280.46646 + century * (36000.76983 + century * 0.0003032)) % 360)
    anomaly = np.radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    node = np.radians(125.04 - 1934.136 * century)
    apparent = mean_longitude + np.radians(_centre(century, anomaly) - 0.00569)
    apparent -= np.radians(0.00478) * np.sin(node)
    obliquity = np.radians(_mean_obliquity(century) + 0.00256 * np.cos(node))
    declination = np.arcsin(np.sin(obliquity) * np.sin(apparent))
    return declination, _equation_of_time(century, mean_longitude, anomaly, obliquity)


def _centre(century: Floats, anomaly: Floats) -> Floats:
    first = (1.914602 - century * (0.004817 + 0.000014 * century)) * np.sin(anomaly)
    second = (0.019993 - 0.000101 * century) * np.sin(2 * anomaly)
    return first + second + 0.000289 * np.sin(3 * anomaly)


def _mean_obliquity(century: Floats) -> Floats:
    arc_seconds = 21.448 - century * (46.815 + century * (0.00059 - century * 0.001813))
    return 23 + (26 + arc_seconds / 60) / 60


def _equation_of_time(
    century: Floats, mean_longitude: Floats, anomaly: Floats, obliquity: Floats
) -> Floats:
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    y = np.tan(obliquity / 2) ** 2
    angle = (
        y * np.sin(2 * mean_longitude)
        - 2 * eccentricity * np.sin(anomaly)
        + 4 * eccentricity * y * np.sin(anomaly) * np.cos(2 * mean_longitude)
        - y**2 / 2 * np.sin(4 * mean_longitude)
        - 5 / 4 * eccentricity**2 * np.sin(2 * anomaly)
    )
    return 4 * np.degrees(angle)


def local_time() -> pl.Expr:
    """Return ``ev_date`` at ``ev_time`` as a naive local time; null for no time of day.

    ``ev_time`` is an integer hhmm: 730 is 07:30, and 2460 or 1275 are no time at all.
    """
    hour, minute = pl.col("ev_time") // 100, pl.col("ev_time") % 100
    is_time = hour.is_between(0, 23) & minute.is_between(0, 59)
    since_midnight = pl.duration(hours=hour, minutes=minute)
    return pl.when(is_time).then(pl.col("ev_date").cast(pl.Datetime("us")) + since_midnight)


def sun_elevation(frame: pl.DataFrame) -> pl.Series:
    """Return ``sun_elevation_deg`` for each row; null where date, time or position is missing.

    Parameters
    ----------
    frame
        Has ``ev_date``, ``ev_time`` (hhmm, local), the position in degrees and the nearest landing
        field's facts (:func:`hindcast.features.airports.nearest`); ``ev_tmzn`` and ``ev_state``
        where the release has them.
    """
    facts = pick(frame, _INPUTS)
    utc = to_utc(facts.select(local=local_time()).to_series(), zones(facts))
    known = facts.select("dec_latitude", "dec_longitude", seconds=utc.dt.epoch("s"))
    degrees = elevation_deg(
        known["seconds"].cast(pl.Float64).to_numpy(),
        known["dec_latitude"].to_numpy(),
        known["dec_longitude"].to_numpy(),
    )
    return pl.Series("sun_elevation_deg", degrees).fill_nan(None)
