"""Reference tables the rules compare with: code lists, eras' codes, state boxes."""

from functools import cache

import polars as pl

from hindcast import paths

FIRST_YEAR_OF_NEW_CODES = 2008


def read(name: str) -> pl.DataFrame:
    """Return ``data/reference/<name>.csv`` as text columns."""
    return pl.read_csv(paths.reference() / f"{name}.csv", infer_schema=False)


@cache
def code_lists() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the codes that NTSB uses in each column, by table and column.

    Examples
    --------
    >>> code_lists()["events", "wx_cond_basic"]
    ('IMC', 'UNK', 'VMC')
    """
    listed = read("code_lists").group_by("table", "column", maintain_order=True).agg("code")
    return {(table, column): tuple(codes) for table, column, codes in listed.iter_rows()}


@cache
def phases(era: str) -> tuple[str, ...]:
    """Return the phase-of-flight codes of an era; the same number means another phase in the other.

    Examples
    --------
    >>> "540" in phases("pre-2008"), "540" in phases("2008+")
    (True, False)
    """
    return tuple(read("phase_codes").filter(era=era)["phase_no"])


@cache
def occurrences(era: str) -> tuple[str, ...]:
    """Return the occurrence codes of an era.

    Examples
    --------
    >>> "240" in occurrences("2008+"), "250" in occurrences("pre-2008")
    (True, True)
    """
    return tuple(read("occurrence_codes").filter(era=era)["occurrence_code"])


@cache
def state_boxes() -> pl.DataFrame:
    """Return boxes in degrees; a state over the 180th meridian, or an ocean, has two."""
    numbers = [pl.col("^(lat|lon)_(min|max)$").cast(pl.Float64)]
    return read("state_boxes").select("state", *numbers)


def era_of(year: pl.Expr) -> pl.Expr:
    """Return the coding era of a year: NTSB changed its codes with the events of 2008.

    Examples
    --------
    >>> pl.DataFrame({"y": [2007, 2008, None]}).select(era_of(pl.col("y")))["era"].to_list()
    ['pre-2008', '2008+', None]
    """
    old = pl.when(year < FIRST_YEAR_OF_NEW_CODES).then(pl.lit("pre-2008"))
    return old.when(year.is_not_null()).then(pl.lit("2008+")).alias("era")
