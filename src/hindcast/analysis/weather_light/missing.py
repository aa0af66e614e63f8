"""What is missing, for whom, and how far it could move the answer."""

import numpy as np
import pandas as pd

from hindcast.analysis.records import UNKNOWN
from hindcast.analysis.weather_light import standard

FIELDS = {
    "basic weather (IMC or VMC)": "is_imc",
    "light": "is_dark",
    "sun (time and place)": "sun_elevation_deg",
    "visibility": "visibility_sm",
    "ceiling": "ceiling_ft",
    "wind speed": "wind_speed_kts",
    "temperature": "temperature_c",
    "dew point": "dew_point_spread_c",
    "density altitude": "density_altitude_ft",
    "pilot's hours": "pilot_hours",
    "purpose": "purpose_told",
}


def by_severity(known: pd.DataFrame) -> pd.DataFrame:
    """Return the share of accidents that lack each field, fatal ones and others.

    Returns
    -------
    pandas.DataFrame
        ``field, fatal, other``; in the order of the gap, fatal ones lacking more first.
    """
    fatal = known["is_fatal"].astype(bool)
    rows = []
    for name, column in FIELDS.items():
        gone = known[column].isna() | known[column].eq(UNKNOWN).fillna(False).astype(bool)
        rows.append({"field": name, "fatal": gone[fatal].mean(), "other": gone[~fatal].mean()})
    found = pd.DataFrame(rows)
    order = (found["fatal"] - found["other"]).sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def bounds(known: pd.DataFrame) -> pd.DataFrame:
    """Return the crude ratio of IMC under extreme guesses about accidents of unknown weather.

    Returns
    -------
    pandas.DataFrame
        ``guess, IMC, share in IMC, share in VMC, ratio``; the last two rows are the worst cases: no
        guess can give a ratio outside them.
    """
    told = known["is_imc"].astype("object").map({True: True, False: False})
    unknown, fatal = told.isna(), known["is_fatal"].astype(bool)
    guesses = {
        "unknown weather left out": told,
        "all of it VMC": told.mask(unknown, False),
        "all of it IMC": told.mask(unknown, True),
        "IMC only where nobody died": told.mask(unknown, ~fatal),
        "IMC only where somebody died": told.mask(unknown, fatal),
    }
    return pd.DataFrame([{"guess": name, **_ratio(known, imc)} for name, imc in guesses.items()])


def _ratio(known: pd.DataFrame, imc: pd.Series) -> dict[str, float]:
    inside, outside = imc.eq(True), imc.eq(False)
    if not (inside.any() and outside.any()):
        return {"IMC": int(inside.sum())} | dict.fromkeys(
            ("share in IMC", "share in VMC", "ratio"), np.nan
        )
    found = standard.observed(known, [inside, outside])
    return {
        "IMC": int(inside.sum()),
        "share in IMC": found.means[0],
        "share in VMC": found.means[1],
        "ratio": found.means[0] / found.means[1] if found.means[1] else np.nan,
    }
