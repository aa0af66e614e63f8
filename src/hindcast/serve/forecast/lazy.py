"""Rows of a frame that are read only where somebody asks for a value of theirs."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import polars as pl


class LazyRows(Sequence[Sequence[Any]]):
    """The rows of a frame; a column becomes Python values when one of its values is asked for.

    Examples
    --------
    >>> rows = LazyRows(pl.DataFrame({"a": [1.0, None], "b": ["x", "y"]}))
    >>> rows[1][1], list(rows[1]), len(rows)
    ('y', [None, 'y'], 2)
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self._shape = frame.shape
        self.column = cache(lambda at: frame.to_series(at).to_list())

    def __len__(self) -> int:
        return self._shape[0]

    def __getitem__(self, row: int) -> "_Row":
        if not 0 <= row < len(self):
            raise IndexError(row)
        return _Row(self, row, self._shape[1])


class _Row(Sequence[Any]):
    __slots__ = ("_of", "_row", "_width")

    def __init__(self, of: LazyRows, row: int, width: int) -> None:
        self._of, self._row, self._width = of, row, width

    def __len__(self) -> int:
        return self._width

    def __getitem__(self, at: int) -> Any:
        if not 0 <= at < self._width:
            raise IndexError(at)
        return self._of.column(at)[self._row]
