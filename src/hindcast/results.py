"""reports/metrics.json: what the stages found, put together for pages, cards, DVC and programs."""

import json
from pathlib import Path
from typing import Any

from hindcast import atomic
from hindcast.errors import NotRunError

FURTHER = ("severity", "damage", "causes", "conformal", "families")


def write(project: Path) -> Path:
    """Put the figures of all targets into reports/metrics.json.

    The stage `evaluate` leaves those of P(fatal), the stage `targets` those of severity, damage,
    families of findings and sets of answers. What `evidence` and `levers` found is long, and stays
    in files of its own.

    Parameters
    ----------
    project
        A project whose stages have run.

    Raises
    ------
    hindcast.errors.NotRunError
        A stage has not been run.
    """
    parts = project / "data" / "processed" / "metrics"
    fatal, targets = _read(parts / "fatal.json"), _read(parts / "targets.json")
    further = {name: targets[name] for name in FURTHER if name in targets}
    out = project / "reports" / "metrics.json"
    atomic.write_json(out, fatal | further)
    return out


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise NotRunError(f"no {path}: run the study first (`make run`)")
    return json.loads(path.read_text(encoding="utf-8"))
