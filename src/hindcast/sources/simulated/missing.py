"""What the forms leave out: more, and other things, when nobody is left to fill them in.

Shares per column for survived, fatal and foreign events are in ``missing.csv``. One latent
thinness per event ties them together, since a thin file is thin in every table; it is drawn
apart from the world, so that gaps follow the outcome and never the other way round.
"""

import numpy as np
import polars as pl
from scipy.special import ndtr

from . import reference
from .chance import stream

_TOGETHER = 0.3


def leave_out(
    tables: dict[str, pl.DataFrame], world: pl.DataFrame, seed: int
) -> dict[str, pl.DataFrame]:
    """Return ``tables`` with gaps: blank, 0 where NTSB's forms write 0, or no row at all.

    A ``part`` of flight_time names type and craft (``*`` any); a first rule that fits a row wins.
    """
    thin = stream(seed, "thin files").normal(size=world.height)
    state = np.where(world["is_foreign"], 2, world["is_fatal"].cast(pl.Int8))
    rules = reference.table("missing")
    return {
        name: _table(name, table, rules.filter(pl.col("table") == name), (thin, state), seed)
        for name, table in tables.items()
    }


def _table(
    name: str,
    table: pl.DataFrame,
    rules: pl.DataFrame,
    about: tuple[np.ndarray, np.ndarray],
    seed: int,
) -> pl.DataFrame:
    rows = table["event"].to_numpy()
    thin, state = (values[rows] for values in about)
    open_rows = np.ones(table.height, dtype=bool)
    for rule in rules.iter_rows(named=True):
        shares = np.array([rule["survived"], rule["fatal"], rule["foreign"]])[state]
        noise = stream(seed, f"missing {name} {rule['columns']}").normal(size=len(about[0]))[rows]
        noise = noise * np.sqrt(1 - _TOGETHER**2)
        here = _part(table, rule["part"]) & open_rows
        gone = here & (ndtr(_TOGETHER * thin + noise) > 1 - shares)
        open_rows &= ~here if rule["part"] else True
        table = _gap(table, gone, rule["columns"].split(), rule["written"])
    return table.drop_nulls("flight_hours") if name == "flight_time" else table


def _part(table: pl.DataFrame, part: str | None) -> np.ndarray:
    if not part:
        return np.ones(table.height, dtype=bool)
    flight_type, craft = part.split()
    fits = (pl.col("flight_type") == flight_type) & (
        pl.lit(craft == "*") | (pl.col("flight_craft") == craft)
    )
    return table.select(fits).to_series().to_numpy()


def _gap(table: pl.DataFrame, gone: np.ndarray, columns: list[str], written: str) -> pl.DataFrame:
    mask = pl.lit(pl.Series(gone))
    zero = written == "0"
    return table.with_columns(
        pl.when(mask)
        .then(pl.lit(0 if zero and table.schema[name].is_numeric() else None))
        .otherwise(pl.col(name))
        .cast(table.schema[name])
        .alias(name)
        for name in columns
    )
