"""Open a registered bundle by alias or version."""

from pathlib import Path

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.models import Model
from mlflow.pyfunc import DATA, FLAVOR_NAME

from hindcast.model import bundle as bundles
from hindcast.model.registry.names import CHAMPION, Reference
from hindcast.model.registry.store import RegistryError, Store, check_there, reached


def load(text: str, store: Store | None = None) -> bundles.Bundle:
    """Return the bundle of ``fatal/event@champion`` or ``fatal/event/3``.

    Parameters
    ----------
    text
        Target and horizon, with an alias or a version; the champion where neither is given.
    store
        The project's where not given.

    Raises
    ------
    hindcast.model.registry.store.RegistryError
        There is no such model, alias or version; the message says which there are.
    """
    store = store or Store.of_project()
    return opened(find(Reference.parse(text), store), store)


def find(reference: Reference, store: Store) -> ModelVersion:
    """Return the version that is meant.

    Raises
    ------
    RegistryError
        See `load`.
    """
    check_there(store)
    with reached(store):
        there, aliases = _there(reference.registered, store)
        number = reference.version or aliases.get(reference.alias or CHAMPION)
        if number is not None and int(number) in there:
            return store.client().get_model_version(reference.registered, number)
    raise RegistryError(_not_there(reference, store, there, aliases))


def aliases_of(name: str, store: Store) -> dict[str, str]:
    """Return the versions of a registered model by alias, as text: some stores give numbers."""
    aliases = store.client().get_registered_model(name).aliases
    return {alias: str(version) for alias, version in aliases.items()}


def _there(name: str, store: Store) -> tuple[list[int], dict[str, str]]:
    """Return the versions and aliases of a name; none where it is not registered."""
    where = f"name = '{name}'"
    if not store.client().search_registered_models(where):
        return [], {}
    versions = store.client().search_model_versions(where)
    return sorted(int(one.version) for one in versions), aliases_of(name, store)


def _not_there(
    reference: Reference, store: Store, versions: list[int], aliases: dict[str, str]
) -> str:
    meant = f"version {reference.version}" if reference.version else reference.alias or CHAMPION
    if not versions:
        return (
            f"no model {reference.model} is registered in {store.shown}: the stage `train` "
            "registers what it trains"
        )
    named = ", ".join(f"{alias} = {number}" for alias, number in sorted(aliases.items()))
    return (
        f"{reference.model} has no {meant}: versions {', '.join(map(str, versions))}; "
        f"{named or 'no aliases'}"
    )


def opened(version: ModelVersion, store: Store) -> bundles.Bundle:
    """Return the bundle of a version."""
    root = files(version, store)
    return bundles.load(root / Model.load(root).flavors[FLAVOR_NAME][DATA])


def files(version: ModelVersion, store: Store) -> Path:
    """Return the folder of an MLflow model, fetched where the store keeps its files elsewhere.

    The files are asked for by their own address: by the model's name MLflow looks in the store
    that the process is set to, not in the one that is given.
    """
    with reached(store, f"does not give out {version.name} version {version.version}"):
        address = store.client().get_model_version_download_uri(version.name, version.version)
        return Path(mlflow.artifacts.download_artifacts(address, tracking_uri=store.uri))
