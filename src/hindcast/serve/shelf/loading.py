"""Versions become engines: those that are loaded already are used again."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from hindcast.errors import HindcastError
from hindcast.model import encode
from hindcast.serve.forecast import engine
from hindcast.serve.forecast.engine import Engine
from hindcast.serve.shelf.aliases import Aliases, Places, ShelfError
from hindcast.serve.shelf.lane import Lane
from hindcast.serve.shelf.moves import folder_of
from hindcast.serve.shelf.version import version

TRIES = 3
"""How often models are read that change while they are read."""
Engines = dict[tuple[str, str], Engine]


def from_models(models: Path) -> dict[str, Lane]:
    """Return what lies in a folder of models, as champions: there is no shelf.

    Raises
    ------
    hindcast.errors.HindcastError
        There are no models, or they are broken.
    """
    there = [name for name in encode.HORIZONS if (models / "fatal" / name).is_dir()]
    if not there:
        raise ShelfError(f"no models in {models}: `make run` trains them")
    return {horizon: Lane(_unmixed(models, horizon)) for horizon in there}


def _unmixed(models: Path, horizon: str) -> Engine:
    """Return the engine of a horizon whose files nobody replaced while they were read."""
    before = version(models, horizon)
    for _ in range(TRIES):
        loaded = engine.load(models, horizon)
        if (after := version(models, horizon)) == before:
            return _called(loaded, before)
        before = after
    raise ShelfError(
        f"the models of {horizon} in {models} change while they are read: wait until the training "
        "has ended, or put finished ones on the shelf with `hindcast shelve`"
    )


def from_shelf(
    shelf: Path, found: Aliases, now: Mapping[str, Lane]
) -> tuple[dict[str, Lane], dict[str, str]]:
    """Return the lanes that the aliases ask for, and what is wrong, by horizon.

    A champion that cannot be loaded leaves its horizon to what answers now; at the start, to the
    champion before it. A challenger that cannot be loaded leaves the champion alone.

    Raises
    ------
    ShelfError
        At the start, neither champion nor previous of a horizon can be loaded.
    """
    have: Engines = {
        (horizon, one.version): one for horizon, lane in now.items() for one in lane.engines
    }
    lanes, faults = {}, {}
    for horizon, places in found.horizons.items():
        lane, told = _lane(shelf, horizon, places, have)
        lane = lane or now.get(horizon)
        if told:
            faults[horizon] = told
        if lane is None:
            raise ShelfError(f"{told}; put a version that works on the shelf")
        lanes[horizon] = lane
    return lanes, faults


def _lane(
    shelf: Path, horizon: str, places: Places, have: Engines
) -> tuple[Lane | None, str | None]:
    champion, told = _engine(shelf, horizon, places.champion, have)
    if champion is None:
        back = None
        if not any(at == horizon for at, _ in have) and places.previous:
            back, _ = _engine(shelf, horizon, places.previous, have)
        return (Lane(back) if back else None), told
    if places.challenger is None:
        return Lane(champion, places=places), None
    challenger, told = _engine(shelf, horizon, places.challenger, have)
    return Lane(champion, challenger, places), told


def _engine(
    shelf: Path, horizon: str, name: str, have: Engines
) -> tuple[Engine | None, str | None]:
    found = have.get((horizon, name))
    return (found, None) if found is not None else one(shelf, horizon, name)


def one(shelf: Path, horizon: str, name: str) -> tuple[Engine | None, str | None]:
    """Return a version's engine, or None and what is wrong with it."""
    folder = folder_of(shelf, horizon, name)
    try:
        return _called(engine.load(folder, horizon), name), None
    except (HindcastError, OSError, KeyError) as error:
        return None, f"{horizon} version {name} cannot be loaded: {error}"


def _called(loaded: Engine, version: str) -> Engine:
    """Return an engine under its version, with what the first request would have to make."""
    found = replace(loaded, version=version)
    _ = found.view
    return found
