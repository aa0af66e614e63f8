"""What a version is called: a digest of every file that decides an answer of its horizon."""

import hashlib
import json
from pathlib import Path

TARGETS = ("fatal", "severity", "causes", "damage")
"""What lies in a folder of models; the first two are needed."""
LENGTH = 12
UNTOLD = ("jobs",)
"""What a recipe says that no result depends on."""


def folders(models: Path, horizon: str) -> list[Path]:
    """Return the bundles of one horizon that a folder as ``models`` holds."""
    found = (models / target / horizon for target in TARGETS)
    return [folder for folder in found if folder.is_dir()]


def version(models: Path, horizon: str) -> str:
    """Return the version that the bundles of one horizon are together, 12 hexadecimal digits.

    The mark of P(fatal) alone would not do: the stage `targets` may train severity or causes anew
    beside the same P(fatal), and answers change.
    """
    digest = hashlib.sha256()
    for folder in folders(models, horizon):
        for path in sorted(folder.iterdir()):
            digest.update(f"{folder.parent.name}/{path.name}\0".encode())
            digest.update(_content(path))
    return digest.hexdigest()[:LENGTH]


def _content(path: Path) -> bytes:
    if path.name != "manifest.json":
        return path.read_bytes()
    told = json.loads(path.read_text(encoding="utf-8"))
    recipe = {k: value for k, value in told.get("recipe", {}).items() if k not in UNTOLD}
    return json.dumps(told | {"recipe": recipe}, sort_keys=True).encode()
