"""Clusters of accidents by HDBSCAN on the sphere, and what a single distance does instead.

Accidents lie along coasts, valleys and roads, so a single distance that joins those of a city also
joins city to city: the largest cluster grows until it holds the country. HDBSCAN looks at all
distances at once, but which clusters it keeps of its tree is a choice as well, and it matters.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.cluster import HDBSCAN

from hindcast.analysis import shares
from hindcast.analysis.places.enough import TooFewError

DISTANCES_KM = (5, 10, 20, 30, 40, 60, 80, 100, 150, 200, 300)
"""What DBSCAN is tried with."""
EARTH_KM = 6371.0088
"""Mean radius."""


def radians(points: pd.DataFrame) -> np.ndarray:
    """Return latitude and longitude in radians, ``(n, 2)``, as the haversine metric wants them."""
    return np.radians(points[["dec_latitude", "dec_longitude"]].to_numpy(float))


def fit(points: pd.DataFrame, least: int, choice: str = "leaf") -> HDBSCAN:
    """Fit HDBSCAN with great-circle distances.

    Parameters
    ----------
    points
        ``dec_latitude, dec_longitude`` in degrees, no missing.
    least
        Smallest cluster; also the number of neighbours that make a place dense.
    choice
        ``leaf`` takes the finest clusters of the tree, ``eom`` those that last longest.

    Raises
    ------
    TooFewError
        There are fewer accidents than a cluster needs.
    """
    if len(points) <= least:
        raise TooFewError(f"{len(points)} accidents with a position: a cluster needs {least}")
    model = HDBSCAN(
        min_cluster_size=least,
        metric="haversine",
        algorithm="ball_tree",
        cluster_selection_method=choice,
        copy=True,
    )
    return model.fit(radians(points))


def largest(labels: np.ndarray) -> dict[str, float]:
    """Return how many clusters there are, the largest one's share, and that of lone accidents.

    Examples
    --------
    >>> largest(np.array([0, 0, 1, -1]))
    {'clusters': 2, 'largest_share': 0.5, 'lone_share': 0.25}
    """
    sizes = np.bincount(labels[labels >= 0])
    return {
        "clusters": len(sizes),
        "largest_share": float(sizes.max(initial=0) / max(len(labels), 1)),
        "lone_share": float((labels < 0).mean()),
    }


def of_tree(model: HDBSCAN | None) -> dict[str, float]:
    """Return `largest` of a fit; without one, of no accident."""
    return largest(model.labels_ if model else np.array([-1]))


def chain(model: HDBSCAN | None, least: int, distances_km: Sequence[float]) -> pd.DataFrame:
    """Return what DBSCAN makes of the same accidents at each distance.

    The clusters are those of DBSCAN* (border points are lone), cut from the tree of `fit`.

    Returns
    -------
    pandas.DataFrame
        ``eps_km, clusters, largest_share, lone_share``.
    """
    rows = [
        {"eps_km": km, **largest(model.dbscan_clustering(km / EARTH_KM, min_cluster_size=least))}
        for km in map(float, distances_km if model else ())
    ]
    return pd.DataFrame(rows, columns=["eps_km", "clusters", "largest_share", "lone_share"])


def choices(points: pd.DataFrame, least: int, seed: int, sample: int = 4000) -> pd.DataFrame:
    """Return what HDBSCAN's own choices do, on a sample and with sizes in proportion to it.

    Returns
    -------
    pandas.DataFrame
        ``choice, least, clusters, largest_share, lone_share``; ``least`` as it would be for all.
    """
    drawn = points.sample(min(sample, len(points)), random_state=seed).sort_index()
    rows: list[dict[str, object]] = []
    for choice in ("eom", "leaf") if len(drawn) > 50 else ():
        for size in (least // 2, least, 2 * least):
            scaled = max(5, round(size * len(drawn) / len(points)))
            found = largest(fit(drawn, scaled, choice).labels_)
            rows.append({"choice": choice, "least": size, **found})
    columns = ["choice", "least", "clusters", "largest_share", "lone_share"]
    return pd.DataFrame(rows, columns=columns)


def summary(points: pd.DataFrame, model: HDBSCAN | None) -> pd.DataFrame:
    """Return one row a cluster, the largest first, as figures about many accidents.

    Parameters
    ----------
    points
        Those of the fit, with ``x_km, y_km``, ``ev_state`` and nullable ``is_fatal``.
    model
        Of `fit`, or None.

    Returns
    -------
    pandas.DataFrame
        ``states`` (up to two that have most of it), ``accidents, known, fatal, region``, centre
        ``x_km, y_km`` and ``radius_km``, within which half of it lies (all to whole kilometres).
    """
    labels = model.labels_ if model else np.full(len(points), -1)
    grouped = points.assign(cluster=labels)[labels >= 0].groupby("cluster")
    rows = [_described(own) for _, own in grouped]
    columns = ["states", "accidents", "known", "fatal", "region", "x_km", "y_km", "radius_km"]
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values(["accidents", "states", "x_km"], ascending=[False, True, True])


def _described(own: pd.DataFrame) -> dict[str, object]:
    x, y = own["x_km"].median(), own["y_km"].median()
    counts = own["ev_state"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    named = [state for state, count in counts.items() if count >= 0.1 * len(own)][:2]
    return {
        "states": " and ".join(named),
        "accidents": len(own),
        "known": int(own["is_fatal"].notna().sum()),
        "fatal": int(own["is_fatal"].sum()),
        "region": own["region"].mode()[0],
        "x_km": round(x),
        "y_km": round(y),
        "radius_km": round(np.hypot(own["x_km"] - x, own["y_km"] - y).median()),
    }


def shown(points: pd.DataFrame, model: HDBSCAN | None, most: int = 12) -> pd.DataFrame:
    """Return the largest clusters as a table for readers: no places, only states and sizes."""
    found = summary(points, model).head(most)
    told = shares.with_intervals(found)[["states", "accidents", "fatal_share", "low", "high"]]
    digits = {"fatal_share": 3, "low": 3, "high": 3}
    return told.assign(radius_km=found["radius_km"]).round(digits).reset_index(drop=True)
