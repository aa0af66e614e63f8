"""Columns as derived inputs need them, whatever a release has or lacks."""

from collections.abc import Mapping

import polars as pl


def pick(frame: pl.DataFrame, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Return the named columns with the named types; one that the release lacks is all null.

    A release may lack a column altogether (``ev_tmzn`` is in some and not in others): what is
    derived from it is then unknown for every row, not zero. The catalog says which are absent.

    Parameters
    ----------
    frame
        Any frame.
    schema
        Column name to polars type, in the order wanted.

    Raises
    ------
    polars.exceptions.InvalidOperationError
        A column holds a value that its type cannot.

    Examples
    --------
    >>> pick(pl.DataFrame({"ev_time": [730]}), {"ev_time": pl.Int64, "ev_tmzn": pl.String}).row(0)
    (730, None)
    """
    absent = {name: pl.lit(None, dtype) for name, dtype in schema.items() if name not in frame}
    whole = frame.with_columns(**absent) if absent else frame
    return whole.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
