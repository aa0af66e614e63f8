"""Text as ``mdb-export -D '%Y-%m-%d %H:%M:%S'`` writes it, gzipped so that bytes are the same."""

import gzip
from pathlib import Path

import polars as pl

from hindcast import atomic

_STAMP = "%Y-%m-%d %H:%M:%S"


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return every column of ``frame`` as text: whole reals without ``.0``, booleans as 1 and 0.

    Examples
    --------
    >>> as_text(pl.DataFrame({"vis_sm": [10.0, 0.25], "unmanned": [True, None]})).rows()
    [('10', '1'), ('0.25', None)]
    """
    return frame.select(_text(pl.col(name), dtype) for name, dtype in frame.schema.items())


def _text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_temporal():
        return column.cast(pl.Datetime).dt.strftime(_STAMP)
    if dtype.is_float():
        return column.round(6).cast(pl.String).str.strip_suffix(".0")
    if dtype == pl.Boolean:
        return column.cast(pl.Int8).cast(pl.String)
    return column.cast(pl.String)


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write ``frame`` as gzipped CSV; neither clock time nor file name goes into the bytes."""
    text = frame.write_csv(quote_style="necessary").encode("utf-8")
    with atomic.replacing(path) as beside:
        beside.write_bytes(gzip.compress(text, compresslevel=6, mtime=0))
