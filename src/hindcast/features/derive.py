"""Inputs that no eADMS column holds: the type, the landing field, the sun, the past."""

import polars as pl

from hindcast.features import airframe_facts, airports, clock, terrain
from hindcast.features.history import history
from hindcast.features.state import HistoryState
from hindcast.features.sun import sun_elevation


def enrich(
    frame: pl.DataFrame, state: HistoryState | None = None, *, is_release: bool = True
) -> pl.DataFrame:
    """Return the frame with the derived inputs that the catalog draws on.

    Parameters
    ----------
    frame
        One row per event under eADMS names, in any order. A column that the release lacks makes
        what is derived from it null.
    state
        The past up to a date, for rows that come without it (a request, a later release).
    is_release
        Whether the rows together tell which clock their release kept. Requests that come together
        do not: each is read as if it came alone.

    Returns
    -------
    polars.DataFrame
        The same rows in the same order, with ``nearest_airport_sm``, ``nearest_airport_elev_ft``,
        ``nearest_airport_time_zone``, ``nearest_airport_id``, ``local_date``, ``local_hour``,
        ``sun_elevation_deg``, :data:`hindcast.features.airframe_facts.COLUMNS`,
        :data:`hindcast.features.terrain.COLUMNS` and
        :data:`hindcast.features.history.COLUMNS`.
    """
    nearest = airports.nearest(frame)
    placed = frame.hstack(nearest.drop("nearest_airport_row")).hstack(terrain.facts(nearest))
    placed = placed.hstack(airframe_facts.facts(frame))
    timed = placed.hstack(clock.times(placed, is_release=is_release))
    return history(timed.with_columns(sun_elevation(timed)).drop("utc"), state)
