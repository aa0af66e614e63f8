"""Build the star schema and the marts on the records at hand."""

import hashlib
from importlib import resources

import duckdb

from hindcast import paths
from hindcast.warehouse import sql

REFERENCES = (
    "phase_codes",
    "occurrence_codes",
    "states",
    "finding_categories",
    "finding_subcategories",
    "finding_sections",
    "finding_modifiers",
    "far_parts",
    "flight_purposes",
    "codes",
    "makes",
)
DIMENSIONS = ("dim_time", "dim_location", "dim_aircraft", "dim_crew", "dim_weather", "dim_cause")
MARTS = ("yearly", "state", "make", "make_model", "phase", "cause")
STEPS = (
    "records",
    *DIMENSIONS,
    "fact_accidents",
    "bridge_accident_cause",
    "make_named",
    *(f"mart_{name}" for name in MARTS),
    "absent_here",
    "assertions",
)


def build(connection: duckdb.DuckDBPyConnection, *, is_news: bool, settings: object) -> bool:
    """Build star and marts if records, code tables, statements or settings changed.

    Returns
    -------
    bool
        Whether anything was built.
    """
    recipe = _recipe(settings)
    (built,) = connection.execute("SELECT star_hash FROM meta_schema").fetchone()
    if built == recipe and not is_news:
        return False
    for name in REFERENCES:
        path = sql.quoted(str(paths.reference() / f"{name}.csv"))
        sql.run(connection, "merge/reference_table", table=name, path=path)
    for step in STEPS:
        sql.run(connection, f"star/{step}")
    connection.execute("UPDATE meta_schema SET star_hash = ?", [recipe])
    return True


def _recipe(settings: object) -> str:
    """Return a fingerprint of all that the star is made by, apart from the records."""
    files = [
        *(resources.files(sql.__name__) / "star").iterdir(),
        resources.files(sql.__name__) / "macros.sql",
        *(paths.reference() / f"{name}.csv" for name in REFERENCES),
    ]
    parts = sorted((file.name, file.read_bytes()) for file in files)
    return hashlib.sha256(repr((parts, settings)).encode()).hexdigest()
