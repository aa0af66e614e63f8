"""Code tables that turn the words of NTSB's query pages into eADMS codes."""

from functools import cache

import polars as pl

from hindcast import paths

FIRST_YEAR_OF_NEW_CODES = 2008


@cache
def codes(table: str, column: str) -> dict[str, str]:
    """Return meaning (lower case) -> code; a code stands for itself too.

    Examples
    --------
    >>> codes("aircraft", "damage")["destroyed"], codes("aircraft", "far_part")["091"]
    ('DEST', '091')
    """
    listed = _read("aviationdata_codes.csv").filter(
        (pl.col("table") == table) & (pl.col("column") == column)
    )
    itself = {code.lower(): code for code in listed["code"]}
    return itself | dict(zip(listed["meaning"].str.to_lowercase(), listed["code"], strict=True))


@cache
def countries() -> dict[str, str]:
    """Return country name (lower case) -> NTSB code.

    Examples
    --------
    >>> countries()["united states"]
    'USA'
    """
    listed = _read("countries.csv")
    return dict(zip(listed["name"].str.to_lowercase(), listed["code"], strict=True))


@cache
def states() -> dict[str, str]:
    """Return a state's or sea area's name (lower case) -> two-letter code.

    Examples
    --------
    >>> states()["alaska"]
    'AK'
    """
    listed = _read("states.csv").unique("state", keep="first", maintain_order=True)
    names = dict(zip(listed["state"].str.to_lowercase(), listed["ev_state"], strict=True))
    return {code.lower(): code for code in listed["ev_state"]} | names | codes("events", "ev_state")


@cache
def broad_phases(year: int) -> dict[str, str]:
    """Return broad phase (lower case) -> phase_no in the codes of the era a year belongs to.

    The same number means different things: 550 is a descent before 2008 and a landing after.

    Examples
    --------
    >>> broad_phases(1999)["landing"], broad_phases(2010)["landing"]
    ('570', '550')
    """
    era = "phase_no_2008" if year >= FIRST_YEAR_OF_NEW_CODES else "phase_no_pre_2008"
    listed = _read("broad_phases.csv").filter(pl.col(era).is_not_null())
    return dict(zip(listed["broad_phase"].str.to_lowercase(), listed[era], strict=True))


def coded(column: str, known: dict[str, str]) -> pl.Expr:
    """Return a column with words replaced by codes; what the crosswalk lacks stays as it came."""
    word = pl.col(column).str.strip_chars()
    return word.str.to_lowercase().replace_strict(known, default=word)


def strangers(frame: pl.DataFrame, column: str, known: dict[str, str]) -> dict[str, int]:
    """Return the words of a column that a crosswalk does not know, with their rows."""
    word = pl.col(column).str.strip_chars()
    counts = (
        frame.filter(word.is_not_null() & ~word.str.to_lowercase().is_in(list(known)))
        .group_by(word)
        .len()
        .sort(column)
    )
    return dict(counts.iter_rows())


@cache
def _read(name: str) -> pl.DataFrame:
    return pl.read_csv(paths.reference() / name, infer_schema=False)
