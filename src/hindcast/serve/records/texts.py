"""The full-text index of probable causes: SQLite's FTS5, made from an edition."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import duckdb

from hindcast.atomic import replacing
from hindcast.errors import HindcastError
from hindcast.fulltext import TOKENIZE
from hindcast.serve.records.edition import alone

COLUMNS = (
    "ev_id", "ev_date", "ev_country", "ev_state", "ev_highest_injury", "severity", "is_fatal",
    "is_us_accident", "is_on_airport", "is_homebuilt", "latitude_deg", "longitude_deg",
    "acft_category", "make", "model", "far_part", "type_fly", "phase", "phase_group",
    "occurrence_code", "occurrence", "wx_cond_basic", "light_cond", "probable_cause",
)  # fmt: skip
"""What stands beside each text: all that filters ask for."""

_TABLES = f"""
CREATE TABLE event ({", ".join(COLUMNS)});
CREATE VIRTUAL TABLE text USING fts5(
    probable_cause, content='event', content_rowid='rowid',
    tokenize='{TOKENIZE}', prefix='2 3'
);
"""


def make(edition: Path, target: Path) -> None:
    """Make the index of an edition's texts at ``target``; where one stands already, leave it."""
    with alone(target.parent / "texts.lock"):
        if target.is_file():
            return
        with (
            replacing(target) as beside,
            closing(sqlite3.connect(beside, isolation_level=None)) as index,
        ):
            _fill(index, _rows(edition))


def _rows(edition: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(edition), read_only=True) as connection:
        columns = ", ".join(COLUMNS).replace("ev_date", "ev_date::VARCHAR")
        return connection.execute(
            f"SELECT {columns} FROM event JOIN cause USING (ev_id) ORDER BY ev_id"
        ).fetchall()


def _fill(index: sqlite3.Connection, rows: list[tuple[object, ...]]) -> None:
    index.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN; {_TABLES}")
    index.executemany(f"INSERT INTO event VALUES ({', '.join('?' * len(COLUMNS))})", rows)
    index.execute("INSERT INTO text(text) VALUES ('rebuild')")
    index.execute("INSERT INTO text(text) VALUES ('optimize')")
    index.execute("COMMIT")


if __name__ == "__main__":
    try:
        make(Path(sys.argv[1]), Path(sys.argv[2]))
    except (HindcastError, OSError, duckdb.Error, sqlite3.Error) as error:
        sys.exit(str(error))
