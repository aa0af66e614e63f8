"""Features of many requests at once, through a frame: the same as of each alone, in less time."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import polars as pl

from hindcast.features import catalog, derive
from hindcast.features.onerow import given
from hindcast.features.state import HistoryState
from hindcast.model.bundle import Bundle
from hindcast.serve.forecast import fields

WORTH_A_FRAME = 600
"""From so many rows on, a frame is made sooner than as many single rows."""


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
    """

    def __init__(self, bundle: Bundle) -> None:
        declared = {feature.name: feature for feature in catalog.FEATURES}
        self.declared = [declared[name] for name in bundle.names]
        self.state = HistoryState.model_validate(bundle.history)

    def features(self, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
        """Return the bundle's features, one row for each of ``rows``.

        Parameters
        ----------
        rows
            Raw inputs; each gives every name that is read, None for what is not known.

        Raises
        ------
        KeyError
            A row lacks a name: that is not a value unknown, and not for a frame to say.
        hindcast.features.inputs.InputError
            An input has an unknown name or another type.
        """
        told = derive.enrich(frame(rows), self.state, is_release=False)
        return catalog.compute(told, self.declared)


def frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return what the models read of rows as a frame.

    Parameters
    ----------
    rows
        Each gives every name that is read (`hindcast.serve.forecast.fields.known_at`).

    Raises
    ------
    KeyError
        A row lacks a name.
    hindcast.features.inputs.InputError
        An input has an unknown name or another type.
    """
    types, names = given.types(), _read_of(rows)
    try:
        columns = zip(*map(itemgetter(*names), rows), strict=True)
        return pl.DataFrame(
            [_series(name, of, types[name]) for name, of in zip(names, columns, strict=True)]
        )
    except (TypeError, OverflowError):
        return given.frame(rows).select(names)  # slower, and names what is wrong


def _read_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names that are read; where no row tells its era, its date does."""
    is_told = any("era" in row for row in rows)
    return [name for name in fields.known_at() if is_told or name != "era"]


def _series(name: str, values: Sequence[Any], of: pl.DataType) -> pl.Series:
    if of != pl.List(pl.String):
        return pl.Series(name, values, of)
    told = [value if value is None else tuple(value) for value in values]
    place = {value: at for at, value in enumerate(dict.fromkeys(told))}
    distinct = [value if value is None else list(value) for value in place]
    return pl.Series(name, distinct, of).gather([place[value] for value in told])
