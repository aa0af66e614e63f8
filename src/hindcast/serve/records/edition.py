"""An edition: what the server may tell of one state of the warehouse, in a file of its own.

The server never holds the warehouse's file open: it copies it, reads the copy into an edition that
has no personal columns, and answers from there. So the pipeline can load while the server runs,
whatever state the load is in, and workers share the edition of the first that made it.
"""

import fcntl
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from hindcast.atomic import replacing
from hindcast.errors import HindcastError
from hindcast.serve import lean
from hindcast.serve.records import finishing
from hindcast.serve.records.recipes import PARTS, recipe
from hindcast.warehouse import sql
from hindcast.warehouse.database import explained

_SMALL_BLOCKS = {"default_block_size": 16384}
_TRIES = 5


class EditionError(HindcastError, RuntimeError):
    """The warehouse cannot be read into an edition."""


def stamp(warehouse: Path) -> str | None:
    """Return what tells one state of the file, and one way of reading it, from another.

    None where there is no file.
    """
    try:
        seen = warehouse.stat()
    except FileNotFoundError:
        return None
    state = (str(warehouse.resolve()), seen.st_ino, seen.st_size, seen.st_mtime_ns, recipe())
    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]


def finished(edition: Path) -> Path:
    """Return where the finished answers of an edition lie."""
    return edition.with_suffix(".sqlite")


def make(warehouse: Path, target: Path) -> None:
    """Read the warehouse into an edition at ``target``; where one stands already, leave it.

    Its finished answers lie beside it, and are there before it is.

    Raises
    ------
    EditionError
        The warehouse is damaged, being written for long, or of another version.
    """
    with alone(target.parent / "records.lock"):
        if target.is_file() and finished(target).is_file():
            return
        with (
            tempfile.TemporaryDirectory(prefix=".warehouse.", dir=target.parent) as scratch,
            replacing(target) as beside,
        ):
            beside.unlink()
            _fill(_copied(warehouse, Path(scratch)), beside, finished(target))


def _fill(copy: Path, target: Path, answers: Path) -> None:
    try:
        with duckdb.connect(str(target), config=_SMALL_BLOCKS) as connection:
            # Not read-only: a copy taken while a load was under way may have a log to replay.
            connection.execute(f"ATTACH '{sql.quoted(str(copy))}' AS warehouse")
            for part in PARTS:
                sql.run(connection, part, warehouse="warehouse")
            finishing.make(connection, answers)
    except duckdb.Error as error:
        raise EditionError(explained(copy, error)) from error


def _copied(warehouse: Path, folder: Path) -> Path:
    """Return a copy of the file and of its log, none of which changed while it was taken."""
    copy = folder / "hindcast.duckdb"
    for _ in range(_TRIES):
        before = _state(warehouse)
        shutil.copyfile(warehouse, copy)
        _log_of(copy).unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            shutil.copyfile(_log_of(warehouse), _log_of(copy))
        if _state(warehouse) == before:
            return copy
    raise EditionError(f"{warehouse.name} kept changing while it was copied {_TRIES} times: wait")


def _log_of(file: Path) -> Path:
    return file.with_name(file.name + ".wal")


def _state(file: Path) -> list[tuple[int, int, int] | None]:
    return [_stat(one) for one in (file, _log_of(file))]


def _stat(file: Path) -> tuple[int, int, int] | None:
    try:
        seen = file.stat()
    except FileNotFoundError:
        return None
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Let one worker at a time in; the others find the edition made."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def sweep(folder: Path, pattern: str, keep: Path) -> None:
    """Remove earlier editions; whoever still reads one keeps it until it is closed."""
    for old in folder.glob(pattern):
        if old != keep:
            old.unlink(missing_ok=True)


if __name__ == "__main__":
    lean.forbid("pandas")
    try:
        make(Path(sys.argv[1]), Path(sys.argv[2]))
    except (HindcastError, OSError) as error:
        sys.exit(str(error))
