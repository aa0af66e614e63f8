"""Turn a stream of CSV into one raw table: Parquet, every column text, one ``release`` column.

The stream is read in blocks and written block by block, so memory stays the same whatever the
table's size. Nothing is parsed or trimmed here: the checks do that, and say so.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from hindcast.sources import schema
from hindcast.sources.base import SourceError

BLOCK_BYTES = 1 << 19
"""Small enough that reading goes on while the exporter writes, and memory stays low."""
GROUP_BYTES = 4 << 20
"""Rows are written when they weigh this much, be they many short ones or few long reports."""


@dataclass(frozen=True)
class Target:
    """Where a table goes and what it is: file, eADMS table, release, and what to call the source.

    ``origin`` is what an error calls the source, such as ``events.csv.gz``.
    """

    folder: Path
    table: str
    release: str
    origin: str

    @property
    def path(self) -> Path:
        """The Parquet file."""
        return self.folder / f"{self.table}.parquet"


def write(stream: BinaryIO, header: list[str], target: Target, encoding: str = "utf-8") -> int:
    """Write the rows that follow a header line; return how many there were.

    Raises
    ------
    SourceError
        A key column is missing or a column appears twice.
    pyarrow.ArrowInvalid
        A row has more or fewer fields than the header; the caller knows how to find its line.
    """
    names = checked_header(header, target)
    groups = _groups(_finished(b, target) for b in batches(stream, names, encoding))
    with pq.ParquetWriter(target.path, _arrow_schema(names), compression="zstd") as writer:
        return _written(groups, writer)


def _written(groups: Iterable[pa.Table], writer: pq.ParquetWriter) -> int:
    """Compress one group while the next is read: the exporter need not wait. Return the rows."""
    rows = 0
    with ThreadPoolExecutor(1) as behind:
        last: Future[None] | None = None
        for group in groups:
            rows += group.num_rows
            if last:
                last.result()
            last = behind.submit(writer.write_table, group)
        if last:
            last.result()
    return rows


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Gather blocks until they make a row group worth writing."""
    gathered: list[pa.RecordBatch] = []
    for batch in batches:
        gathered.append(batch)
        if sum(one.nbytes for one in gathered) >= GROUP_BYTES:
            yield pa.Table.from_batches(gathered)
            gathered = []
    if gathered:
        yield pa.Table.from_batches(gathered)


def checked_header(header: list[str], target: Target) -> list[str]:
    """Return a header in eADMS spelling, or say which key column is not there."""
    names = schema.spelled(target.table, header)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(f"{target.origin}: column {', '.join(twice)} appears more than once")
    missing = [key for key in schema.keys()[target.table] if key not in names]
    if missing:
        raise SourceError(
            f"{target.origin}: table {target.table} has no key column {', '.join(missing)}; "
            f"found {', '.join(names)}; export the whole table again"
        )
    return names


def _arrow_schema(names: list[str]) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in (*names, schema.RELEASE)])


def batches(stream: BinaryIO, names: list[str], encoding: str) -> Iterable[pa.RecordBatch]:
    """Return the rows of a headerless CSV stream block by block, every column text."""
    try:
        return pacsv.open_csv(
            stream,
            read_options=pacsv.ReadOptions(
                column_names=names, block_size=BLOCK_BYTES, encoding=encoding
            ),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV file" in str(error):
            return []
        raise


def _finished(batch: pa.RecordBatch, target: Target) -> pa.RecordBatch:
    columns = [
        _padded(batch[name], schema.CODE_WIDTHS.get((target.table, name)))
        for name in batch.schema.names
    ]
    release = pa.repeat(pa.scalar(target.release), batch.num_rows)
    return pa.record_batch([*columns, release], schema=_arrow_schema(batch.schema.names))


def _padded(column: pa.Array, width: int | None) -> pa.Array:
    """Give a numeric code its leading zeros back, where the source held it as a number."""
    if width is None:
        return column
    is_number = pc.match_substring_regex(column, "^[0-9]+$")
    return pc.if_else(is_number, pc.utf8_lpad(column, width, padding="0"), column)
