"""Keep a trained bundle: a run with its dataset and lineage, and a version of its model."""

import importlib.metadata
import logging
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlflow
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.sources import LocalArtifactDatasetSource
from mlflow.entities.model_registry import ModelVersion

from hindcast.model import bundle as bundles
from hindcast.model.bundle import Bundle
from hindcast.model.registry import lineage, pyfunc, rows, versioning
from hindcast.model.registry.loading import aliases_of
from hindcast.model.registry.names import CHALLENGER, CHAMPION, Reference
from hindcast.model.registry.store import Store, reached

REQUIRED = ("numpy", "pandas", "polars", "xgboost-cpu", "xgboost")
LOADER = "hindcast.model.registry"
DIGEST_LENGTH = 36
ROLLED_BACK = "rolled_back"
TRAINED_FROM = "data/processed/features.parquet"
log = logging.getLogger(__name__)


def record(
    store: Store,
    folder: Path,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
) -> str:
    """Keep one horizon's bundle as a run and a version, and say what it is to the champion.

    The first version of a name is its champion, as there is nothing to compare it with. Later
    ones challenge. A bundle that is the same as a version already there makes no run and no
    version, only the alias is looked after: run again with nothing changed, nothing changes.

    Parameters
    ----------
    store
        An opened store, see `hindcast.model.registry.store.open_experiment`.
    folder
        The bundle, ``models/<target>/<horizon>``.
    params, metrics
        What was set, and what came out on the validation part, by name.

    Returns
    -------
    str
        The registered version.

    Raises
    ------
    hindcast.model.bundle.BundleError
        ``folder`` is not a bundle.
    hindcast.model.registry.store.RegistryError
        The store failed meanwhile. The bundle's files are whole, and the next run keeps them.
    """
    bundle = bundles.load(folder)
    tags = lineage.of_bundle(bundle)
    reference = Reference(tags["target"], tags["horizon"])
    with reached(store, "failed while a run was kept; the bundles in models/ are whole"):
        versions = _versions(store, reference)
        same = [one for one in versions if one.tags.get("bundle_sha256") == tags["bundle_sha256"]]
        if same:
            kept = same[-1]
            log.info("MLflow: %s is version %s, unchanged", reference.registered, kept.version)
        else:
            step = versioning.step(versions[-1].tags if versions else None, tags)
            told = tags | {"semver": step.semver, "semver_reason": step.reason}
            kept = _keep(store, folder, bundle, told, params, metrics)
        _place(store, reference, kept)
    return str(kept.version)


def _versions(store: Store, reference: Reference) -> list[ModelVersion]:
    """Return the versions of a name, oldest first; registers the name where it is new."""
    client = store.client()
    where = f"name = '{reference.registered}'"
    if not client.search_registered_models(where):
        client.create_registered_model(reference.registered)
    return sorted(client.search_model_versions(where), key=lambda one: int(one.version))


def _keep(
    store: Store,
    folder: Path,
    bundle: Bundle,
    tags: dict[str, str],
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
) -> ModelVersion:
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_experiment(tags["target"])
    with mlflow.start_run(run_name=tags["horizon"]) as run:
        mlflow.set_tags(tags | {"estimand": bundle.manifest["estimand"]})
        mlflow.log_params(dict(params) | {"data_fingerprint": tags["data_fingerprint"]})
        mlflow.log_metrics(dict(metrics))
        mlflow.log_input(_dataset(bundle), context="training", tags=_told_of_records(bundle))
        mlflow.log_artifact(str(folder / "feature_schema.json"))
        _log_forecasts(bundle)
        logged = _log_model(folder, bundle)
    name = Reference(tags["target"], tags["horizon"]).registered
    version = store.client().create_model_version(
        name, logged.model_uri, run.info.run_id, tags=tags | {"run_id": run.info.run_id}
    )
    log.info("MLflow: %s version %s is %s", name, version.version, tags["semver"])
    return version


def _log_forecasts(bundle: Bundle) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        if written := rows.keep(bundle, Path(scratch)):
            mlflow.log_artifact(str(written))


def _dataset(bundle: Bundle) -> MetaDataset:
    """Return the training data by name, fingerprint and columns: MLflow sees none of its rows.

    MLflow keeps 36 characters of a digest; the whole fingerprint is a tag.
    """
    name = " ".join(one["release"] for one in _of(bundle).get("releases", ())) or "records"
    source = LocalArtifactDatasetSource(TRAINED_FROM)
    digest = bundle.manifest["fingerprint"][:DIGEST_LENGTH]
    return MetaDataset(source, name, digest, pyfunc.inputs(bundle.schema))


def _told_of_records(bundle: Bundle) -> dict[str, str]:
    parts = bundle.manifest["split"].get("rows", {})
    told = {f"rows.{part}": str(count) for part, count in parts.items()}
    told["data_fingerprint"] = bundle.manifest["fingerprint"]
    return told | {name: str(_of(bundle)[name]) for name in ("kind",) if name in _of(bundle)}


def _of(bundle: Bundle) -> dict[str, Any]:
    """Return the inventory of the bundle's records, if they are the ones at hand."""
    found = lineage.inventory()
    return found if found.get("fingerprint") == bundle.manifest["fingerprint"] else {}


def _log_model(folder: Path, bundle: Bundle) -> Any:
    """Log the folder itself, to be opened by this package: JSON and UBJSON, nothing pickled.

    Requirements are given: inferring them would import the model anew and cost seven seconds.
    """
    with warnings.catch_warnings():
        # an example would be a made-up accident; the signature is declared, not guessed from one
        warnings.filterwarnings("ignore", message=".*[Ii]nput example", category=UserWarning)
        return mlflow.pyfunc.log_model(
            name="bundle",
            loader_module=LOADER,
            data_path=str(folder),
            signature=pyfunc.signature(bundle.schema),
            pip_requirements=requirements(),
        )


def requirements() -> list[str]:
    """Return what a logged bundle needs, in the versions that made it.

    Examples
    --------
    >>> any(line.startswith("polars==") for line in requirements())
    True
    """
    return [f"{name}=={version}" for name in REQUIRED if (version := _installed(name))]


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _place(store: Store, reference: Reference, version: ModelVersion) -> None:
    """Make a version champion if there is none, else challenger, unless it is the champion.

    A version that was rolled back has lost its claim: it challenges again only when asked for by
    its number.
    """
    client, name = store.client(), reference.registered
    aliases = aliases_of(name, store)
    champion = aliases.get(CHAMPION)
    if champion is None:
        client.set_registered_model_alias(name, CHAMPION, version.version)
        log.info("MLflow: %s version %s is the %s", name, version.version, CHAMPION)
    elif str(version.version) != champion and ROLLED_BACK not in version.tags:
        client.set_registered_model_alias(name, CHALLENGER, version.version)
        log.info("MLflow: it is the %s of version %s", CHALLENGER, champion)
    elif CHALLENGER in aliases:
        client.delete_registered_model_alias(name, CHALLENGER)
        log.info("MLflow: %s has no %s any more: the newest stands", name, CHALLENGER)
