"""Imports that a server does without.

What is installed beside the server is imported by its libraries, used or not: where pandas is,
DuckDB looks at the first parameter of a query with it (60 MB, a second), and XGBoost brings
scikit-learn along.
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

UNUSED = ("pandas", "sklearn", "pydantic.v1")
"""What no part of a server uses."""


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Let imports of ``names`` fail as if they were not installed; what is imported stays so."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def forbid(*names: str) -> None:
    """Let imports of ``names`` fail from now on, as if they were not installed.

    For processes that only serve.
    """
    for name in names:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def trim() -> None:
    """Give the system the memory back that loading has freed, where the C library can (glibc)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
