"""Where the sun stands: NOAA's solar calculator, vectorised."""

import numpy as np
from numpy.typing import ArrayLike

from hindcast.features.geography import Floats

J2000_UTC_SECONDS = 946_728_000  # 2000-01-01 12:00 UTC since 1970-01-01 00:00 UTC
SECONDS_PER_CENTURY = 36_525 * 86_400


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
