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
from hindcast.model import (
    bundle,
    calibrate,
    compare,
    encode,
    fit,
    learned,
    metrics,
    registry,
    split,
    thresholds,
)
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
    material: Material,
    recipe: fit.Recipe,
    store: registry.Store,
    boosters: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str, Trained]:
    """Reach the store of runs, then train every horizon, with a progress bar on stderr.

    Parameters
    ----------
    material
        Events, divided.
    recipe
        How boosters are made.
    store
        Of runs.
    boosters
        XGBoost parameters by horizon, which stand above the recipe's.

    Raises
    ------
    hindcast.model.registry.RegistryError
        The store cannot be reached; nothing has been trained.
    """
    registry.open_experiment(store)
    recipes = {
        name: recipe.with_booster((boosters or {}).get(name, {})) for name in encode.HORIZONS
    }
    fits = 2 * (recipe.n_boosters + recipe.compared_boosters * len(compare.BOOSTED))
    with tqdm(total=len(recipes) * fits, desc="boosters", file=sys.stderr) as bar:
        return {name: one(material, name, own, bar.update) for name, own in recipes.items()}


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
    own = learned.learn(parts, features, recipe, on_fit)
    predictions = _all_predictions(material, horizon, own, recipe, on_fit)
    validation = _own_validation(predictions)
    methods = calibrate.compare(
        validation["margin"].to_numpy(), validation["is_fatal"].to_numpy().astype(float)
    )
    name = pl.lit(horizon).alias("horizon")
    return Trained(
        _with_papers(own, material, recipe, predictions),
        predictions,
        own.fitted.curves.with_columns(name),
        methods.select(name, pl.all()),
    )


def _all_predictions(
    material: Material,
    horizon: str,
    own: learned.Learned,
    recipe: fit.Recipe,
    on_fit: Callable[[], object],
) -> pl.DataFrame:
    """Return the predictions of the model, with its margins, and of those beside it."""
    _, parts = material.parts(horizon)
    schema = own.fitted.schema
    margins, forecasts = own.margins(parts), own.forecasts(parts)
    frames = [
        compare.predictions(material, "xgboost", forecasts, margins),
        compare.forecasts(material, horizon, schema, recipe.compared(), on_fit),
    ]
    name = pl.lit(horizon).alias("horizon")
    everything = pl.concat(frames, how="diagonal")
    return everything.select(*KEYS, name, "model", "probability", "margin")


def _own_validation(predictions: pl.DataFrame) -> pl.DataFrame:
    return predictions.filter(pl.col("model") == "xgboost", pl.col("part") == "validation")


def _with_papers(
    own: learned.Learned, material: Material, recipe: fit.Recipe, predictions: pl.DataFrame
) -> Bundle:
    horizon = predictions["horizon"][0]
    schema = own.served.schema
    encode.check_known(schema, horizon)
    judged = validation_table(predictions).row(0, named=True)
    validation = _own_validation(predictions)
    known = validation["is_fatal"].to_numpy(), validation["probability"].to_numpy()
    chosen = thresholds.choose(*known, recipe.miss_cost)
    calibration = own.served.calibration
    manifest = {
        "format": 1,
        "target": TARGET,
        "horizon": horizon,
        "estimand": ESTIMAND,
        "features_version": material.features_version,
        "n_features": len(schema),
        "fingerprint": material.fingerprint,
        "simulated": material.is_simulated,
        "history_until": json.loads(material.history)["until"],
        "trained_from": material.frame["ev_date"].min().isoformat(),
        "split": split.described(material.frame, material.split),
        "recipe": recipe.as_json(),
        "rounds": own.refitted.rounds,
        "learned_until": material.split.validation_until.isoformat(),
        "validation": {name: judged[name] for name in metrics.NAMES},
        "calibration": {"method": calibration["method"], "chosen": calibration.get("chosen")},
        "threshold": chosen["f1"],
        "thresholds": chosen,
        "miss_cost": recipe.miss_cost,
    }
    return replace(own.served, manifest=manifest, history_text=material.history)


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
