"""Read an export of NTSB's CAROL query as the same eADMS tables.

CAROL replaces the bulk Access files, whose retirement NTSB has announced for 2027. One row is one
event; its aircraft share the row, their values joined by commas. Columns that the export never had
(crew, weather figures, light, seats, fire, occurrences) stay absent.
"""

import logging
import tempfile
from pathlib import Path

import polars as pl

from hindcast.sources import (
    archives,
    aviationdata,
    carol_findings,
    carol_tables,
    flat_tables,
    schema,
    textfile,
)
from hindcast.sources.base import Notes, Source, SourceError

log = logging.getLogger(__name__)

_MARKS = {"mkey", "highestinjurylevel", "ntsbno"}
_NEEDED = {"ntsbno": "NtsbNo", "mkey": "Mkey", "eventdate": "EventDate"}


def is_header(names: list[str]) -> bool:
    """Tell whether a header is that of a CAROL export.

    Examples
    --------
    >>> is_header(["NtsbNo", "EventType", "Mkey", "EventDate", "HighestInjuryLevel"])
    True
    """
    return {aviationdata.plain(name) for name in names} >= _MARKS


def member_of(path: Path) -> str | None:
    """Return the member of a zip that is a CAROL export, or None."""
    for member in archives.members(path, (".csv",)):
        with tempfile.TemporaryDirectory(prefix="hindcast-carol-") as folder:
            if is_header(textfile.peeked_header(archives.extracted(path, member, Path(folder)))):
                return member
    return None


def read(source: Source, folder: Path) -> Notes:
    """Write the eADMS tables that the export can fill to ``folder`` as Parquet.

    Raises
    ------
    SourceError
        The file cannot be read as text, a row has more or fewer fields than the header, the
        columns that say which event a row is are missing, or an event comes twice.
    """
    path = source.files[0]
    with tempfile.TemporaryDirectory(prefix="hindcast-carol-") as scratch:
        if source.member:
            path = archives.extracted(path, source.member, Path(scratch))
        file = textfile.checked(path)
        export = aviationdata.frame(file, _NEEDED)
    _refuse_repeated(export, path.name)
    flat = carol_tables.per_aircraft(export)
    for table, rows in carol_tables.all_tables(flat).items():
        labelled = rows.with_columns(pl.lit(source.release).alias(schema.RELEASE))
        labelled.write_parquet(folder / f"{table}.parquet", compression="zstd")
        log.info("%s: %s %s rows", source.release, table, f"{rows.height:,}")
    encodings = {} if file.encoding == "utf-8" else {file.path.name: file.encoding}
    return Notes(encodings=encodings, mapped=_strangers(flat))


def _refuse_repeated(export: pl.DataFrame, name: str) -> None:
    if repeated := export.height - export["ntsbno"].n_unique():
        raise SourceError(
            f"{name}: {repeated} rows repeat an NtsbNo, expected one row per event; "
            "export the query again, or put overlapping exports into files of their own"
        )


def _strangers(flat: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Return what no crosswalk knows, by eADMS column; the log says so too."""
    found = flat_tables.strangers(flat) | carol_tables.strangers(flat)
    found |= {"finding_code": carol_findings.strangers(flat)}
    found = {column: words for column, words in found.items() if words}
    for column, words in found.items():
        log.warning("%s: %s wordings are in no crosswalk", column, len(words))
    return found
