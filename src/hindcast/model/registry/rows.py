"""The accidents a comparison is made on, and forecasts of them that were kept."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hindcast import paths
from hindcast.errors import NotRunError
from hindcast.model.bundle import Bundle
from hindcast.model.registry.lineage import inventory
from hindcast.model.registry.store import Store

NEEDED = ("features.parquet", "split.parquet", "feature_schema.json")
KEPT = "test_forecasts.parquet"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rows:
    """Accidents to judge on: ``ev_id``, ``ev_date``, the label and features, one row an event."""

    frame: pl.DataFrame
    features_version: str
    is_simulated: bool


def absent() -> list[str]:
    """Return which of the files that hold the test rows are not there."""
    return [name for name in NEEDED if not paths.processed(name).is_file()]


def test_rows() -> Rows:
    """Return the accidents of the test part with their features, as the last run left them.

    Raises
    ------
    hindcast.errors.NotRunError
        The stages `features` and `train` have not run.
    """
    if lacking := absent():
        raise NotRunError(
            f"no {', '.join(lacking)} in {paths.processed()}: a comparison needs the test rows of "
            "a run; `make run` first"
        )
    features = pl.read_parquet(paths.processed("features.parquet"))
    parts = pl.read_parquet(paths.processed("split.parquet")).filter(part="test")
    frame = features.join(parts, on="ev_id", how="inner", validate="1:1").sort("ev_id")
    log.info("test part: %d of %d accidents", frame.height, features.height)
    schema = json.loads(paths.processed("feature_schema.json").read_text(encoding="utf-8"))
    return Rows(frame, schema["version"], bool(inventory().get("simulated")))


def keep(bundle: Bundle, folder: Path) -> Path | None:
    """Write a bundle's forecasts of the test rows to ``folder``; None where there are none.

    What a later champion is compared with, should the catalog no longer have a feature that this
    bundle reads, or give it another meaning.
    """
    if absent():
        return None
    features = pl.scan_parquet(paths.processed("features.parquet"))
    if not set(bundle.names) <= set(features.collect_schema()):
        return None
    parts = pl.scan_parquet(paths.processed("split.parquet")).filter(part="test")
    read = features.select("ev_id", *bundle.names)
    frame = read.join(parts, on="ev_id", how="inner", validate="1:1").sort("ev_id").collect()
    probability = pl.Series("probability", bundle.predict(frame.select(bundle.names)), pl.Float64)
    frame.select("ev_id", probability).write_parquet(folder / KEPT)
    return folder / KEPT


def kept(run_id: str | None, store: Store) -> pl.DataFrame | None:
    """Return ``ev_id`` and ``probability`` as a run kept them; None for one that kept none."""
    client = store.client()
    if not run_id or KEPT not in {one.path for one in client.list_artifacts(run_id)}:
        return None
    return pl.read_parquet(client.download_artifacts(run_id, KEPT))
