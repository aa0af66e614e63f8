"""Runs and registered models in MLflow, in a SQLite store that lies in the project.

One experiment for the target, one run for each horizon, one registered model
``hindcast-fatal-<horizon>`` whose alias ``champion`` is the newest. The store is a record for
people; nothing of the study reads from it, and DVC does not keep it.
"""

import importlib.metadata
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import polars as pl
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from hindcast import paths
from hindcast.errors import HindcastError
from hindcast.model import bundle as bundles

EXPERIMENT = "fatal"
ALIAS = "champion"
REQUIRED = ("numpy", "pandas", "polars", "xgboost-cpu", "xgboost")
CHATTY = ("mlflow", "alembic")
FEWEST_TRIES = "1"
log = logging.getLogger(__name__)


class RegistryError(HindcastError, RuntimeError):
    """The store of runs cannot be reached; the message names it."""


@dataclass(frozen=True)
class Store:
    """Where runs are kept: an MLflow tracking address and a folder for their files."""

    uri: str
    artifacts: Path

    @classmethod
    def of_project(cls) -> "Store":
        """Return the project's store, or the one ``MLFLOW_TRACKING_URI`` names."""
        default = f"sqlite:///{paths.root() / 'mlflow.db'}"
        return cls(os.environ.get("MLFLOW_TRACKING_URI") or default, paths.root() / "mlartifacts")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MLflow and its schema migrations to warnings while they work for us."""
    before = {name: logging.getLogger(name).level for name in CHATTY}
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def open_experiment(store: Store) -> str:
    """Reach the store and return the experiment's id, before anything is trained.

    Raises
    ------
    RegistryError
        The store cannot be opened: no such folder, not a database, no server.
    """
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", FEWEST_TRIES)
    try:
        with _quiet():
            return _experiment(mlflow.MlflowClient(store.uri, store.uri), store)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise RegistryError(
            f"the store of runs {store.uri} cannot be opened ({reason}); nothing was trained. "
            "Give MLFLOW_TRACKING_URI a store that can be reached, or move a broken mlflow.db away"
        ) from error


def _experiment(client: mlflow.MlflowClient, store: Store) -> str:
    if found := client.get_experiment_by_name(EXPERIMENT):
        return found.experiment_id
    local = store.uri.startswith("sqlite:")
    return client.create_experiment(EXPERIMENT, store.artifacts.as_uri() if local else None)


def record(
    store: Store,
    folder: Path,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
) -> str:
    """Log one horizon's run with its bundle, and make the bundle the champion of its name.

    Parameters
    ----------
    store
        An opened store, see `open_experiment`.
    folder
        The bundle, ``models/fatal/<horizon>``.
    params, metrics
        What was set, and what came out on the validation part, by name.

    Returns
    -------
    str
        The registered version.
    """
    manifest = bundles.load(folder).manifest
    mlflow.set_tracking_uri(store.uri)
    with _quiet():
        mlflow.set_experiment(EXPERIMENT)
        with mlflow.start_run(run_name=manifest["horizon"]) as run:
            mlflow.set_tags({"horizon": manifest["horizon"], "estimand": manifest["estimand"]})
            mlflow.log_params(dict(params) | {"data_fingerprint": manifest["fingerprint"]})
            mlflow.log_metrics(dict(metrics))
            mlflow.log_artifact(str(folder / "feature_schema.json"))
            logged = _log_model(folder)
        return _promote(store, logged.model_uri, run.info.run_id, manifest["horizon"])


def _log_model(folder: Path) -> Any:
    """Log the folder itself, to be opened by this module: JSON and UBJSON, nothing pickled.

    Requirements are given: inferring them would import the model anew and cost seven seconds.
    """
    return mlflow.pyfunc.log_model(
        name="bundle",
        loader_module=__name__,
        data_path=str(folder),
        pip_requirements=requirements(),
    )


def requirements() -> list[str]:
    """Return what a logged bundle needs, in the versions that made it.

    Examples
    --------
    >>> any(line.startswith("polars==") for line in requirements())
    True
    """
    installed = {
        distribution.metadata["Name"]: distribution.version
        for distribution in importlib.metadata.distributions()
    }
    return [f"{name}=={installed[name]}" for name in REQUIRED if name in installed]


def _promote(store: Store, model_uri: str, run_id: str, horizon: str) -> str:
    name = f"hindcast-{EXPERIMENT}-{horizon}"
    client = mlflow.MlflowClient(store.uri, store.uri)
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    version = client.create_model_version(name, model_uri, run_id).version
    client.set_registered_model_alias(name, ALIAS, version)
    log.info("MLflow: %s version %s is the %s", name, version, ALIAS)
    return version


class Forecaster:
    """What MLflow's pyfunc calls: a pandas frame of features in, P(fatal) for each row out."""

    def __init__(self, bundle: bundles.Bundle) -> None:
        self.bundle = bundle

    def predict(self, features: pd.DataFrame) -> pd.Series:
        """Return P(fatal | an accident happened) by the frame's own index."""
        probability = self.bundle.predict(pl.from_pandas(features))
        return pd.Series(probability, index=features.index, name="probability")


def _load_pyfunc(path: str) -> Forecaster:
    """Open a logged bundle; MLflow looks this name up in the module that a model names."""
    return Forecaster(bundles.load(Path(path)))
