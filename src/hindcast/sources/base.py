"""What a source of records is, and the error that says why one cannot be read."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from hindcast.errors import HindcastError

Kind = Literal["access", "eadms_csv", "carol", "aviationdata", "simulated"]


class SourceError(HindcastError, RuntimeError):
    """A source cannot be read: the message names what was found, what was expected, what to do."""


class UnmappedError(SourceError):
    """A source is NTSB's, but of a schema that has no mapping to eADMS; others may do without."""


@dataclass(frozen=True)
class Source:
    """One release of records and the files it consists of.

    Attributes
    ----------
    kind
        Which adapter reads it.
    release
        Its name in every raw table's ``release`` column.
    files
        The files as they lie on disk, sorted by name.
    member
        The file inside, where the single file is a zip.
    """

    kind: Kind
    release: str
    files: tuple[Path, ...]
    member: str | None = None


@dataclass
class Notes:
    """What an adapter has to say besides the tables it wrote.

    Attributes
    ----------
    encodings
        File name -> encoding, for the files that were not UTF-8.
    unrecognised
        Tables of the source that have no place in the eADMS schema.
    mapped
        Column -> {value: rows}, for values a crosswalk does not know; they are kept as they came.
    """

    encodings: dict[str, str] = field(default_factory=dict)
    unrecognised: list[str] = field(default_factory=list)
    mapped: dict[str, dict[str, int]] = field(default_factory=dict)
