"""How editions are made: the statements, and the modules that say what an answer holds."""

import functools
import hashlib
from importlib import resources

from hindcast.warehouse import sql

PARTS = ("macros", "served/tables", "served/about")
_MODULES = (
    ("hindcast.serve.records", ("finished", "finishing", "usual")),
    ("hindcast.serve.records", ("association", "filters", "places", "shares")),
    ("hindcast.serve.schemas", ("records", "statistics")),
)


@functools.cache
def recipe() -> str:
    """Return a fingerprint of the code that editions are made by."""
    files = [resources.files(sql.__name__) / f"{part}.sql" for part in PARTS]
    for package, names in _MODULES:
        files += [resources.files(package) / f"{name}.py" for name in names]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
