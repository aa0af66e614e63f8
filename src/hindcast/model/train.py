"""Train the study's models: for each horizon the model itself and those it is compared with."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from tqdm import tqdm

from hindcast import atomic, paths
from hindcast.model import bundle, calibrate, compare, encode, fit, metrics, registry, split
from hindcast.model.bundle import Bundle
from hindcast.model.material import KEYS, Material

TARGET = "fatal"
ESTIMAND = (
    "P(fatal | an accident happened): the share of accidents like this one in which somebody "
    "dies within 30 days. It is not the risk of having an accident."
)


@dataclass(frozen=True)
class Trained:
    """One horizon's bundle, the predictions of all its models, and how its boosters learned."""

    bundle: Bundle
    predictions: pl.DataFrame
    curves: pl.DataFrame
    calibrations: pl.DataFrame


def all_horizons(
    material: Material, recipe: fit.Recipe, store: registry.Store
) -> dict[str, Trained]:
    """Reach the store of runs, then train every horizon, with a progress bar on stderr.

    Raises
    ------
    hindcast.model.registry.RegistryError
        The store cannot be reached; nothing has been trained.
    """
    registry.open_experiment(store)
    total = len(encode.HORIZONS) * recipe.n_boosters * (1 + len(compare.BOOSTED))
    with tqdm(total=total, desc="boosters", file=sys.stderr) as bar:
        return {name: one(material, name, recipe, bar.update) for name in encode.HORIZONS}


def one(
    material: Material,
    horizon: str,
    recipe: fit.Recipe,
    on_fit: Callable[[], object] = lambda: None,
) -> Trained:
    """Train everything that one horizon needs.

    Parameters
    ----------
    material
        Events, divided.
    horizon
        One of `hindcast.model.encode.HORIZONS`.
    recipe
        How boosters are made; the compared ones are made the same way.
    on_fit
        Called after each booster.
    """
    features, parts = material.parts(horizon)
    fitted = fit.fit(parts["train"], parts["validation"], features, recipe, on_fit)
    plain = compare.calibrated(fitted, parts["validation"], recipe.calibration)
    own = {part: plain.predict(parts[part].features) for part in compare.JUDGED}
    frames = [
        compare.predictions(material, "xgboost", own),
        compare.forecasts(material, horizon, fitted.schema, recipe, on_fit),
    ]
    name = pl.lit(horizon).alias("horizon")
    predictions = pl.concat(frames).select(*KEYS, name, "model", "probability")
    margin = plain.margin(parts["validation"].features)
    methods = calibrate.compare(margin, parts["validation"].is_fatal)
    return Trained(
        _with_papers(plain, material, fitted, recipe, predictions),
        predictions,
        fitted.curves.with_columns(name),
        methods.select(name, pl.all()),
    )


def _with_papers(
    plain: Bundle,
    material: Material,
    fitted: fit.Fitted,
    recipe: fit.Recipe,
    predictions: pl.DataFrame,
) -> Bundle:
    horizon = predictions["horizon"][0]
    encode.check_known(fitted.schema, horizon)
    judged = validation_table(predictions).row(0, named=True)
    own = predictions.filter(pl.col("model") == "xgboost", pl.col("part") == "validation")
    manifest = {
        "format": 1,
        "target": TARGET,
        "horizon": horizon,
        "estimand": ESTIMAND,
        "features_version": material.features_version,
        "n_features": len(fitted.schema),
        "fingerprint": material.fingerprint,
        "history_until": json.loads(material.history)["until"],
        "trained_from": material.frame["ev_date"].min().isoformat(),
        "split": split.described(material.frame, material.split),
        "recipe": recipe.as_json(),
        "rounds": fitted.rounds,
        "validation": {name: judged[name] for name in metrics.NAMES},
        "threshold": metrics.best_f1_threshold(
            own["is_fatal"].to_numpy(), own["probability"].to_numpy()
        ),
    }
    return replace(plain, manifest=manifest, history_text=material.history)


def validation_table(predictions: pl.DataFrame) -> pl.DataFrame:
    """Return the metrics of each horizon and model on the validation part.

    The model was stopped early and calibrated on these events: the numbers compare models, and
    say nothing of later years.
    """
    rows = predictions.filter(pl.col("part") == "validation")
    judged = []
    for (horizon, model), group in rows.group_by("horizon", "model", maintain_order=True):
        numbers = metrics.all_of(group["is_fatal"].to_numpy(), group["probability"].to_numpy())
        judged.append({"horizon": horizon, "model": model} | _known(numbers))
    return pl.DataFrame(judged)


def _known(numbers: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: None if np.isnan(value) else float(value) for name, value in numbers.items()}


def validation_pivot(trained: Mapping[str, Trained], metric: str) -> pl.DataFrame:
    """Return one metric on the validation part, models by horizons."""
    judged = validation_table(_predictions(trained))
    return judged.pivot("horizon", index="model", values=metric)


def curves(trained: Mapping[str, Trained]) -> pl.DataFrame:
    """Return the learning curves of all horizons."""
    return pl.concat([one.curves for one in trained.values()])


def calibrations(trained: Mapping[str, Trained]) -> pl.DataFrame:
    """Return how the calibrations compare, for all horizons."""
    return pl.concat([one.calibrations for one in trained.values()])


def bundles(trained: Mapping[str, Trained]) -> pl.DataFrame:
    """Return features, trees and size in MB of each written bundle."""
    return pl.DataFrame(
        {
            "horizon": horizon,
            "features": len(one.bundle.schema),
            "trees": one.bundle.booster.num_boosted_rounds(),
            "size_mb": round(bundle.size_bytes(paths.models(TARGET, horizon)) / 1e6, 2),
        }
        for horizon, one in trained.items()
    )


def _predictions(trained: Mapping[str, Trained]) -> pl.DataFrame:
    return pl.concat([one.predictions for one in trained.values()])


def write(material: Material, trained: Mapping[str, Trained]) -> None:
    """Write split.parquet, predictions.parquet and a bundle for each horizon."""
    parts = material.frame.select("ev_id", "part")
    for name, frame in (("predictions", _predictions(trained)), ("split", parts)):
        with atomic.replacing(paths.processed(f"{name}.parquet")) as beside:
            frame.write_parquet(beside, compression="zstd")
    for horizon, one in trained.items():
        bundle.save(paths.models(TARGET, horizon), one.bundle)


def record(trained: Mapping[str, Trained], store: registry.Store) -> dict[str, str]:
    """Log each horizon's run and bundle in MLflow; return the registered versions by horizon."""
    return {
        horizon: registry.record(
            store,
            paths.models(TARGET, horizon),
            _flat(one.bundle.manifest["recipe"]) | one.bundle.manifest["split"],
            {f"validation_{k}": v for k, v in one.bundle.manifest["validation"].items() if v},
        )
        for horizon, one in trained.items()
    }


def _flat(recipe: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in recipe.items() if name != "booster"} | {
        f"booster.{name}": value for name, value in recipe["booster"].items()
    }
