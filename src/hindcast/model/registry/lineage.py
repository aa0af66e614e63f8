"""Where a bundle comes from, as tags: records -> features -> run -> version; and which it is."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

from hindcast import paths
from hindcast.model.bundle import Bundle

UNTOLD = ("jobs",)
"""What a recipe says that no result depends on."""


def of_bundle(bundle: Bundle) -> dict[str, str]:
    """Return the tags of a bundle: its identity, features and parameters, and where it comes from.

    Returns
    -------
    dict of str
        ``bundle_sha256`` of all that decides a forecast or explains it; ``feature_list``;
        ``parameters`` as JSON; ``data_fingerprint``, ``features_version``, the days of the split
        (``split.train_until``, ...), ``git_commit`` and ``simulated`` where they are known.
    """
    manifest = bundle.manifest
    tags = {
        "target": manifest["target"],
        "horizon": manifest["horizon"],
        "bundle_sha256": identity(bundle),
        "feature_list": " ".join(f"{one['name']}:{one['kind']}" for one in bundle.schema),
        "parameters": _json(parameters(manifest)),
        "data_fingerprint": manifest["fingerprint"],
        "features_version": manifest["features_version"],
        "git_commit": git_commit(),
        "simulated": _simulated(manifest["fingerprint"]),
    }
    days = {f"split.{name}": str(day) for name, day in split_days(manifest).items()}
    return {name: value for name, value in tags.items() if value} | days


def parameters(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was set of a model: the recipe, and the days of the split."""
    recipe = {name: value for name, value in manifest["recipe"].items() if name not in UNTOLD}
    return recipe | split_days(manifest)


def split_days(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the days that divide the events, without how many each part has."""
    return {name: value for name, value in manifest["split"].items() if name != "rows"}


def identity(bundle: Bundle) -> str:
    """Return the SHA-256 of what a bundle forecasts from and says of itself.

    Two trainings on the same records with the same code give the same one, whatever the number of
    jobs they ran in.
    """
    manifest = bundle.manifest | {"recipe": parameters(bundle.manifest)}
    told = (bundle.schema, bundle.calibration, manifest, bundle.history_text)
    digest = hashlib.sha256(bundle.booster.save_raw("ubj"))
    for part in told:
        digest.update(_json(part).encode())
    return digest.hexdigest()


def git_commit() -> str | None:
    """Return the commit the project stands at, ``-dirty`` with uncommitted changes; None without.

    A copy without Git, or a machine without it, has no commit to tell.
    """
    if not (git := shutil.which("git")):
        return None
    describe = (git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    done = subprocess.run(describe, cwd=paths.root(), capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def inventory() -> dict[str, Any]:
    """Return data/interim/inventory.json; empty where the study has not run."""
    path = paths.interim("inventory.json")
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _simulated(fingerprint: str) -> str | None:
    """Return ``true`` or ``false`` if the records at hand are those of the fingerprint."""
    found = inventory()
    return str(found["simulated"]).lower() if found.get("fingerprint") == fingerprint else None


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
