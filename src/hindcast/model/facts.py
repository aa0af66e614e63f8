"""What the evaluation reads from disk, and what it leaves there."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from hindcast import atomic, paths
from hindcast.model import curves, evaluate, groups

KINDS = ("faa_region", "far_part", "purpose_group", "aircraft_category", "is_homebuilt")


def read() -> dict[str, Any]:
    """Return what `hindcast.model.evaluate.assemble` takes, as the stages before left it.

    Raises
    ------
    hindcast.model.evaluate.EvaluationError
        The bundles were trained on other records or another split than their neighbours.
    """
    manifests, calibrations = (
        {h: _json(paths.models("fatal", h, name)) for h in evaluate.HORIZONS}
        for name in ("manifest.json", "calibration.json")
    )
    features = pl.read_parquet(paths.processed("features.parquet"))
    return {
        "predictions": pl.read_parquet(paths.processed("predictions.parquet")),
        "source": evaluate.source_facts(_json(paths.interim("inventory.json"))),
        "steps": _json(paths.processed("population.json"))["steps"],
        "split": _split(manifests),
        "n_features": {h: manifest["n_features"] for h, manifest in manifests.items()},
        "kinds": groups.kinds(features, KINDS),
        "manifests": manifests,
        "calibrations": calibrations,
    }


def write(metrics: Mapping[str, Any], predictions: pl.DataFrame) -> None:
    """Write the stage's part of the metrics, and to reports/plots/ the curves that DVC plots."""
    drawn = {
        "roc": curves.roc(predictions),
        "precision_recall": curves.precision_recall(predictions),
        "reliability": curves.reliability(predictions),
    }
    for name, points in drawn.items():
        for (horizon,), one in points.partition_by("horizon", as_dict=True).items():
            atomic.write_text(paths.reports("plots", f"{name}_{horizon}.csv"), one.write_csv())
    atomic.write_json(paths.processed("metrics", "fatal.json"), metrics)


def _split(manifests: Mapping[str, Any]) -> dict[str, Any]:
    splits = {horizon: manifest["split"] for horizon, manifest in manifests.items()}
    first, *others = splits.values()
    if any(other != first for other in others):
        raise evaluate.EvaluationError(
            f"the bundles come from different splits: {splits}; run the train stage again"
        )
    return first


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
