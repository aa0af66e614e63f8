"""What lies on a shelf: versions, what they are called, how good they were, where they are from."""

import json
from pathlib import Path
from typing import Any

from hindcast.model import encode
from hindcast.serve.shelf import aliases, moves
from hindcast.serve.shelf.about import ABOUT
from hindcast.serve.shelf.aliases import Places, ShelfError

SHOWN = 8


def rows(shelf: Path) -> list[dict[str, str]]:
    """Return one row for each version as text, newest first within its horizon.

    Raises
    ------
    ShelfError
        There is no shelf.
    """
    found = aliases.read(shelf)
    if found is None:
        raise ShelfError(f"there is no shelf {shelf}: `hindcast shelve` puts models/ on one")
    there = [name for name in encode.HORIZONS if name in found.horizons]
    return [
        _row(shelf, horizon, version, found.horizons[horizon])
        for horizon in there
        for version in reversed(moves.versions(shelf, horizon))
    ]


def _row(shelf: Path, horizon: str, version: str, places: Places) -> dict[str, str]:
    told = about_of(shelf, horizon, version)
    registry = told.get("registry") or {}
    lineage = told.get("lineage") or {}
    return {
        "horizon": horizon,
        "version": version,
        "is": ", ".join(names(version, places)),
        "registry": registry.get("semver", "-"),
        "ROC AUC": _figure(told, "roc_auc"),
        "Brier": _figure(told, "brier"),
        "records": (lineage.get("records_fingerprint") or "-")[:SHOWN],
        "shelved": told.get("kept_at", "-")[:10],
    }


def names(version: str, places: Places) -> list[str]:
    """Return what a version is called, a challenger with what it is given."""
    given = f"share {places.share:g} by {places.by}" if places.mode == "share" else places.mode
    called = {
        "champion": places.champion,
        f"challenger ({given})": places.challenger,
        "previous": places.previous,
    }
    return [name for name, meant in called.items() if meant == version]


def about_of(shelf: Path, horizon: str, version: str) -> dict[str, Any]:
    """Return what is kept beside a version; empty where nothing is."""
    path = moves.folder_of(shelf, horizon, version) / ABOUT
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _figure(told: dict[str, Any], name: str) -> str:
    figures = told.get("targets", {}).get("fatal", {}).get("metrics") or {}
    return f"{figures[name]['value']:.4f}" if name in figures else "-"
