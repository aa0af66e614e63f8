"""Distances on the globe, and points as a search tree takes them."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG (Moritz, Geodetic Reference System 1980)
KM_PER_SM = 1.609344  # the international statute mile

Floats = NDArray[np.float64]


def unit_vectors(latitude: ArrayLike, longitude: ArrayLike) -> Floats:
    """Return points on the unit sphere.

    A straight line between two of them (a chord) grows with their distance on the ground, also
    across the antimeridian and at the poles, so an ordinary search tree finds true neighbours.

    Parameters
    ----------
    latitude, longitude
        Degrees, north and east positive; n values each.

    Returns
    -------
    ndarray of shape (n, 3)

    Examples
    --------
    >>> unit_vectors([90.0], [0.0]).round(9).tolist()
    [[0.0, 0.0, 1.0]]
    """
    phi, lam = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def chord(distance_km: float) -> float:
    """Return the chord of the unit sphere under a distance on the ground in km."""
    return 2 * float(np.sin(distance_km / EARTH_RADIUS_KM / 2))


def chord_to_km(length: ArrayLike) -> Floats:
    """Return the distance on the ground in km under chords of the unit sphere.

    Examples
    --------
    >>> round(float(chord_to_km(chord(100.0))), 9)
    100.0
    """
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(np.asarray(length) / 2, 1.0))


def great_circle_km(
    latitude: ArrayLike, longitude: ArrayLike, to_latitude: ArrayLike, to_longitude: ArrayLike
) -> Floats:
    """Return great-circle distances in km between points given in degrees.

    The globe is taken as a sphere: within 0.6% of the ellipsoid, which is far below the error of
    the coordinates in the records.

    Examples
    --------
    One degree of the equator:

    >>> round(float(great_circle_km(0.0, 0.0, 0.0, 1.0)), 2)
    111.2
    """
    apart = unit_vectors(latitude, longitude) - unit_vectors(to_latitude, to_longitude)
    return chord_to_km(np.linalg.norm(apart, axis=-1))
