"""The parameters that a search found, and where they come from: data/reference/tuned.json."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from hindcast import atomic, paths
from hindcast.errors import HindcastError

NAME = "tuned.json"


class TuneError(HindcastError, ValueError):
    """A search cannot be made or its result not be used; the message says what was found."""


@cache
def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TuneError(f"no {path}: expected the committed result of a search") from error


def committed(path: Path | None = None) -> dict[str, Any]:
    """Return what the search told of each horizon: parameters, scores and provenance."""
    return _read(path or paths.reference() / NAME)


def best(horizon: str, path: Path | None = None) -> dict[str, Any]:
    """Return XGBoost's parameters that the committed search found for ``horizon``.

    Parameters
    ----------
    horizon
        One of `hindcast.model.encode.HORIZONS`.
    path
        Another file than data/reference/tuned.json.

    Raises
    ------
    TuneError
        The file is missing, or holds no search of this horizon.
    """
    told = committed(path)
    if horizon not in told:
        raise TuneError(
            f"no tuned parameters of {horizon!r}: {NAME} has {', '.join(told) or 'none'}; "
            "run 'hindcast tune'"
        )
    return dict(told[horizon]["booster"])


def keep(horizon: str, told: dict[str, Any], path: Path | None = None) -> None:
    """Put one horizon's search in the file, beside those of the others."""
    path = path or paths.reference() / NAME
    before = _read.__wrapped__(path) if path.exists() else {}
    atomic.write_json(path, before | {horizon: told})
    _read.cache_clear()
