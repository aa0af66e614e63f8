"""Read a folder of eADMS tables, one ``TABLE.csv[.gz]`` each, as mdb-export writes them."""

import logging
from pathlib import Path

import pyarrow as pa

from hindcast.sources import schema, tables, textfile
from hindcast.sources.base import Notes, Source, SourceError

log = logging.getLogger(__name__)


def table_of(path: Path) -> str | None:
    """Return the eADMS table that a file's name says it holds, or None.

    Examples
    --------
    >>> table_of(Path("flight_crew.csv.gz")), table_of(Path("events.xlsx"))
    ('Flight_Crew', None)
    """
    name = path.name.lower()
    for suffix in (".csv.gz", ".csv"):
        if name.endswith(suffix):
            return schema.table_named(path.name[: -len(suffix)])
    return None


def read(source: Source, folder: Path) -> Notes:
    """Write every table of the source to ``folder`` as Parquet.

    Raises
    ------
    SourceError
        Two files hold the same table, there is no events table, a file cannot be read as text, a
        key column is missing, or a row has more or fewer fields than its header.
    """
    found = {table_of(path): path for path in source.files}
    if len(found) != len(source.files):
        names = ", ".join(path.name for path in source.files)
        raise SourceError(f"{source.release}: two files hold the same table, among {names}")
    if "events" not in found:
        raise SourceError(
            f"{source.release}: no events table; found {', '.join(sorted(map(str, found)))}; "
            "put the events.csv of the same release beside them"
        )
    notes = Notes()
    for table, path in found.items():
        file = textfile.checked(path)
        rows = write_table(file, tables.Target(folder, str(table), source.release, path.name))
        log.info("%s: %s %s rows", source.release, table, f"{rows:,}")
        if file.encoding != "utf-8":
            notes.encodings[path.name] = file.encoding
    return notes


def write_table(file: textfile.TextFile, target: tables.Target) -> int:
    """Write one file as one raw table; an error names the line at fault."""
    with file.open() as stream:
        header = textfile.header_of(stream, file.encoding)
        try:
            return tables.write(stream, header, target, file.encoding)
        except pa.ArrowInvalid as error:
            raise textfile.uneven(file, len(header)) from error
