"""Read the flat AviationData CSV of NTSB's old query page as the same eADMS tables.

One row is one aircraft of one event. The words of the page become eADMS codes through the
crosswalks in ``data/reference``; a word that no crosswalk knows is kept as it came and counted.
Columns that the page never had stay absent.
"""

import logging
import re
from pathlib import Path

import polars as pl
import pyarrow as pa

from hindcast.sources import flat_tables, schema, tables, textfile
from hindcast.sources.base import Notes, Source, SourceError

log = logging.getLogger(__name__)

_MARKS = {"accidentnumber", "investigationtype", "injuryseverity"}
_NEEDED = {
    "eventid": "Event.Id",
    "eventdate": "Event.Date",
    "accidentnumber": "Accident.Number",
}


def is_header(names: list[str]) -> bool:
    """Tell whether a header is AviationData's, with dots (R's) or spaces between the words.

    Examples
    --------
    >>> is_header(["Event.Id", "Investigation.Type", "Accident.Number", "Injury.Severity"])
    True
    >>> is_header(["Event Id", "Investigation Type", "Accident Number", "Injury Severity"])
    True
    """
    return {plain(name) for name in names} >= _MARKS


def plain(name: str) -> str:
    """Return a column's name without what its spellings differ in.

    Examples
    --------
    >>> plain("Broad.Phase.of.Flight") == plain(" Broad phase of flight ")
    True
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def read(source: Source, folder: Path) -> Notes:
    """Write the eADMS tables that the flat file can fill to ``folder`` as Parquet.

    Raises
    ------
    SourceError
        The file cannot be read as text, a row has more or fewer fields than the header, or the
        columns that say which event and aircraft a row is are missing.
    """
    file = textfile.checked(source.files[0])
    flat = flat_tables.with_keys(frame(file, _NEEDED))
    for table, rows in flat_tables.all_tables(flat).items():
        labelled = rows.with_columns(pl.lit(source.release).alias(schema.RELEASE))
        labelled.write_parquet(folder / f"{table}.parquet", compression="zstd")
        log.info("%s: %s %s rows", source.release, table, f"{rows.height:,}")
    encodings = {} if file.encoding == "utf-8" else {file.path.name: file.encoding}
    return Notes(encodings=encodings, mapped=_strangers(flat))


def rows(path: Path) -> pl.DataFrame:
    """Return a flat file's rows as text, numbered as `flat_tables.with_keys` numbers them.

    Raises
    ------
    SourceError
        The file is no AviationData table; see `frame`.
    """
    return flat_tables.with_keys(frame(textfile.checked(path), _NEEDED))


def frame(file: textfile.TextFile, needed: dict[str, str]) -> pl.DataFrame:
    """Return the rows of a flat file, every column text, under its `plain` names.

    Parameters
    ----------
    file
        What `textfile.checked` returned.
    needed
        Columns that must be there: plain name -> name as the file spells it.

    Raises
    ------
    SourceError
        A needed column is missing, one appears twice, or a row has more or fewer fields than the
        header.
    """
    names = [plain(name) for name in textfile.header(file)]
    if missing := [spelled for name, spelled in needed.items() if name not in names]:
        raise SourceError(
            f"{file.path.name}: no column {', '.join(missing)} ({', '.join(needed.values())} are "
            f"needed); found {', '.join(names)}"
        )
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SourceError(f"{file.path.name}: column {', '.join(twice)} appears more than once")
    with file.open() as stream:
        textfile.header_of(stream, file.encoding)
        try:
            batches = list(tables.batches(stream, names, file.encoding))
        except pa.ArrowInvalid as error:
            raise textfile.uneven(file, len(names)) from error
    text = pa.schema([(name, pa.string()) for name in names])
    return pl.DataFrame(pa.Table.from_batches(batches, schema=text))


def _strangers(flat: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Return what no crosswalk knows, by eADMS column; the log says so too."""
    found = flat_tables.strangers(flat)
    for column, words in found.items():
        for word, rows in words.items():
            log.warning("%s: %r is in no crosswalk: kept in %s rows", column, word, rows)
    return found
