"""What every request needs, read when the server starts: a missing table stops the start."""

from pathlib import Path

from hindcast import paths
from hindcast.errors import HindcastError
from hindcast.features import terrain
from hindcast.features.catalog import FEATURES
from hindcast.serve.forecast import codes, fields, reading, words

TABLES = ("request_fields", "feature_words")


class TablesError(HindcastError, ValueError):
    """The tables of fields and words do not fit this version of the package."""


class Prepared:
    """The fields and words, read."""

    @classmethod
    def open(cls, folder: Path) -> "Prepared":
        """Read the tables, and what else the first request would have to read.

        Parameters
        ----------
        folder
            Where what takes long to work out is kept for the next start.

        Raises
        ------
        TablesError
            A table is not there, or lacks a field or a feature.
        """
        for table in TABLES:
            path = paths.reference() / f"{table}.csv"
            if not path.is_file():
                raise TablesError(f"no {path}: the folder is of an older version of the project")
        _complete("request_fields", fields.known_at().keys(), fields.labels().keys())
        _complete("feature_words", {feature.name for feature in FEATURES}, words.labels().keys())
        terrain.keep(folder)
        for era in codes.ERAS:
            codes.by_field(era, is_strict=False)
        words.words()
        reading.read({name: field.example for name, field in fields.declared().items()})
        return cls()


def _complete(table: str, expected: set[str], found: set[str]) -> None:
    if lacking := sorted(expected - found):
        more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
        told = f"{', '.join(lacking[:5])}{more}"
        raise TablesError(f"{table}.csv lacks {told}: every field and feature needs its row")
