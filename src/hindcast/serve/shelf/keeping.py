"""Put what was trained on the shelf: a copy that the next training does not touch."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from hindcast import atomic
from hindcast.model import encode
from hindcast.serve.forecast import engine
from hindcast.serve.shelf import aliases, moves
from hindcast.serve.shelf.about import ABOUT, about
from hindcast.serve.shelf.aliases import Aliases, ShelfError
from hindcast.serve.shelf.version import folders, version

Registered = Callable[[Path, str], dict[str, Any] | None]

KEEP = 5
"""Versions without a name that stay on the shelf, for each horizon."""


class Kept(NamedTuple):
    """What became of one horizon: ``role`` is champion, challenger, or unchanged."""

    horizon: str
    version: str
    role: str


def shelve(
    models: Path,
    shelf: Path,
    home: Path,
    keep: int = KEEP,
    registered: Registered = lambda _folder, _horizon: None,
) -> list[Kept]:
    """Put every horizon that a folder of models holds on the shelf.

    The first version of a horizon is its champion, as there is nothing else to answer. A later one
    is the challenger and is given nothing until somebody says so. A version that is there already
    changes nothing.

    Parameters
    ----------
    models
        ``models``, as the stages `train` and `targets` leave it.
    shelf
        The shelf's folder.
    home
        The project's folder, whose reports and records tell of the models.
    keep
        How many versions without a name stay, for each horizon; older ones are removed.
    registered
        Says what the registry knows of a new version, which lies in a folder as ``models``.

    Raises
    ------
    ShelfError
        There is nothing to put there, or it changed meanwhile.
    hindcast.model.bundle.BundleError
        A bundle is broken, or severity was trained beside another P(fatal). Nothing has changed.
    """
    there = [name for name in encode.HORIZONS if (models / "fatal" / name).is_dir()]
    if not there:
        raise ShelfError(f"no models in {models}: the stages `train` and `targets` write them")
    tell = partial(_about, home, registered)
    new = {horizon: _copied(models, shelf, horizon, tell) for horizon in there}
    with aliases.changing(shelf) as found:
        kept = [_placed(found, horizon, *told) for horizon, told in new.items()]
        for horizon in there:
            _prune(shelf, found, horizon, keep)
    return kept


def _about(home: Path, registered: Registered, folder: Path, horizon: str) -> dict[str, Any]:
    return about(folder, horizon, home) | {"registry": registered(folder, horizon)}


def _copied(
    models: Path, shelf: Path, horizon: str, tell: Callable[[Path, str], Any]
) -> tuple[str, bool]:
    """Return the version, and whether it was put there now."""
    name = version(models, horizon)
    place = moves.folder_of(shelf, horizon, name)
    if place.is_dir():
        return name, False
    with atomic.replacing_folder(place) as beside:
        for folder in folders(models, horizon):
            shutil.copytree(folder, beside / folder.parent.name / horizon)
        _check_whole(beside, horizon, name)
        atomic.write_json(beside / ABOUT, tell(beside, horizon))
    return name, True


def _check_whole(folder: Path, horizon: str, expected: str) -> None:
    """Refuse a copy of a folder that was written to meanwhile, and models that do not load."""
    if (found := version(folder, horizon)) != expected:
        raise ShelfError(
            f"the models of {horizon} changed while they were read ({expected}, then {found}): "
            "wait until the training has ended, and run it again"
        )
    engine.load(folder, horizon)


def _placed(found: Aliases, horizon: str, name: str, is_new: bool) -> Kept:
    places = found.horizons.get(horizon)
    if places is None:
        found.move(horizon, "shelved", name, "the first of its horizon", champion=name)
        return Kept(horizon, name, "champion")
    if not is_new or name in (places.champion, places.challenger):
        return Kept(horizon, name, "unchanged")
    off = {"challenger": name, "mode": "off", "share": 0.0}
    found.move(horizon, "shelved", name, "trained last", **off)
    return Kept(horizon, name, "challenger")


def _prune(shelf: Path, found: Aliases, horizon: str, keep: int) -> None:
    places = found.of(horizon)
    named = {places.champion, places.challenger, places.previous}
    unnamed = [one for one in moves.versions(shelf, horizon) if one not in named]
    for old in unnamed[: max(len(unnamed) - keep, 0)]:
        shutil.rmtree(moves.folder_of(shelf, horizon, old))
