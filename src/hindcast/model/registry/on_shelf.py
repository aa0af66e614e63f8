"""The registry and the server's shelf: which version there is which version here.

The registry knows a bundle by what it forecasts from (`lineage.identity`); the shelf by all files
of a horizon. A version of the shelf is a registered one when its P(fatal) is.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hindcast.model import bundle as bundles
from hindcast.model.registry import lineage
from hindcast.model.registry.loading import find, opened
from hindcast.model.registry.names import Reference
from hindcast.model.registry.store import RegistryError, Store
from hindcast.serve.shelf import aliases, moves

TOLD = ("semver", "semver_reason", "git_commit", "run_id")


def told(folder: Path, horizon: str, store: Store | None = None) -> dict[str, Any] | None:
    """Return what the registry tells of the models in a folder; None where it does not know them.

    Parameters
    ----------
    folder
        As ``models``.
    """
    identity = lineage.identity(bundles.load(folder / "fatal" / horizon))
    try:
        version = _registered(store or Store.of_project(), horizon, identity)
    except RegistryError:
        return None
    if version is None:
        return None
    kept = {name: version.tags[name] for name in TOLD if name in version.tags}
    return {"version": str(version.version), **kept}


def _registered(store: Store, horizon: str, identity: str) -> Any:
    name = Reference("fatal", horizon).registered
    find(Reference("fatal", horizon), store)  # says what is wrong where nothing is there
    versions = store.client().search_model_versions(f"name = '{name}'")
    same = [one for one in versions if one.tags.get("bundle_sha256") == identity]
    return max(same, key=lambda one: int(one.version), default=None)


def promoted(shelf: Path, model: str, number: str, store: Store | None = None) -> str | None:
    """Let the shelf follow a promotion in the registry; return what came of it in a sentence.

    Parameters
    ----------
    model
        ``fatal/event``.
    number
        The version that the registry made champion.

    Returns
    -------
    str or None
        None where there is no shelf, or nothing of this horizon on it.
    """
    return _followed(shelf, Reference.parse(model), number, store, back=False)


def rolled_back(shelf: Path, model: str, number: str, store: Store | None = None) -> str | None:
    """Let the shelf follow a rollback in the registry; see `promoted`."""
    return _followed(shelf, Reference.parse(model), number, store, back=True)


def _followed(
    shelf: Path, reference: Reference, number: str, store: Store | None, *, back: bool
) -> str | None:
    horizon = reference.horizon
    found = aliases.read(shelf)
    if reference.target != "fatal" or found is None or horizon not in found.horizons:
        return None
    named = Reference("fatal", horizon, version=number)
    wanted = _on_shelf(shelf, horizon, named, store or Store.of_project())
    places = found.horizons[horizon]
    if places.champion in wanted:
        return f"the server's champion of {horizon} is that version already"
    if not wanted:
        return (
            f"the server's champion of {horizon} stays {places.champion}: version {number} is not "
            "on its shelf; `hindcast shelve` puts what lies in models/ there"
        )
    version = places.previous if back and places.previous in wanted else wanted[-1]
    reason = f"{named.model} version {number} in the registry"
    if back and version == places.previous:
        moves.rollback(shelf, horizon, reason)
    else:
        moves.promote(shelf, horizon, version, reason)
    return f"the server's champion of {horizon} is {version} now"


def _on_shelf(shelf: Path, horizon: str, reference: Reference, store: Store) -> Sequence[str]:
    """Return the versions of the shelf whose P(fatal) is the registered one, oldest first."""
    identity = lineage.identity(opened(find(reference, store), store))
    fatal = {
        version: moves.folder_of(shelf, horizon, version) / "fatal" / horizon
        for version in moves.versions(shelf, horizon)
    }
    return [one for one, folder in fatal.items() if _identity(folder) == identity]


def _identity(folder: Path) -> str:
    return lineage.identity(bundles.load(folder))
