"""Text to types: every column is text as the source gave it, and gets the type the schema says.

What cannot be read as its type becomes null and is counted; the text itself is kept beside it.
"""

import polars as pl

from hindcast.checks import schema

RAW = "raw:"
_DATETIMES = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%d/%m/%y %H:%M",
)
_MONTH_FIRST, _DAY_FIRST = "%m/%d/%y %H:%M:%S", "%d/%m/%y %H:%M:%S"
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y")
_TRUE, _FALSE = ("1", "1.0", "true", "y", "yes", "-1"), ("0", "0.0", "false", "n", "no")


def typed(raw: pl.DataFrame, table: str) -> pl.DataFrame:
    """Return ``raw`` with the schema's types and, beside each column, its text as ``raw:<name>``.

    Parameters
    ----------
    raw
        One table, every column text.
    table
        Its eADMS name. Columns the schema does not know stay text.

    Returns
    -------
    pl.DataFrame
        As many rows, in the same order; blank text is null, outer blanks are gone.
    """
    known = schema.dtypes(table)
    columns = [name for name in raw.columns if name != "release"]
    return raw.select(
        *(parsed(name, known.get(name, "text")).alias(name) for name in columns),
        *(pl.col(name).alias(RAW + name) for name in columns),
        "release",
    )


def parsed(name: str, dtype: str) -> pl.Expr:
    """Return the expression that reads text column ``name`` as ``dtype``.

    Examples
    --------
    >>> pl.DataFrame({"n": ["4.0", " 7", "4.5", "x"]}).select(parsed("n", "integer"))["n"].to_list()
    [4, 7, None, None]
    """
    text = pl.col(name).str.strip_chars()
    text = pl.when(text != "").then(text)
    readers = {
        "text": lambda: text,
        "integer": lambda: _whole(_number(text)),
        "real": lambda: _number(text),
        "datetime": lambda: _moment(text),
        "boolean": lambda: _truth(text),
    }
    return readers[dtype]().alias(name)


def _number(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _whole(number: pl.Expr) -> pl.Expr:
    return pl.when(number == number.floor()).then(number.cast(pl.Int64, strict=False))


def _moment(text: pl.Expr) -> pl.Expr:
    moments = [_read_as(text, form) for form in _DATETIMES]
    days = [text.str.to_date(form, strict=False).cast(pl.Datetime("us")) for form in _DATES]
    return pl.coalesce(*moments, _slashed(text), *days)


def _read_as(text: pl.Expr, form: str) -> pl.Expr:
    return text.str.to_datetime(form, time_unit="us", strict=False)


def _slashed(text: pl.Expr) -> pl.Expr:
    """Read one order of day and month for the whole column: the one that more of it fits.

    ``01/02/20 00:00:00`` is either, and which of them the other rows tell. Month first, as
    mdb-export writes it by default, where both fit.
    """
    month_first, day_first = _read_as(text, _MONTH_FIRST), _read_as(text, _DAY_FIRST)
    is_day_first = day_first.is_not_null().sum() > month_first.is_not_null().sum()
    return pl.when(is_day_first).then(day_first).otherwise(month_first)


def _truth(text: pl.Expr) -> pl.Expr:
    word = text.str.to_lowercase()
    return pl.when(word.is_in(_TRUE)).then(True).when(word.is_in(_FALSE)).then(False)
