"""A feature's bins, learned on training: quantiles of a number, the levels of a category.

The last bin of every feature is the missing one; it is kept apart from the others in every
comparison, because what is missing changes by release and by who asks, without the rest changing.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict

from hindcast.features.schema import SHOWN_LEVEL_ROWS
from hindcast.model.encode import RARE


class Bins(BaseModel):
    """How one feature's values are counted.

    ``edges`` are a number's inner quantiles; ``levels`` a category's, most frequent first: other
    levels share the bin after them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: Literal["number", "category"]
    edges: list[float] = []
    levels: list[str] = []

    @property
    def size(self) -> int:
        """Return the number of bins of known values."""
        return len(self.edges if self.kind == "number" else self.levels) + 1

    def codes(self, values: pl.Series, missing: int) -> np.ndarray:
        """Return the bin of each value, shape (rows,); ``missing`` for a null."""
        if self.kind == "number":
            known = values.cast(pl.Float64).fill_nan(None)
            at = np.searchsorted(self.edges, known.fill_null(0).to_numpy(), side="right")
            return np.where(known.is_null().to_numpy(), missing, at)
        places = {level: place for place, level in enumerate(self.levels)} | {None: missing}
        text = values.cast(pl.String)
        other = len(self.levels)
        return text.replace_strict(places, default=other, return_dtype=pl.Int64).to_numpy()


def learn(values: pl.Series, bins: int, levels: int, least: int = SHOWN_LEVEL_ROWS) -> Bins:
    """Return the bins of a feature.

    Parameters
    ----------
    values
        Of the training events.
    bins
        Into how many equal parts a number is divided; ties make them fewer.
    levels
        How many levels of a category have a bin of their own at most.
    least
        How many events such a level must have: a rare make may be a builder's name.

    Examples
    --------
    >>> learn(pl.Series("hours", [1.0, 2.0, 3.0, 4.0]), bins=2, levels=9).edges
    [2.5]
    >>> learn(pl.Series("fire", ["no", "no", None, "yes"]), bins=2, levels=9, least=2).levels
    ['no']
    """
    known = values.drop_nulls()
    if values.dtype.is_numeric():
        inner = (
            np.quantile(known.to_numpy(), np.linspace(0, 1, bins + 1)[1:-1]) if len(known) else []
        )
        return Bins(name=values.name, kind="number", edges=np.unique(inner).tolist())
    counts = known.cast(pl.String).value_counts(name="events")
    counts = counts.filter(pl.col("events") >= least)
    ordered = counts.sort("events", values.name, descending=[True, False])[values.name]
    kept = [level for level in ordered.head(levels) if level != RARE]
    return Bins(name=values.name, kind="category", levels=kept)


def width(bins: Iterable[Bins]) -> int:
    """Return the number of columns that the counts of these features need, the missing one too."""
    return max((one.size for one in bins), default=0) + 1


def codes(frame: pl.DataFrame, bins: Sequence[Bins]) -> np.ndarray:
    """Return the bin of every value, shape (rows, features); a column that is absent is missing."""
    missing = width(bins) - 1
    found = np.full((frame.height, len(bins)), missing, np.uint8)
    for place, one in enumerate(bins):
        if one.name in frame.columns:
            found[:, place] = one.codes(frame[one.name], missing)
    return found


def counts(coded: np.ndarray, columns: int) -> np.ndarray:
    """Return how many rows each bin of each feature has, shape (features, columns)."""
    features = coded.shape[1]
    cells = coded.astype(np.int64) + columns * np.arange(features)
    counted = np.bincount(cells.ravel(), minlength=features * columns)
    return counted.reshape(features, columns)
