"""How faults are put into tables of text: which rows, and by what kind of change."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from .chance import stream

Change = Callable[[pl.DataFrame, pl.Series, np.random.Generator], pl.DataFrame]
_LEAST_ROWS = 2


@dataclass(frozen=True)
class Fault:
    """One kind of fault: where, in what share of the rows, why it is there, and how it is made.

    ``column`` is the column that shows it; only rows where it is filled, and ``among`` holds, are
    spoilt, and no row twice in the same column. At least two rows are, however small the set.
    """

    id: str
    table: str
    column: str
    rate: float
    why: str
    change: Change
    among: pl.Expr = pl.lit(True)  # noqa: RUF009 (an expression is immutable)


def put(column: str, *values: str | None) -> Change:
    """Write one of ``values`` into ``column``, whatever stood there."""

    def change(table: pl.DataFrame, rows: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
        drawn = pl.Series(values, dtype=pl.String).gather(rng.integers(0, len(values), len(rows)))
        return table.with_columns(table[column].scatter(rows, drawn))

    return change


def edit(**expressions: pl.Expr) -> Change:
    """Replace columns by expressions over the row itself."""

    def change(table: pl.DataFrame, rows: pl.Series, _: np.random.Generator) -> pl.DataFrame:
        changed = table[rows].select(
            expression.cast(pl.String).alias(name) for name, expression in expressions.items()
        )
        return table.with_columns(
            table[name].scatter(rows, changed[name]) for name in changed.columns
        )

    return change


def again(**expressions: pl.Expr) -> Change:
    """Append copies of rows, with columns replaced: a repeated key, or a row without a parent."""

    def change(table: pl.DataFrame, rows: pl.Series, _: np.random.Generator) -> pl.DataFrame:
        copies = table[rows].with_columns(
            expression.cast(pl.String).alias(name) for name, expression in expressions.items()
        )
        return pl.concat([table, copies])

    return change


def emptied(share: float, keep: tuple[str, ...]) -> Change:
    """Blank every column but ``keep`` with probability ``share``."""

    def change(table: pl.DataFrame, rows: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
        for name in (c for c in table.columns if c not in keep):
            gone = rows.filter(pl.Series(rng.random(len(rows)) < share))
            table = table.with_columns(table[name].scatter(gone, None))
        return table

    return change


def blanked(
    tables: dict[str, pl.DataFrame], columns: dict[str, tuple[str, ...]]
) -> dict[str, pl.DataFrame]:
    """Return ``tables`` with whole ``columns`` emptied: they are there, and hold nothing."""
    return {
        name: table.with_columns(
            pl.lit(None, pl.String).alias(column) for column in columns.get(name, ())
        )
        for name, table in tables.items()
    }


def sprinkle(
    tables: dict[str, pl.DataFrame], faults: tuple[Fault, ...], seed: int
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return ``tables`` with ``faults`` in them, and what was spoilt.

    The second frame has one row a spoilt row: ``fault``, ``table``, ``column``, ``ev_id``.
    """
    spoilt, done = dict(tables), []
    used = {(f.table, f.column): np.zeros(tables[f.table].height, dtype=bool) for f in faults}
    for fault in faults:
        rng, table = stream(seed, f"fault {fault.id}"), spoilt[fault.table]
        rows = _rows(rng, fault, table, used[fault.table, fault.column])
        spoilt[fault.table] = fault.change(table, rows, rng)
        done.append(
            table[rows].select(
                "ev_id",
                fault=pl.lit(fault.id),
                table=pl.lit(fault.table),
                column=pl.lit(fault.column),
            )
        )
    return spoilt, pl.concat(done)


def _rows(
    rng: np.random.Generator, fault: Fault, table: pl.DataFrame, used: np.ndarray
) -> pl.Series:
    fits = table.select(pl.col(fault.column).is_not_null() & fault.among).to_series()
    eligible = np.flatnonzero(fits.fill_null(False).to_numpy()[: len(used)] & ~used)
    wanted = max(_LEAST_ROWS, round(fault.rate * len(used)))
    rows = rng.choice(eligible, min(wanted, len(eligible)), replace=False)
    used[rows] = True
    return pl.Series(np.sort(rows))
