"""Whether a model was trained on simulated records, as its answers have to say."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hindcast import paths


def is_simulated(manifest: Mapping[str, Any]) -> bool | None:
    """Return whether a model's records were simulated; None where nothing here tells.

    Parameters
    ----------
    manifest
        The model's. Where it does not say, the inventory of this project's records does, if the
        model was trained on those (the same fingerprint).
    """
    if "simulated" in manifest:
        return bool(manifest["simulated"])
    return _of_records(manifest.get("fingerprint", ""))


@lru_cache(maxsize=64)
def _of_records(fingerprint: str) -> bool | None:
    path = paths.interim("inventory.json")
    if not path.is_file():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return bool(told["simulated"]) if told["fingerprint"] == fingerprint else None
