"""Read NTSB's Access releases (``avall.mdb``, ``Pre2008.mdb``, ``up*.mdb``), bare or zipped.

mdbtools' ``mdb-export`` streams one table at a time into Parquet. Where mdbtools is not installed
the slower pure-Python reader takes over (see `hindcast.sources.jet`).
"""

import contextlib
import logging
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import IO

import pyarrow as pa

from hindcast.sources import archives, jet, occurrences, schema, tables, textfile
from hindcast.sources.base import Notes, Source, SourceError, UnmappedError

log = logging.getLogger(__name__)

DATE_FORMAT = "%Y-%m-%d %H:%M:%S"
PIPE_BYTES = 1 << 20
"""A pipe this large lets mdb-export work on while a block is being compressed."""
SIGNATURES = (b"Standard Jet DB", b"Standard ACE DB")
HOW_TO_INSTALL = (
    "mdbtools is not installed: reading Access with the pure-Python reader, which is some twenty "
    "times slower and holds the whole file in memory. Install mdbtools with "
    "'apt-get install mdbtools' (Debian, Ubuntu), 'conda install -c conda-forge mdbtools' or "
    "'brew install mdbtools'"
)
PRE1982_TABLE = "tblFirstHalf"
_TRUNCATED = ("beyond EOF", "Unable to read page", "reading page", "failed")


def is_access(path: Path) -> bool:
    """Tell whether a file begins as Access files do."""
    with path.open("rb") as file:
        return file.read(19)[4:].startswith(SIGNATURES)


def read(source: Source, folder: Path) -> Notes:
    """Write every eADMS table of an Access file to ``folder`` as Parquet.

    Raises
    ------
    SourceError
        The file is empty, cut off, protected by a password or no Access file; a zip is unsafe or
        holds no Access file; there is no events table or a key column is missing.
    """
    with contextlib.ExitStack() as stack:
        path = source.files[0]
        if source.member is not None:
            scratch = stack.enter_context(tempfile.TemporaryDirectory(dir=folder.parent))
            path = archives.extracted(path, source.member, Path(scratch))
        check_file(path)
        return _read_database(path, source.release, folder)


def check_file(path: Path) -> None:
    """Refuse what is plainly not a whole Access file, before any program is run on it."""
    size = path.stat().st_size
    if size == 0:
        raise SourceError(f"{path.name} is empty: expected an Access database; fetch it again")
    if not is_access(path):
        raise SourceError(
            f"{path.name} is not an Access database: it does not begin with 'Standard Jet DB' or "
            "'Standard ACE DB'; fetch the .mdb or .accdb file again"
        )
    page = 2048 if _is_jet3(path) else 4096
    if size % page:
        raise SourceError(
            f"{path.name} is cut off: {size:,} bytes are no whole number of {page}-byte pages; "
            "fetch it again"
        )


def has_mdbtools() -> bool:
    """Tell whether mdb-tables and mdb-export are on the PATH."""
    return all(shutil.which(tool) for tool in ("mdb-tables", "mdb-export"))


def table_names(path: Path) -> list[str]:
    """Return the names of the user's tables in an Access file."""
    if not has_mdbtools():
        return jet.Database(path).tables()
    listed = subprocess.run(["mdb-tables", "-1", path], capture_output=True, check=False)
    names = listed.stdout.decode("utf-8", "replace").split("\n")
    complaint = listed.stderr.decode("utf-8", "replace")
    if listed.returncode or any(sign in complaint for sign in _TRUNCATED):
        raise _unreadable(path, complaint)
    return [name for name in names if name]


def _read_database(path: Path, release: str, folder: Path) -> Notes:
    names = table_names(path)
    known = {name: table for name in names if (table := schema.table_named(name))}
    _require_events(path, names, known)
    copy = _copy_with_mdbtools if has_mdbtools() else _copy_with_python
    copy(path, known, release, folder)
    occurrences.add_sequence(folder, release)
    return Notes(unrecognised=sorted(set(names) - set(known)))


def _require_events(path: Path, names: list[str], known: dict[str, str]) -> None:
    if "events" in known.values():
        return
    if PRE1982_TABLE in names:
        raise UnmappedError(
            f"{path.name} has the schema used before 1982 ({', '.join(names)}), which is not "
            "mapped to eADMS; take it out of the folder and use avall.mdb and Pre2008.mdb"
        )
    raise SourceError(
        f"{path.name} has no events table; found {', '.join(names) or 'no tables'}; "
        "expected an NTSB release such as avall.mdb"
    )


def _copy_with_mdbtools(path: Path, known: dict[str, str], release: str, folder: Path) -> None:
    """Stream table after table, the next one beginning while the last one is being closed."""

    def copy(name: str) -> int:
        target = tables.Target(folder, known[name], release, f"{path.name} ({name})")
        return export(path, name, target)

    with ThreadPoolExecutor(2) as pool:
        for name, rows in zip(known, pool.map(copy, known), strict=True):
            log.info("%s: %s %s rows", release, known[name], f"{rows:,}")


def _copy_with_python(path: Path, known: dict[str, str], release: str, folder: Path) -> None:
    log.warning(HOW_TO_INSTALL)
    database = jet.Database(path)
    for name, table in known.items():
        target = tables.Target(folder, table, release, f"{path.name} ({name})")
        with database.export(name) as stream:
            rows = tables.write(stream, textfile.header_of(stream), target)
        log.info("%s: %s %s rows", release, table, f"{rows:,}")


def export(path: Path, name: str, target: tables.Target) -> int:
    """Stream one table of an Access file into a raw table; return its number of rows.

    mdb-export ends with success when it meets the end of a cut-off file: what it complains of has
    to be read, or the rows after the cut are lost without a word.
    """
    rows, fault = 0, None
    with tempfile.TemporaryFile() as complaints, _running(path, name, complaints) as process:
        header = textfile.header_of(process.stdout)
        try:
            rows = tables.write(process.stdout, header, target) if header else 0
        except pa.ArrowInvalid as error:
            fault = error
        complaint = _complaint(process, complaints)
    if fault or not header or process.returncode or any(sign in complaint for sign in _TRUNCATED):
        raise _unreadable(path, f"table {name}: {complaint or fault}") from fault
    return rows


@contextlib.contextmanager
def _running(path: Path, name: str, complaints: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    command = ["mdb-export", *_date_options(), "-b", "strip", str(path), name]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=complaints, bufsize=PIPE_BYTES, pipesize=PIPE_BYTES
    )
    try:
        yield process
    finally:
        process.stdout.close()
        process.kill()
        process.wait()


def _complaint(process: subprocess.Popen[bytes], complaints: IO[bytes]) -> str:
    process.stdout.close()
    process.wait()
    complaints.seek(0)
    return complaints.read().decode("utf-8", "replace")


@cache
def _date_options() -> tuple[str, ...]:
    """Ask for ISO dates: mdbtools 0.9 split dates (-D) and times (-T), older ones have -D alone."""
    usage = subprocess.run(["mdb-export", "--help"], capture_output=True, text=True, check=False)
    both = "--datetime-format" in usage.stdout + usage.stderr
    return ("-D", DATE_FORMAT, "-T", DATE_FORMAT) if both else ("-D", DATE_FORMAT)


def _is_jet3(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(21)[20] == 0


def _unreadable(path: Path, complaint: str) -> SourceError:
    said = "; ".join(line.strip() for line in complaint.splitlines() if line.strip())
    return SourceError(
        f"{path.name} begins as an Access database but cannot be read to its end: it is cut off, "
        f"damaged, or encrypted with a password ({said or 'no tables found'}); fetch it again, or "
        "save it in Access without a password"
    )
