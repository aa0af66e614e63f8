"""From checked tables to model inputs: what was known about an accident, and when.

``Built``, ``build`` and ``write`` make the stage's table; they are read when first asked for, so
that a server, which computes features of a row, does without what only tables need.
"""

from typing import Any

__all__ = ["Built", "build", "write"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from hindcast.features import assemble

    return getattr(assemble, name)
