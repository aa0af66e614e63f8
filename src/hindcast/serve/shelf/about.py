"""What is told of a version: how well it did, where it comes from, its card. Kept beside it.

Figures come from reports/metrics.json, which tells of the run that made it. They are taken only
where they are of these very models: same records, same number of features, same threshold.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hindcast.model import card, card_target
from hindcast.serve.shelf.version import folders

ABOUT = "about.json"
COUNTS = ("n_train", "n_validation", "n_test", "n_test_fatal", "n_families", "n_test_destroyed")


def about(models: Path, horizon: str, home: Path) -> dict[str, Any]:
    """Return metrics, lineage and cards of one horizon's models.

    Parameters
    ----------
    models
        A folder as ``models``.
    home
        The project's folder: reports/metrics.json and requirements.lock are read there, if they
        are there.
    """
    measured = _json(home / "reports" / "metrics.json") or {}
    manifests = {one.parent.name: _json(one / "manifest.json") for one in folders(models, horizon)}
    fatal = manifests["fatal"]
    is_theirs = _is_of(measured, fatal)
    figures = measured if is_theirs else {}
    return {
        "format": 1,
        "kept_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "targets": {name: _target(figures, manifest) for name, manifest in manifests.items()},
        "lineage": _lineage(figures, fatal, home),
    }


def _is_of(measured: Mapping[str, Any], fatal: Mapping[str, Any]) -> bool:
    """Return whether the figures are of this P(fatal), as far as both tell."""
    figures = measured.get("fatal", {}).get(fatal["horizon"])
    if figures is None or "threshold" not in fatal:
        return False
    return (
        measured["source"]["fingerprint"] == fatal.get("fingerprint")
        and figures["n_features"] == fatal["n_features"]
        and abs(figures["best_threshold"] - fatal["threshold"]) < 1e-5
    )


def _target(measured: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
    figures = measured.get(manifest["target"], {}).get(manifest["horizon"])
    return {
        "estimand": manifest["estimand"],
        "outputs": manifest.get("outputs", ["fatal"]),
        "n_features": manifest["n_features"],
        "metrics": headline(figures) if figures else None,
        "counts": {name: figures[name] for name in COUNTS if name in figures} if figures else {},
        "card": _card(measured, manifest) if figures else None,
    }


def headline(figures: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the figures that have an interval, with it.

    Examples
    --------
    >>> headline({"n_test": 9, "f1": 0.7, "f1_ci": [0.6, 0.8], "by_year": []})
    {'f1': {'value': 0.7, 'low': 0.6, 'high': 0.8}}
    """
    found = {}
    for name, value in figures.items():
        if (interval := figures.get(f"{name}_ci")) is not None:
            found[name] = {"value": value, "low": interval[0], "high": interval[1]}
    return found


def _card(measured: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    written = card.card if manifest["target"] == "fatal" else card_target.card
    return written(measured, manifest)


def _lineage(measured: Mapping[str, Any], fatal: Mapping[str, Any], home: Path) -> dict[str, Any]:
    lock = home / "requirements.lock"
    split = fatal.get("split", {})
    return {
        "records_fingerprint": fatal.get("fingerprint"),
        "records": measured.get("source"),
        "features_version": fatal.get("features_version"),
        "trained_from": fatal.get("trained_from"),
        "trained_until": split.get("train_until"),
        "calibrated_until": split.get("validation_until"),
        "history_until": fatal.get("history_until"),
        "lock_sha256": hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None,
    }


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
