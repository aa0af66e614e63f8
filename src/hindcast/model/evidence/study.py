"""What this stage reads of the stages before, and the file it leaves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from hindcast import atomic, paths
from hindcast.model import bundle, fit, material
from hindcast.model.bundle import Bundle
from hindcast.model.evidence.bench import Bench, EvidenceError
from hindcast.model.material import Material

OWN_SPLIT = ("train_until", "validation_until", "test_until", "maturity_days")


@dataclass(frozen=True)
class Study:
    """The trained study: its events, its models and what they foresaw."""

    material: Material
    bundles: dict[str, Bundle]
    predictions: pl.DataFrame
    recipe: fit.Recipe

    def benches(self, *, jobs: int, rounds: int, seed: int) -> list[Bench]:
        """Return a bench for each horizon."""
        settings = {"recipe": self.recipe, "jobs": jobs, "rounds": rounds, "seed": seed}
        return [Bench.of(self.material, horizon, **settings) for horizon in self.bundles]

    def robust(self) -> tuple[int, float]:
        """Return which share of accidents lost inputs in training, and what share of these."""
        first = next(iter(self.bundles.values())).manifest["recipe"]
        return first["blanked_rows"], first["blanked_share"]

    def redrawn(self, seed: int) -> "Study":
        """Return the same study with its events divided at random."""
        return replace(self, material=self.material.redrawn(seed))

    def strongest(self, horizon: str, count: int) -> list[str]:
        """Return the names of the features with the largest mean absolute SHAP value."""
        names = self.bundles[horizon].names
        sizes = shap(horizon).select(pl.col(names).abs().mean()).row(0)
        ranked = sorted(zip(sizes, names, strict=True), key=lambda pair: (-pair[0], pair[1]))
        return [name for _, name in ranked[:count]]

    def part(self, part: str) -> pl.DataFrame:
        """Return keys and features of one part, sorted by event."""
        return self.material.frame.filter(pl.col("part") == part).sort("ev_id")


def read(horizons: Sequence[str], **cheap: Any) -> Study:
    """Read features, bundles and predictions, as the stages features and train left them.

    Parameters
    ----------
    horizons
        Which horizons to read.
    cheap
        What differs from the trained models' recipe in the variants: see `quick`.

    Raises
    ------
    EvidenceError
        The predictions lack a horizon.
    """
    bundles = {horizon: bundle.load(paths.models("fatal", horizon)) for horizon in horizons}
    predictions = pl.read_parquet(paths.processed("predictions.parquet"))
    if lacking := set(horizons) - set(predictions["horizon"].unique()):
        raise EvidenceError(
            f"no predictions for {', '.join(sorted(lacking))}: run the stage train, or set "
            "evidence.horizons to horizons that it trains"
        )
    manifest = bundles[horizons[0]].manifest
    events = material.read(**{name: manifest["split"][name] for name in OWN_SPLIT})
    return Study(events, bundles, predictions, quick(manifest["recipe"], **cheap))


def quick(
    recipe: Mapping[str, Any],
    *,
    n_boosters: int,
    learning_rate: float,
    early_stopping_rounds: int,
    calibration: str,
) -> fit.Recipe:
    """Return a cheaper recipe: fewer boosters that learn faster, on one thread, from plain rows.

    The study's own model learns from accidents of which many have lost inputs; a variant does
    not: the evidence is about the records as they are.

    Examples
    --------
    >>> recipe = {"seed": 1, "min_level_events": 5, "n_boosters": 4, "max_rounds": 9,
    ...     "early_stopping_rounds": 40, "jobs": 2, "calibration": "isotonic",
    ...     "booster": {"max_depth": 5, "learning_rate": 0.07}}
    >>> made = quick(recipe, n_boosters=1, learning_rate=0.15, early_stopping_rounds=20,
    ...     calibration="platt")
    >>> made.n_boosters, made.booster
    (1, {'max_depth': 5, 'learning_rate': 0.15})
    """
    own = fit.Recipe(**recipe).plain()
    return replace(
        own,
        n_boosters=n_boosters,
        early_stopping_rounds=early_stopping_rounds,
        calibration=calibration,
        jobs=1,
        booster=own.booster | {"learning_rate": learning_rate},
    )


def shap(horizon: str) -> pl.DataFrame:
    """Return a horizon's SHAP values of the test accidents, sorted by event.

    Raises
    ------
    EvidenceError
        The stage `explain` has not run.
    """
    path = paths.processed("shap", f"{horizon}.parquet")
    if not path.is_file():
        raise EvidenceError(f"no SHAP values in {path}: run the stage explain first")
    return pl.read_parquet(path).sort("ev_id")


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return a tidy frame as JSON takes it: days in ISO form, numbers that are none as null."""
    floats = pl.selectors.float()
    return json.loads(frame.with_columns(floats.fill_nan(None)).write_json())


def write(frames: Mapping[str, pl.DataFrame], told: Mapping[str, Any], **settings: Any) -> None:
    """Write data/processed/metrics/evidence.json: settings, sentences and every table.

    Parameters
    ----------
    frames
        Tidy frames by name.
    told
        Sentences by horizon, as `hindcast.model.evidence.sentences.by_horizon` returns them.
    settings
        What a reader must know of how the tables were made.
    """
    tables = {name: records(frame) for name, frame in frames.items()}
    held = {"settings": settings, "sentences": told} | tables
    atomic.write_json(paths.processed("metrics", "evidence.json"), held)
