"""What the monitor's stage reads of the run, and the two files that it leaves."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from hindcast import atomic, paths
from hindcast.model import bundle, encode, metrics
from hindcast.model.bundle import Bundle
from hindcast.model.predictions import MODEL
from hindcast.monitor import reference
from hindcast.monitor.reference import Limits, MonitorError, Reference, Scores
from hindcast.serve.shelf.version import version

RUNNING = "history"
"""Features that count the past move on with every year, by what they are: no drift of the world."""

METRICS = "monitor.json"


@dataclass(frozen=True)
class Run:
    """The trained run: accidents with features and part, forecasts, bundles, and feature groups."""

    frame: pl.DataFrame
    predictions: pl.DataFrame
    bundles: Mapping[str, Bundle]
    groups: Mapping[str, str]
    fingerprint: str

    @property
    def names(self) -> list[str]:
        """Return the features of any horizon that are watched, in the catalog's order."""
        used = set().union(*(one.names for one in self.bundles.values()))
        kept = (name for name in self.frame.columns if name in used)
        return [name for name in kept if self.groups[name] != RUNNING]

    def learned(self, years: int) -> pl.DataFrame:
        """Return the accidents of the last ``years`` that the models were made with."""
        of = self.frame.filter(pl.col("part").is_in(["train", "validation"]))
        last: date = of["ev_date"].max()
        return of.filter(pl.col("ev_date") > pl.lit(last).dt.offset_by(f"-{years}y"))

    def part(self, part: str) -> pl.DataFrame:
        """Return the accidents of one part in order of date."""
        return self.frame.filter(pl.col("part") == part)


def read() -> Run:
    """Read the run in the project's folder.

    Raises
    ------
    hindcast.monitor.reference.MonitorError
        There are no bundles: the stage `train` has not run.
    """
    there = [name for name in encode.HORIZONS if paths.models("fatal", name).is_dir()]
    if not there:
        raise MonitorError(f"no bundles in {paths.models('fatal')}: run `hindcast stage train`")
    parts = pl.read_parquet(paths.processed("split.parquet"))
    features = pl.read_parquet(paths.processed("features.parquet"))
    schema = _json(paths.processed("feature_schema.json"))["features"]
    predictions = pl.read_parquet(paths.processed("predictions.parquet"))
    return Run(
        features.join(parts, on="ev_id", how="inner", validate="1:1").sort("ev_date", "ev_id"),
        predictions.filter(pl.col("model") == MODEL).sort("ev_date", "ev_id"),
        {name: bundle.load(paths.models("fatal", name)) for name in there},
        {feature["name"]: feature["group"] for feature in schema},
        _json(paths.interim("inventory.json"))["fingerprint"],
    )


def referred(run: Run, limits: Limits, *, years: int, n_bins: int, n_levels: int) -> Reference:
    """Return what training looked like.

    Parameters
    ----------
    run
        The trained run.
    limits
        From where on the monitor speaks.
    years
        How many of the last years that the models were made with are the inputs' reference: what
        was long ago drifted long ago.
    n_bins, n_levels
        Bins of a number, and levels of a category, at most.
    """
    frame = run.learned(years)
    made, counts = reference.learned(frame, run.names, n_bins=n_bins, n_levels=n_levels)
    return Reference(
        fingerprint=run.fingerprint,
        since=frame["ev_date"].min().isoformat(),
        until=frame["ev_date"].max().isoformat(),
        limits=limits,
        features=made,
        counts=counts.tolist(),
        horizons={name: _scores(run, name, n_bins) for name in run.bundles},
    )


def _scores(run: Run, horizon: str, n_bins: int) -> Scores:
    own = run.bundles[horizon]
    rows = validation(run, horizon)
    made, counts = reference.scores(rows, n_bins)
    y, p = rows["is_fatal"].to_numpy().astype(float), rows["probability"].to_numpy()
    told = reference.gains(own.booster, own.names)
    return Scores(
        version=version(paths.models(), horizon),
        learned_until=own.manifest["learned_until"],
        bins=made,
        counts=counts.tolist(),
        roc_auc=float(metrics.roc_auc(y, p)),
        brier=float(metrics.brier(y, p)),
        gain={name: told[name] for name in run.names if name in told},
    )


def validation(run: Run, horizon: str) -> pl.DataFrame:
    """Return a horizon's forecasts of the validation part, by boosters that did not learn it."""
    own = run.predictions.filter(pl.col("part") == "validation", pl.col("horizon") == horizon)
    return own.select("ev_id", "ev_date", "is_fatal", "probability")


def tested(run: Run) -> pl.DataFrame:
    """Return the forecasts of the test part at every horizon, in order of date."""
    own = run.predictions.filter(pl.col("part") == "test")
    return own.select("ev_id", "ev_date", "is_fatal", "horizon", "probability")


def write_metrics(told: Mapping[str, Any]) -> None:
    """Write data/processed/metrics/monitor.json; frames as lists of rows."""
    held = {name: _plain(value) for name, value in told.items()}
    atomic.write_json(paths.processed("metrics", METRICS), held)


def _plain(value: Any) -> Any:
    if not isinstance(value, pl.DataFrame):
        return value
    rounded = value.with_columns(pl.selectors.float().fill_nan(None).round(6))
    return json.loads(rounded.write_json())


def _json(path: Any) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def watched(run: Run) -> pl.DataFrame:
    """Return how many features each group has, and whether they are watched."""
    used = set().union(*(one.names for one in run.bundles.values()))
    groups = pl.Series("group", [of for name, of in run.groups.items() if name in used])
    counted = groups.to_frame().group_by("group", maintain_order=True).len("features")
    return counted.with_columns((pl.col("group") != RUNNING).alias("watched"))
