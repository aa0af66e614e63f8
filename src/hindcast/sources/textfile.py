"""Open a CSV file, plain or gzipped, and find out what is wrong with it before it is read.

A file is taken as UTF-8. Where it is not valid UTF-8 it is taken as Windows-1252, the code page of
the Access and Excel exports of these records, and the inventory says so.
"""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hindcast.sources.base import SourceError

CHUNK = 1 << 20
ENCODINGS = ("utf-8", "cp1252")
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class TextFile:
    """A readable CSV file: where it is and how its bytes become text."""

    path: Path
    encoding: str

    def open(self) -> BinaryIO:
        """Return its bytes, decompressed."""
        return opened(self.path)


def opened(path: Path) -> BinaryIO:
    """Open a file for reading, through gzip where its first bytes say so."""
    with path.open("rb") as head:
        compressed = head.read(2) == _GZIP
    return gzip.open(path, "rb") if compressed else path.open("rb")


def checked(path: Path) -> TextFile:
    """Read a file through and return how to read it.

    Raises
    ------
    SourceError
        It is empty, a cut-off or damaged gzip, no text, in neither UTF-8 nor Windows-1252, or ends
        inside a quoted field.
    """
    size, quotes = _measured(path)
    if size == 0:
        raise SourceError(f"{path.name} is empty: expected a header line and rows; fetch it again")
    file = TextFile(path, _encoding(path))
    if quotes % 2:
        _refuse_unclosed(file)
    return file


def header(file: TextFile) -> list[str]:
    """Return the names in a file's first line."""
    with file.open() as stream:
        return header_of(stream, file.encoding)


def peeked_header(path: Path) -> list[str]:
    """Return the names in the first line of any file, text or not: enough to tell what it is."""
    line = next(_chunks(path), b"").partition(b"\n")[0]
    return header_of(io.BytesIO(line.decode("utf-8", "replace").encode()))


def header_of(stream: BinaryIO, encoding: str = "utf-8") -> list[str]:
    """Read the first line of an open stream and return the names in it."""
    line = stream.readline().decode(encoding).removeprefix("\ufeff").rstrip("\r\n")
    return next(csv.reader([line]), [])


def uneven(file: TextFile, width: int) -> SourceError:
    """Return the error that names the first row which has not ``width`` fields."""
    line, found = _misfit(file, width)
    return SourceError(
        f"{file.path.name}, line {line}: {found} fields where the header has {width}; "
        "repair the row or export the table again"
    )


def _misfit(file: TextFile, width: int) -> tuple[int, int]:
    csv.field_size_limit(1 << 30)
    with file.open() as stream:
        reader = csv.reader(io.TextIOWrapper(stream, file.encoding, newline=""))
        for row in reader:
            if row and len(row) != width:
                return reader.line_num, len(row)
    raise AssertionError(f"{file.path.name}: every row has {width} fields")


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with opened(path) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(
            f"{path.name} is a damaged or cut-off gzip file ({error}): fetch it again"
        ) from error


def _measured(path: Path) -> tuple[int, int]:
    size = quotes = 0
    for chunk in _chunks(path):
        if b"\x00" in chunk:
            raise SourceError(
                f"{path.name} holds NUL bytes: expected CSV text in UTF-8 or Windows-1252, "
                "found UTF-16 or no text at all; save it as UTF-8"
            )
        size, quotes = size + len(chunk), quotes + chunk.count(b'"')
    return size, quotes


def _encoding(path: Path) -> str:
    for encoding in ENCODINGS:
        if _decodes(path, encoding):
            return encoding
    raise SourceError(f"{path.name} is in neither UTF-8 nor Windows-1252: save it as UTF-8")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_unclosed(file: TextFile) -> None:
    csv.field_size_limit(1 << 30)
    with file.open() as stream:
        reader = csv.reader(io.TextIOWrapper(stream, file.encoding, newline=""), strict=True)
        try:
            for _ in reader:
                pass
        except csv.Error as error:
            raise SourceError(
                f"{file.path.name}, line {reader.line_num}: {error}; a quoted field is not closed, "
                "so the file is cut off or damaged: fetch it again"
            ) from error
