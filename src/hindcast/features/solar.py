"""Where the sun stands: NOAA's solar calculator, for many places at once or for one."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hindcast.features.geography import Floats

J2000_UTC_SECONDS = 946_728_000  # 2000-01-01 12:00 UTC since 1970-01-01 00:00 UTC
SECONDS_PER_CENTURY = 36_525 * 86_400


class _Maths(NamedTuple):
    """The functions of the formulas: NumPy's for arrays, `math`'s, ten times faster, for one."""

    sin: Any
    cos: Any
    tan: Any
    arcsin: Any
    radians: Any
    degrees: Any
    clip: Any


_OF_MANY = _Maths(np.sin, np.cos, np.tan, np.arcsin, np.radians, np.degrees, np.clip)
_OF_ONE = _Maths(
    *(math.sin, math.cos, math.tan, math.asin, math.radians, math.degrees),
    lambda value, low, high: min(max(value, low), high),
)


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
    seconds, phi, east = (np.asarray(of, dtype=float) for of in (utc_seconds, latitude, longitude))
    return _elevation(_OF_MANY, seconds, phi, east)


def elevation_deg_of_one(utc_seconds: float, latitude: float, longitude: float) -> float:
    """Return what :func:`elevation_deg` gives for one time and place.

    Examples
    --------
    >>> one, many = (sun(1e9, 40.0, -105.0) for sun in (elevation_deg_of_one, elevation_deg))
    >>> abs(one - float(many)) < 1e-9
    True
    """
    return _elevation(_OF_ONE, utc_seconds, latitude, longitude)


def _elevation(of: _Maths, seconds: Any, latitude: Any, longitude: Any) -> Any:
    declination, equation_of_time = _sun(of, (seconds - J2000_UTC_SECONDS) / SECONDS_PER_CENTURY)
    solar_minutes = seconds / 60 % 1440 + equation_of_time + 4 * longitude
    hour_angle = of.radians(solar_minutes / 4 - 180)
    phi = of.radians(latitude)
    sine = of.sin(phi) * of.sin(declination)
    sine = sine + of.cos(phi) * of.cos(declination) * of.cos(hour_angle)
    return of.degrees(of.arcsin(of.clip(sine, -1, 1)))


def _sun(of: _Maths, century: Any) -> tuple[Any, Any]:
    """Return the sun's declination (radians) and the equation of time (minutes)."""
    mean_longitude = of.radians((280.46646 + century * (36000.76983 + century * 0.0003032)) % 360)
    anomaly = of.radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    node = of.radians(125.04 - 1934.136 * century)
    apparent = mean_longitude + of.radians(_centre(of, century, anomaly) - 0.00569)
    apparent -= of.radians(0.00478) * of.sin(node)
    obliquity = of.radians(_mean_obliquity(century) + 0.00256 * of.cos(node))
    declination = of.arcsin(of.sin(obliquity) * of.sin(apparent))
    return declination, _equation_of_time(of, century, mean_longitude, anomaly, obliquity)


def _centre(of: _Maths, century: Any, anomaly: Any) -> Any:
    first = (1.914602 - century * (0.004817 + 0.000014 * century)) * of.sin(anomaly)
    second = (0.019993 - 0.000101 * century) * of.sin(2 * anomaly)
    return first + second + 0.000289 * of.sin(3 * anomaly)


def _mean_obliquity(century: Any) -> Any:
    arc_seconds = 21.448 - century * (46.815 + century * (0.00059 - century * 0.001813))
    return 23 + (26 + arc_seconds / 60) / 60


def _equation_of_time(
    of: _Maths, century: Any, mean_longitude: Any, anomaly: Any, obliquity: Any
) -> Any:
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    y = of.tan(obliquity / 2) ** 2
    angle = (
        y * of.sin(2 * mean_longitude)
        - 2 * eccentricity * of.sin(anomaly)
        + 4 * eccentricity * y * of.sin(anomaly) * of.cos(2 * mean_longitude)
        - y**2 / 2 * of.sin(4 * mean_longitude)
        - 5 / 4 * eccentricity**2 * of.sin(2 * anomaly)
    )
    return 4 * of.degrees(angle)
