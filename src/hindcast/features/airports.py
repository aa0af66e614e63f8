"""The landing field nearest to an accident: how far, how high, and on which clock.

The recorded distance (``apt_dist``) is to the airport of the flight and is blank where the flight
had none; the nearest field is known wherever the position is. Fields are those of the package
``airportsdata`` as it stands today: airports, also private strips, but no heliports or seaplane
bases without an IATA code; a field that closed since the accident is missing.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import airportsdata
import numpy as np
import polars as pl
from numpy.typing import NDArray

from hindcast.features import geography
from hindcast.features.columns import pick

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

_POSITION = {"dec_latitude": pl.Float64, "dec_longitude": pl.Float64}
COLUMNS = (
    "nearest_airport_sm",
    "nearest_airport_elev_ft",
    "nearest_airport_time_zone",
    "nearest_airport_id",
    "nearest_airport_row",
)


@dataclass(frozen=True)
class Fields:
    """Landing fields of the world: their places, and their facts in the same order.

    Places are on the unit sphere, shape (fields, 3); those with an IATA code are public. Elevations
    in ft, time zones as IANA names, identifiers as ICAO or the country gives them.
    """

    points: geography.Floats
    is_public: NDArray[np.bool_]
    elevation_ft: NDArray[np.float64]
    time_zone: NDArray[np.str_]
    identifier: NDArray[np.str_]

    @cached_property
    def tree(self) -> "cKDTree":
        """Return a search tree over all places."""
        return _tree(self.points)

    @cached_property
    def public_tree(self) -> "cKDTree":
        """Return a search tree over the public ones."""
        return _tree(self.points[self.is_public])


def _tree(points: geography.Floats) -> "cKDTree":
    from scipy.spatial import cKDTree  # takes half a second: a server rarely needs it

    return cKDTree(points)


@lru_cache(maxsize=1)
def fields() -> Fields:
    """Return the landing fields, read once per process."""
    known = _read()
    points = geography.unit_vectors(known["lat"].to_numpy(), known["lon"].to_numpy())
    return Fields(
        points,
        (known["iata"] != "").to_numpy(),
        known["elevation"].to_numpy(),
        np.array(known["tz"].to_list()),
        np.array(known["icao"].to_list()),
    )


def source() -> Path:
    """Return the file that the fields are read from."""
    return Path(airportsdata.__file__).with_name("airports.csv")


def _read() -> pl.DataFrame:
    """Return what ``airportsdata.load("ICAO")`` gives, without 28,000 dictionaries in between."""
    numbers, texts = ("lat", "lon", "elevation"), ("icao", "iata", "tz")
    types = dict.fromkeys(numbers, pl.Float64) | dict.fromkeys(texts, pl.String)
    table = pl.read_csv(source(), columns=[*types], schema_overrides=types)
    return table.with_columns(pl.col(texts).fill_null("")).filter(pl.col("icao") != "")


def nearest(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the nearest landing field's facts for each row of ``frame``.

    Parameters
    ----------
    frame
        Has ``dec_latitude`` and ``dec_longitude`` in degrees (WGS84); absent or null gives null.

    Returns
    -------
    polars.DataFrame
        As many rows, in the same order: ``nearest_airport_sm`` (statute miles, great circle),
        ``nearest_airport_elev_ft``, ``nearest_airport_time_zone`` (IANA name),
        ``nearest_airport_id`` and ``nearest_airport_row`` (its number among :func:`fields`).

    Examples
    --------
    >>> place = pl.DataFrame({"dec_latitude": [44.95, None], "dec_longitude": [-93.06, -93.06]})
    >>> nearest(place)["nearest_airport_elev_ft"].to_list()
    [705.0, None]
    """
    places = pick(frame, _POSITION).with_row_index("row").drop_nulls()
    found = _nearest(places["dec_latitude"].to_numpy(), places["dec_longitude"].to_numpy())
    rows = pl.DataFrame({"row": pl.arange(frame.height, eager=True, dtype=pl.UInt32)})
    return rows.join(
        places.select("row").hstack(found),
        on="row",
        how="left",
        validate="1:1",
        maintain_order="left",
    ).drop("row")


def _nearest(latitude: geography.Floats, longitude: geography.Floats) -> pl.DataFrame:
    length, index = fields().tree.query(geography.unit_vectors(latitude, longitude))
    values = (
        geography.chord_to_km(length) / geography.KM_PER_SM,
        fields().elevation_ft[index],
        fields().time_zone[index],
        fields().identifier[index],
        np.asarray(index, dtype=np.int64),
    )
    return pl.DataFrame(dict(zip(COLUMNS, values, strict=True)))
