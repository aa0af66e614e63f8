"""The warehouse: every release's records in one DuckDB file, with what changed between releases.

``load`` merges the checked tables and records every difference; a star schema and marts stand on
the records at hand; ``export`` writes what DVC keeps; ``query`` asks. The SQL lies in ``sql/``.
"""

from hindcast.warehouse.database import SCHEMA_VERSION, WarehouseError, database, query
from hindcast.warehouse.exports import export
from hindcast.warehouse.history import changed_fields, changes, loads
from hindcast.warehouse.merge import Load, load

__all__ = [
    "SCHEMA_VERSION",
    "Load",
    "WarehouseError",
    "changed_fields",
    "changes",
    "database",
    "export",
    "load",
    "loads",
    "query",
]
