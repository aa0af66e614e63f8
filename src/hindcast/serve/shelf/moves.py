"""Champion, challenger and previous change places, by command, registry or watch."""

from pathlib import Path

from hindcast.serve.shelf import aliases
from hindcast.serve.shelf.aliases import Aliases, By, Mode, Places, ShelfError

ALONE = {"challenger": None, "mode": "off", "share": 0.0}
"""The places of a horizon whose champion nobody challenges."""


def folder_of(shelf: Path, horizon: str, version: str) -> Path:
    """Return where a version lies; it looks like a folder ``models`` of one horizon."""
    return shelf / horizon / version


def versions(shelf: Path, horizon: str) -> list[str]:
    """Return the versions of a horizon that lie on the shelf, oldest first."""
    there = [one for one in (shelf / horizon).glob("[0-9a-f]*") if one.is_dir()]
    return [one.name for one in sorted(there, key=lambda one: (one.stat().st_mtime_ns, one.name))]


def promote(shelf: Path, horizon: str, version: str | None = None, reason: str = "") -> str:
    """Make the challenger, or the version that is named, the champion; return it.

    Raises
    ------
    ShelfError
        There is no challenger, no such version, or it is the champion; nothing has changed.
    """
    with aliases.changing(shelf) as found:
        places = found.of(horizon)
        wanted = _wanted(shelf, horizon, places, version)
        if wanted == places.champion:
            raise ShelfError(f"{wanted} is the champion of {horizon} already")
        rest = ALONE if wanted == places.challenger else {}
        told = reason or "asked for by name"
        moved = {"champion": wanted, "previous": places.champion, **rest}
        found.move(horizon, "promoted", wanted, told, **moved)
    return wanted


def rollback(shelf: Path, horizon: str, reason: str = "") -> str:
    """Make the champion before this one the champion again; return it.

    The former champion gets no name; there is no `previous` afterwards.

    Raises
    ------
    ShelfError
        Nothing came before the champion; nothing has changed.
    """
    with aliases.changing(shelf) as found:
        back = _back(shelf, found, horizon)
        told = reason or "asked for"
        found.move(horizon, "rolled back", back, told, champion=back, previous=None)
    return back


def _back(shelf: Path, found: Aliases, horizon: str) -> str:
    places = found.of(horizon)
    if places.previous is None:
        raise ShelfError(
            f"{horizon} cannot be rolled back: no champion came before {places.champion}, or it "
            "was rolled back already"
        )
    _check_there(shelf, horizon, places.previous)
    return places.previous


def challenge(
    shelf: Path,
    horizon: str,
    mode: Mode,
    share: float = 0.0,
    by: By = "key",
    version: str | None = None,
) -> str:
    """Say what the challenger is given: ``off``, ``shadow``, or a ``share`` of the requests.

    Parameters
    ----------
    version
        The version that is to challenge; the challenger there is where none is named.

    Raises
    ------
    ShelfError
        There is no challenger, it is the champion, or the share is not above 0 and at most 1;
        nothing has changed.
    """
    if mode == "share" and not 0 < share <= 1:
        raise ShelfError(f"a share is above 0 and at most 1, found {share:g}")
    with aliases.changing(shelf) as found:
        places = found.of(horizon)
        wanted = _wanted(shelf, horizon, places, version)
        if wanted == places.champion:
            raise ShelfError(f"{wanted} is the champion of {horizon}: it cannot challenge itself")
        told = f"share {share:g} by {by}" if mode == "share" else mode
        given = {"mode": mode, "share": share if mode == "share" else 0.0, "by": by}
        found.move(horizon, "challenge", wanted, told, challenger=wanted, **given)
    return wanted


def parsed(mode: str) -> tuple[Mode, float]:
    """Read ``off``, ``shadow`` or ``share=0.1``.

    Raises
    ------
    ShelfError
        It is none of them.

    Examples
    --------
    >>> parsed("share=0.1")
    ('share', 0.1)
    """
    if mode in ("off", "shadow"):
        return mode, 0.0  # type: ignore[return-value]
    kind, _, share = mode.partition("=")
    try:
        found = float(share)
    except ValueError:
        found = 0.0
    if kind != "share" or not 0 < found <= 1:
        raise ShelfError(f"--mode is off, shadow or share=0.1 (above 0, at most 1), found {mode!r}")
    return "share", found


def take_out(shelf: Path, horizon: str, version: str, reason: str) -> bool:
    """Give a challenger nothing any more; return whether it had something until now.

    Another worker, or a command, may have been first: then nothing changes.
    """
    with aliases.changing(shelf) as found:
        places = found.horizons.get(horizon)
        if places is None or places.challenger != version or places.mode == "off":
            return False
        found.move(horizon, "returned", version, reason, mode="off", share=0.0)
    return True


def give_back(shelf: Path, horizon: str, version: str, reason: str) -> bool:
    """Set a failing champion back to the previous one; return whether that was done here."""
    with aliases.changing(shelf) as found:
        places = found.horizons.get(horizon)
        if places is None or places.champion != version or places.previous is None:
            return False
        back = places.previous
        found.move(horizon, "returned", back, reason, champion=back, previous=None)
    return True


def _wanted(shelf: Path, horizon: str, places: Places, version: str | None) -> str:
    if (wanted := version or places.challenger) is None:
        told = _there(shelf, horizon)
        raise ShelfError(f"{horizon} has no challenger: name a version, {told}")
    _check_there(shelf, horizon, wanted)
    return wanted


def _check_there(shelf: Path, horizon: str, version: str) -> None:
    if version not in versions(shelf, horizon):
        told = _there(shelf, horizon)
        raise ShelfError(f"{horizon} has no version {version!r} on the shelf, {told}")


def _there(shelf: Path, horizon: str) -> str:
    return f"there are {', '.join(versions(shelf, horizon)) or 'none'}"
