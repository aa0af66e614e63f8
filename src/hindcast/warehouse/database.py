"""Open the warehouse's file, make an empty one, and say plainly why one cannot be opened."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from hindcast import paths
from hindcast.atomic import replacing
from hindcast.errors import HindcastError
from hindcast.warehouse import sql

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 1
# Most eADMS columns are nearly empty: with DuckDB's default of 256 KiB a block, a column's least
# size, a warehouse of ten events takes 12 MB.
_SMALL_BLOCKS = {"default_block_size": 16384}
_REASONS = (
    (
        r"Could not set lock.*?(PID \d+)",
        "is open in another process ({0}): close it, or wait",
    ),
    (r"Could not set lock", "is open in another process: close it, or wait"),
    (
        r"different configuration",
        "is open in this process with other settings: close that connection first",
    ),
    (
        r"version number",
        "was written by another DuckDB version: install the one in requirements.lock",
    ),
    (
        r"not a valid DuckDB database|[Cc]orrupt|checksum|deserialize|Serialization",
        "is damaged or no DuckDB file: move it away and load the releases again",
    ),
    (
        r"No space left|ould not write|ailed to write|max_temp_directory_size|File too large",
        "could not be written: the disk is full or the file may not grow; the previous state "
        "stands; free space and run again",
    ),
    (
        r"Permission denied|read-only",
        "may not be written: check the permissions of the file and its folder",
    ),
)


class WarehouseError(HindcastError, RuntimeError):
    """The warehouse cannot be read or loaded; what stood in it stands."""


def database() -> Path:
    """Return the path of the warehouse's DuckDB file."""
    return paths.root() / "data" / "warehouse" / "hindcast.duckdb"


def query(statement: str, file: Path | None = None) -> "pd.DataFrame":
    """Ask the warehouse; nothing can be written this way.

    Parameters
    ----------
    statement
        One SELECT in DuckDB's SQL.
    file
        The DuckDB file; the project's own when not given.

    Raises
    ------
    WarehouseError
        There is no warehouse yet, it cannot be opened, or the statement fails.
    """
    with opened(file or database(), read_only=True) as connection:
        return connection.execute(statement).df()


@contextmanager
def opened(file: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to ``file``; any DuckDB failure inside becomes a ``WarehouseError``."""
    if read_only and not file.is_file():
        raise WarehouseError(f"no warehouse at {file}: run `hindcast stage warehouse` first")
    try:
        with duckdb.connect(str(file), read_only=read_only) as connection:
            _check_version(connection, file)
            yield connection
    except duckdb.Error as error:
        raise WarehouseError(explained(file, error)) from error


def make_if_missing(file: Path) -> None:
    """Create an empty warehouse beside ``file`` and rename it, so that none is half made."""
    if file.exists():
        return
    with replacing(file) as beside:
        beside.unlink()
        try:
            with duckdb.connect(str(beside), config=_SMALL_BLOCKS) as connection:
                sql.run(connection, "schema", version=str(SCHEMA_VERSION))
        except duckdb.Error as error:
            raise WarehouseError(explained(file, error)) from error


def explained(file: Path, error: duckdb.Error) -> str:
    """Return what a reader should know and do about DuckDB's ``error``.

    Examples
    --------
    >>> explained(Path("w.duckdb"), duckdb.IOException("Could not set lock on file (PID 12)"))
    'w.duckdb is open in another process (PID 12): close it, or wait'
    """
    for pattern, reason in _REASONS:
        if found := re.search(pattern, str(error), re.DOTALL):
            return f"{file.name} {reason.format(*found.groups())}"
    return f"{file.name}: {error}"


def _check_version(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    try:
        (found,) = connection.execute("SELECT version FROM meta_schema").fetchone()
    except duckdb.CatalogException as error:
        raise WarehouseError(
            f"{file.name} is a DuckDB file, but no hindcast warehouse (it has no meta_schema): "
            "move it away"
        ) from error
    if found > SCHEMA_VERSION:
        raise WarehouseError(
            f"{file.name} was written by a newer hindcast (schema {found}; this one knows up to "
            f"{SCHEMA_VERSION}): update hindcast, or move the file away and load again"
        )
