"""Tables as the page prints them: rounded, blank where nothing is told."""

import pandas as pd

LEAST_P = 0.0001


def printed(found: pd.DataFrame, index: str, digits: int = 3) -> pd.DataFrame:
    """Return a table with its numbers rounded, its gaps blank and one column as its names.

    Examples
    --------
    >>> found = pd.DataFrame({"engine": ["jet", "rocket"], "share": [0.12345, None]})
    >>> printed(found, "engine")["share"].to_dict()
    {'jet': 0.123, 'rocket': ''}
    """
    return found.round(digits).set_index(index).astype("object").fillna("")


def odds(found: pd.DataFrame) -> pd.DataFrame:
    """Return odds ratios with two digits and p-values with four, small ones as a bound.

    Parameters
    ----------
    found
        Of `hindcast.analysis.aircraft.effects.adjusted`.
    """
    words = {name: found[name].map(_p_value) for name in ("p_value", "p_holm")}
    return printed(found.assign(**words), "exposure", digits=2)


def _p_value(value: float) -> str:
    if pd.isna(value):
        return ""
    return f"below {LEAST_P}" if value < LEAST_P else f"{value:.4f}"
