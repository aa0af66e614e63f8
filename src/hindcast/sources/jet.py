"""Read Access files in pure Python, for where mdbtools cannot be had.

The reader (access-parser) is slow, holds the file in memory and fails on some real tables; it also
leaves out rows it cannot parse and only logs so. Its row count is therefore held against the one
in the table's own header, and a difference is an error.
"""

import csv
import io
import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hindcast.sources.base import SourceError

_BOOLEAN, _OLE = 1, 11
_FAILURES = (KeyError, IndexError, ValueError, TypeError, OverflowError, struct.error)
_ADVICE = "install mdbtools, which reads more kinds of tables"


class Database:
    """An Access file, read whole.

    Raises
    ------
    SourceError
        The file cannot be read as an Access database.
    """

    def __init__(self, path: Path) -> None:
        from access_parser import AccessParser

        logging.getLogger("access_parser").setLevel(logging.CRITICAL)
        self.path = path
        try:
            self._parser = AccessParser(str(path))
        except _FAILURES as error:
            raise SourceError(
                f"{path.name} begins as an Access database but cannot be read: it is cut off, "
                f"damaged, or encrypted with a password ({error!r}); fetch it again or {_ADVICE}"
            ) from error

    def tables(self) -> list[str]:
        """Return the names of the user's tables."""
        return [name for name in self._parser.catalog if not name.startswith(("MSys", "f_"))]

    @contextmanager
    def export(self, name: str) -> Iterator[io.BytesIO]:
        """Yield one table as CSV, header first, columns in the table's own order."""
        header, columns, rows = self._columns(name)
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(zip(*(columns[name] for name in header), strict=True) if rows else [])
        yield io.BytesIO(text.getvalue().encode("utf-8"))

    def _columns(self, name: str) -> tuple[list[str], dict[str, list[str]], int]:
        try:
            table = self._parser.get_table(name)
            parsed = table.parse()
        except _FAILURES as error:
            raise SourceError(
                f"{self.path.name}: the pure-Python reader fails on table {name} ({error!r}): "
                f"{_ADVICE}"
            ) from error
        rows = table.table_header.number_of_rows
        kinds = {column.col_name_str: column.type for column in table.columns.values()}
        columns = {key: [_text(v, kinds[key]) for v in parsed[key]] for key in kinds if rows}
        self._check_rows(name, rows, columns)
        return list(kinds), columns, rows

    def _check_rows(self, name: str, rows: int, columns: dict[str, list[str]]) -> None:
        read = {len(values) for values in columns.values()}
        if rows and read != {rows}:
            raise SourceError(
                f"{self.path.name}: table {name} has {rows:,} rows, the pure-Python reader read "
                f"{', '.join(map(str, sorted(read)))}: {_ADVICE}"
            )


def _text(value: Any, kind: int) -> str:
    """Write a value as mdb-export does.

    Examples
    --------
    >>> _text(True, _BOOLEAN), _text(30.0, 7), _text(b"picture", _OLE), _text(None, 10)
    ('1', '30', '', '')
    """
    if value is None or kind == _OLE or isinstance(value, bytes):
        return ""
    if kind == _BOOLEAN:
        return str(int(value))
    return f"{value:.16g}" if isinstance(value, float) else str(value)
