"""What is registered: every version with its aliases, where it comes from, and where it lies."""

from mlflow.entities.model_registry import ModelVersion

from hindcast import paths
from hindcast.model import bundle as bundles
from hindcast.model.registry import lineage
from hindcast.model.registry.loading import aliases_of
from hindcast.model.registry.names import Reference, of_registered
from hindcast.model.registry.recording import ROLLED_BACK
from hindcast.model.registry.store import RegistryError, Store, check_there, reached

SHOWN = 8
"""Characters shown of a fingerprint, a commit or a run."""


def table(store: Store | None = None) -> list[dict[str, str]]:
    """Return one row a version, newest first within its model.

    ``records``, ``features``, ``run`` are the lineage: fingerprint of the records, version of the
    catalog, MLflow's run. ``in models/`` marks the version whose files the site reads.

    Raises
    ------
    hindcast.model.registry.store.RegistryError
        Nothing is registered, or the store cannot be reached.
    """
    store = store or Store.of_project()
    check_there(store)
    with reached(store):
        names = [model.name for model in store.client().search_registered_models()]
        found = [row for name in sorted(names) for row in _rows(name, store)]
    if not found:
        raise RegistryError(f"nothing is registered in {store.shown}: train first (`make run`)")
    return found


def _rows(name: str, store: Store) -> list[dict[str, str]]:
    if not (reference := of_registered(name)):
        return []
    aliases, at_hand = aliases_of(name, store), _at_hand(reference)
    versions = store.client().search_model_versions(f"name = '{name}'")
    newest_first = sorted(versions, key=lambda one: -int(one.version))
    return [_row(reference, one, aliases, at_hand) for one in newest_first]


def _row(
    reference: Reference, version: ModelVersion, aliases: dict[str, str], at_hand: str | None
) -> dict[str, str]:
    number, tags = str(version.version), version.tags
    named = [alias for alias, meant in sorted(aliases.items()) if meant == number]
    rolled_back = ["rolled back"] if ROLLED_BACK in tags else []
    return {
        "model": reference.model,
        "version": number,
        "semver": tags.get("semver", "-"),
        "alias": ", ".join(named + rolled_back),
        "records": tags.get("data_fingerprint", "-")[:SHOWN],
        "features": tags.get("features_version", "-")[:SHOWN],
        "run": (version.run_id or "-")[:SHOWN],
        "commit": tags.get("git_commit", "-")[:SHOWN],
        "in models/": "yes" if at_hand and tags.get("bundle_sha256") == at_hand else "",
    }


def _at_hand(reference: Reference) -> str | None:
    """Return which bundle lies in ``models/``; None where there is none."""
    folder = paths.models(reference.target, reference.horizon)
    if not (folder / "manifest.json").is_file():
        return None
    return lineage.identity(bundles.load(folder))
