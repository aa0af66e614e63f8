"""How high the sun stood over the accident: daylight from place and time, not from a code.

``light_cond`` is filled in by the investigator and often blank; the sun's place never is, where
position and time are known.
"""

import polars as pl

from hindcast.features.columns import pick
from hindcast.features.solar import elevation_deg

_INPUTS = {"utc": pl.Datetime("us"), "dec_latitude": pl.Float64, "dec_longitude": pl.Float64}


def sun_elevation(frame: pl.DataFrame) -> pl.Series:
    """Return ``sun_elevation_deg`` for each row; null where time or position is unknown.

    Parameters
    ----------
    frame
        Has ``utc`` (naive Datetime, :func:`hindcast.features.clock.times`) and the position in
        degrees.
    """
    facts = pick(frame, _INPUTS)
    degrees = elevation_deg(
        facts["utc"].dt.epoch("s").cast(pl.Float64).to_numpy(),
        facts["dec_latitude"].to_numpy(),
        facts["dec_longitude"].to_numpy(),
    )
    return pl.Series("sun_elevation_deg", degrees).fill_nan(None)
