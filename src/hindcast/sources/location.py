"""Remember which records a run reads, so that a notebook opened by hand reads the same."""

import json
from pathlib import Path
from typing import Any

from hindcast import atomic, paths
from hindcast.sources import inventory
from hindcast.sources.discovery import discover


def locate(raw: Path, out_json: Path) -> dict[str, Any]:
    """Write which files a run will read, and beside it where they lie; return the former.

    ``out_json`` (``source.json``) holds names, sizes and SHA-256, nothing of this machine: the
    extract stage depends on it, so moving records does not make it run again and changing them
    does. ``source_path.txt`` beside it holds the absolute folder; it is for `location` only.

    Raises
    ------
    SourceError
        As `discover`.
    """
    facts = described(raw)
    atomic.write_text(_path_file(out_json.parent), f"{raw.resolve()}\n")
    if not (out_json.exists() and _holds(out_json, facts)):
        atomic.write_json(out_json, facts)
    return facts


def described(raw: Path) -> dict[str, Any]:
    """Return kind, files and whether simulated, for what lies in ``raw``."""
    sources = discover(raw)
    kinds = "+".join(sorted({source.kind for source in sources}))
    if kinds == "simulated":
        return {"kind": kinds, "simulated": True, "files": []}
    found = [
        {"release": source.release, **file}
        for source in sources
        for file in inventory.files(source)
    ]
    return {"kind": kinds, "simulated": False, "files": found}


def location() -> Path:
    """Return the folder whose records the last run read, or the default one before any run."""
    remembered = _path_file(paths.interim())
    if remembered.exists():
        return Path(remembered.read_text(encoding="utf-8").rstrip("\n"))
    return paths.raw()


def _path_file(folder: Path) -> Path:
    return folder / "source_path.txt"


def _holds(path: Path, facts: dict[str, Any]) -> bool:
    return json.loads(path.read_text(encoding="utf-8")) == facts
