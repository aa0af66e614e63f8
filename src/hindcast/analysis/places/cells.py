"""Accidents in cells of a quarter of a degree: what the interactive map holds instead of places."""

import numpy as np
import pandas as pd

CELL_DEG = 0.25
COLUMNS = ["latitude", "longitude", "accidents", "fatal", "severity_unknown"]


def count(points: pd.DataFrame) -> pd.DataFrame:
    """Return the accidents of each cell that has one, in order of latitude and longitude.

    Parameters
    ----------
    points
        ``dec_latitude, dec_longitude`` in degrees, no missing, and nullable ``is_fatal``.

    Returns
    -------
    pandas.DataFrame
        Centre ``latitude, longitude`` in degrees, ``accidents, fatal, severity_unknown``.
    """
    row, column = (
        np.floor(points[c] / CELL_DEG).astype(int) for c in ("dec_latitude", "dec_longitude")
    )
    grouped = points.assign(row=row, column=column).groupby(["row", "column"])["is_fatal"]
    found = grouped.agg(accidents="size", known="count", fatal="sum").reset_index()
    return found.assign(
        latitude=(found["row"] + 0.5) * CELL_DEG,
        longitude=(found["column"] + 0.5) * CELL_DEG,
        fatal=found["fatal"].astype("int64"),
        severity_unknown=found["accidents"] - found["known"],
    )[COLUMNS]


def layers(points: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the cells of each layer of the map: all, fatal, and the earlier and the later half.

    The halves are of the years that the records span; where they span one, there are none.
    """
    if points.empty:
        return {name: count(points) for name in ("All accidents", "Fatal accidents")}
    first, last = (int(year) for year in (points["ev_year"].min(), points["ev_year"].max()))
    middle = (first + last) // 2
    every = count(points)
    found = {"All accidents": every, "Fatal accidents": every[every["fatal"] > 0]}
    if last > first:
        early = points["ev_year"] <= middle
        found[f"{_span(first, middle)}, all accidents"] = count(points[early])
        found[f"{_span(middle + 1, last)}, all accidents"] = count(points[~early])
    return found


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
