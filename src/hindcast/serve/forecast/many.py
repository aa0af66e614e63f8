"""Features of many requests at once, through a frame: the same as of each alone, in less time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import polars as pl

from hindcast.features import catalog, derive
from hindcast.features.onerow import given
from hindcast.features.state import HistoryState
from hindcast.model.bundle import Bundle
from hindcast.serve.forecast import fields
from hindcast.serve.forecast.reading_many import columns_of

WORTH_A_FRAME = 300
"""From so many rows on, a frame is made sooner than as many single rows."""

Rows = Sequence[Mapping[str, Any]]
Columns = Mapping[str, Sequence[Any]]


class ManyRows:
    """The way through frames, prepared for a bundle.

    Rows of one frame are kept apart: they neither count as each other's past nor tell together
    which clock their times were read from.

    Parameters
    ----------
    bundle
        Whose features and past.

    Attributes
    ----------
    declared
        The features, in the bundle's order.
    state
        The past at the end of training.
    reads
        The raw inputs behind the features.
    """

    def __init__(self, bundle: Bundle) -> None:
        declared = {feature.name: feature for feature in catalog.FEATURES}
        self.declared = [declared[name] for name in bundle.names]
        self.state = HistoryState.model_validate(bundle.history)
        inputs = (name for feature in self.declared for name in feature.inputs)
        self.reads = sorted(fields.raw_inputs(inputs) | {*fields.NEEDED})

    def features(self, rows: Rows, columns: Columns | None = None) -> pl.DataFrame:
        """Return the bundle's features, one row for each of ``rows``.

        Parameters
        ----------
        rows
            Raw inputs; a name left out says, as None does, that the value is not known.
        columns
            The same field by field, where that is at hand.

        Raises
        ------
        hindcast.features.inputs.InputError
            An input has another type.
        """
        return self._computed(self._enriched(frame(rows, self.reads, columns)))

    def _enriched(self, told: pl.DataFrame) -> pl.DataFrame:
        return derive.enrich(told, self.state, is_release=False)

    @cached_property
    def _computed(self) -> Callable[[pl.DataFrame], pl.DataFrame]:
        none = self._enriched(frame([], self.reads))
        return catalog.computing(none.columns, self.declared)


def frame(rows: Rows, names: Iterable[str], columns: Columns | None = None) -> pl.DataFrame:
    """Return what rows tell under some names as a frame.

    Parameters
    ----------
    rows
        Raw inputs by name; what is left out is null, but for the era, which the date tells.
    names
        The frame's columns.
    columns
        The rows' values field by field, see `hindcast.serve.forecast.reading_many.columns_of`.

    Raises
    ------
    hindcast.features.inputs.InputError
        An input has another type.
    """
    types, names = given.types(), [name for name in names if name != "era"]
    of = columns_of(rows) if columns is None else columns
    try:
        told = pl.DataFrame([_series(name, of.get(name), len(rows), types[name]) for name in names])
    except (TypeError, OverflowError):
        found = given.frame(rows)  # slower, and names what is wrong
        told = found.select(name for name in names if name in found.columns)
    return _with_era(told, rows) if "era" in of else told


def _with_era(told: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    is_left_out = pl.Series(["era" not in row for row in rows])
    era = pl.Series([row.get("era") for row in rows], dtype=pl.String)
    return told.with_columns(era=pl.when(is_left_out).then(catalog.ERA).otherwise(era))


def _series(name: str, values: Sequence[Any] | None, n: int, of: pl.DataType) -> pl.Series:
    if values is None:
        return pl.repeat(None, n, dtype=of, eager=True).alias(name)
    if of != pl.List(pl.String):
        return pl.Series(name, values, of)
    told = [value if value is None else tuple(value) for value in values]
    place = {value: at for at, value in enumerate(dict.fromkeys(told))}
    distinct = [value if value is None else list(value) for value in place]
    return pl.Series(name, distinct, of).gather([place[value] for value in told])
