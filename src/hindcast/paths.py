"""Where things lie in a checkout of the project.

Notebooks run with ``notebooks/`` as their working folder in JupyterLab and with the project's
folder under Papermill; asking this module for a path gives the same answer in both.
"""

import os
from pathlib import Path

from hindcast.errors import NoProjectError

_MARKERS = ("params.yaml", "dvc.yaml")


def root(start: Path | None = None) -> Path:
    """Return the project's folder: ``HINDCAST_HOME``, or the nearest parent with a params.yaml.

    Parameters
    ----------
    start
        Where to begin looking; the working folder when not given.

    Raises
    ------
    hindcast.errors.NoProjectError
        No parent folder holds ``params.yaml`` and ``dvc.yaml``.
    """
    if home := os.environ.get("HINDCAST_HOME"):
        return Path(home)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if all((folder / marker).is_file() for marker in _MARKERS):
            return folder
    raise NoProjectError(
        f"no hindcast project at or above {here}: expected a folder with {' and '.join(_MARKERS)}; "
        "run from inside a checkout or set HINDCAST_HOME to one"
    )


def raw() -> Path:
    """Return the folder with NTSB's files as they came: ``HINDCAST_RAW`` or ``data/raw``."""
    return Path(os.environ.get("HINDCAST_RAW") or root() / "data" / "raw")


def reference() -> Path:
    """Return the folder of code tables and crosswalks, which Git keeps."""
    return root() / "data" / "reference"


def interim(*parts: str) -> Path:
    """Return a path under ``data/interim``: raw and checked tables."""
    return root().joinpath("data", "interim", *parts)


def processed(*parts: str) -> Path:
    """Return a path under ``data/processed``: features and what is exported from the warehouse."""
    return root().joinpath("data", "processed", *parts)


def models(*parts: str) -> Path:
    """Return a path under ``models``: one bundle per target and horizon."""
    return root().joinpath("models", *parts)


def reports(*parts: str) -> Path:
    """Return a path under ``reports``: pages, figures, executed notebooks and metrics."""
    return root().joinpath("reports", *parts)
