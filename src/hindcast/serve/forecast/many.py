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

WORTH_A_FRAME = 150
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
            Raw inputs; all give the same names.

        Raises
        ------
        hindcast.features.inputs.InputError
            An input has an unknown name or another type.
        """
        told = derive.enrich(frame(rows), self.state, is_release=False)
        return catalog.compute(told, self.declared)


def are_alike(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether all rows give the same names: a name left out is not a value unknown."""
    return all(row.keys() == rows[0].keys() for row in rows)


def frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return what the models read of rows of the same names as a frame.

    Raises
    ------
    hindcast.features.inputs.InputError
        An input has an unknown name or another type.
    """
    types, read = given.types(), fields.known_at()
    names = [name for name in rows[0] if name in read]
    try:
        columns = zip(*map(itemgetter(*names, names[0]), rows), strict=True)
        return pl.DataFrame(
            [
                pl.Series(name, column, types[name])
                for name, column in zip(names, columns, strict=False)
            ]
        )
    except (IndexError, TypeError, OverflowError):
        return given.frame(rows).select(names)  # slower, and names what is wrong
