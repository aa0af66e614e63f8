"""The land around an accident, read from the elevations of the landing fields around it.

No elevation model is at hand; fields lie where people are, in the valleys, so that the spread of
their elevations understates the peaks between them. What is told of a place is what is told of its
nearest field, if that is within 50 km: worked out once for every field, looked up for each row.
"""

import hashlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hindcast import atomic
from hindcast.features import airports, geography

NEIGHBOURS = 24
RADIUS_KM = 50.0
_NEAR_SM, _WIDE_SM = 25.0, 50.0
_ENOUGH = 4

COLUMNS: dict[str, pl.DataType] = {
    "relief_50km_ft": pl.Float64(),
    "height_above_fields_ft": pl.Float64(),
    "fields_within_25sm": pl.Float64(),
    "fields_within_50sm": pl.Float64(),
    "nearest_public_airport_sm": pl.Float64(),
}

Facts = NDArray[np.float64]
_KEPT: dict[str, Facts] = {}


@lru_cache(maxsize=1)
def of_fields() -> Facts:
    """Return each field's facts in the order of :data:`COLUMNS`, shape (fields, columns).

    ``relief_50km_ft`` is the difference between the second highest and second lowest (one wrong
    elevation says nothing) of the 24 nearest fields within 50 km, ``height_above_fields_ft`` the
    field's elevation above their median; NaN where fewer than four are that near. Then the number
    of other fields within 25 and 50 statute miles, and the distance in statute miles to the nearest
    field with an IATA code, which has scheduled service, or had.
    """
    return _KEPT["facts"] if _KEPT else _worked_out()


def keep(folder: Path) -> None:
    """Take each field's facts from a folder; where they are not there, leave them there.

    They take half a second to work out, most of it to import SciPy, and follow from the landing
    fields alone. A folder that cannot be written to is left as it is.
    """
    path = folder / f"land-{_recipe()}.npy"
    try:
        _KEPT["facts"] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        _KEPT["facts"] = _worked_out()
        with suppress(OSError), atomic.replacing(path) as beside, beside.open("wb") as file:
            np.save(file, _KEPT["facts"])


def _recipe() -> str:
    """Return a fingerprint of the landing fields and of how their facts are worked out."""
    made_by = (airports.source(), *map(Path, (__file__, airports.__file__, geography.__file__)))
    return hashlib.sha256(b"".join(path.read_bytes() for path in made_by)).hexdigest()[:16]


def _worked_out() -> Facts:
    known = airports.fields()
    places = known.points
    apart, index = known.tree.query(places, k=NEIGHBOURS)
    near = np.where(geography.chord_to_km(apart) <= RADIUS_KM, known.elevation_ft[index], np.nan)
    ordered = np.sort(near, axis=1)  # NaN last
    count = np.isfinite(ordered).sum(axis=1)
    rows = np.arange(len(places))
    relief = ordered[rows, np.maximum(count - 2, 0)] - ordered[:, 1]
    middle = ordered[rows, count // 2]
    is_told = count >= _ENOUGH
    public, _ = known.public_tree.query(places)
    return np.stack(
        [
            np.where(is_told, relief, np.nan),
            np.where(is_told, known.elevation_ft - middle, np.nan),
            *(_within(sm) for sm in (_NEAR_SM, _WIDE_SM)),
            geography.chord_to_km(public) / geography.KM_PER_SM,
        ],
        axis=1,
    )


def _within(radius_sm: float) -> NDArray[np.float64]:
    tree = airports.fields().tree
    reach = geography.chord(radius_sm * geography.KM_PER_SM)
    return tree.query_ball_point(tree.data, reach, return_length=True) - 1.0


def facts(nearest: pl.DataFrame) -> pl.DataFrame:
    """Return the land's facts for each row.

    Parameters
    ----------
    nearest
        ``nearest_airport_row`` and ``nearest_airport_sm`` as :func:`hindcast.features.airports`
        finds them; null gives null, and so does a field more than 50 km away.
    """
    row = nearest["nearest_airport_row"].to_numpy()
    km = nearest["nearest_airport_sm"].to_numpy() * geography.KM_PER_SM
    is_near = km <= RADIUS_KM
    told = np.full((len(row), len(COLUMNS)), np.nan)
    told[is_near] = of_fields()[row[is_near].astype(np.int64)]
    return pl.DataFrame(told, schema=COLUMNS).fill_nan(None)


def of_row(row: int | None, distance_sm: float | None) -> dict[str, Any]:
    """Return one row's facts, None where they are not known."""
    if row is None or distance_sm is None or distance_sm * geography.KM_PER_SM > RADIUS_KM:
        return dict.fromkeys(COLUMNS)
    values = of_fields()[row].tolist()
    return {n: None if v != v else v for n, v in zip(COLUMNS, values, strict=True)}
