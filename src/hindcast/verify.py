"""Run the study twice from nothing and compare what the two lock files say was made."""

import logging
import os
import subprocess
import tempfile
from pathlib import Path

import yaml

log = logging.getLogger(__name__)


def verify(project: Path) -> dict[str, bool]:
    """Return for each output whether two runs from clean checkouts gave the same bytes.

    Both runs take the committed state of ``project`` and the records that ``HINDCAST_RAW`` or
    ``data/raw`` hold.
    """
    raw = os.environ.get("HINDCAST_RAW") or str(project / "data" / "raw")
    with tempfile.TemporaryDirectory(prefix="hindcast-verify-") as scratch:
        first, second = (_run(project, Path(scratch) / name, raw) for name in ("one", "two"))
    return {path: first[path] == second.get(path) for path in sorted(first)}


def _run(project: Path, clone: Path, raw: str) -> dict[str, str]:
    """Clone, reproduce, and return output path -> hash."""
    log.info("a run from nothing in %s", clone.name)
    subprocess.run(["git", "clone", "--quiet", str(project), str(clone)], check=True)
    (clone / "dvc.lock").unlink(missing_ok=True)
    environment = os.environ | {"HINDCAST_RAW": raw, "PYTHONPATH": str(clone / "src")}
    subprocess.run(["dvc", "repro", "--quiet"], cwd=clone, env=environment, check=True)
    return outputs(clone / "dvc.lock")


def outputs(lock: Path) -> dict[str, str]:
    """Return every output in a ``dvc.lock`` with its hash."""
    stages = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"]
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage.get("outs", [])}
