"""Which version is champion, challenger and previous of each horizon: one JSON file, changed whole.

The file is the only thing that workers, machines that share the folder, and commands agree over.
Whoever changes it takes a lock first, reads it anew, and replaces it as a whole.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hindcast import atomic
from hindcast.errors import HindcastError

FILE = "aliases.json"
LOCK = ".lock"
KEPT_MOVES = 200
"""Moves that the file remembers; the oldest are forgotten first."""

Mode = Literal["off", "shadow", "share"]
By = Literal["key", "request"]


class ShelfError(HindcastError, ValueError):
    """The shelf cannot do what was asked; the message says what is there."""


class Places(BaseModel):
    """The versions of one horizon that have a name.

    Attributes
    ----------
    champion
        What answers.
    challenger
        What wants to; ``mode`` says what it is given: nothing (``off``), every request of the
        champion without being answered (``shadow``), or a ``share`` of the requests to answer.
    previous
        The champion before this one.
    share
        Share of keys or requests, ``by``, that the challenger answers in mode ``share``.
    since, challenged_since
        When the champion took its place, and when the challenger was last given something after
        nothing; UTC.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    champion: str
    challenger: str | None = None
    previous: str | None = None
    mode: Mode = "off"
    share: float = Field(0.0, ge=0, le=1)
    by: By = "key"
    since: datetime
    challenged_since: datetime


class Move(BaseModel):
    """One change of places, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: datetime
    horizon: str
    what: Literal["shelved", "promoted", "rolled back", "challenge", "returned"]
    version: str
    reason: str


class Aliases(BaseModel):
    """What ``aliases.json`` holds."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    horizons: dict[str, Places] = {}
    history: list[Move] = []

    def of(self, horizon: str) -> Places:
        """Return the places of a horizon.

        Raises
        ------
        ShelfError
            The shelf has no version of it.
        """
        if (found := self.horizons.get(horizon)) is None:
            there = ", ".join(self.horizons) or "none"
            raise ShelfError(
                f"no version of horizon {horizon!r} is on the shelf: there are {there}"
            )
        return found

    def move(self, horizon: str, what: str, version: str, reason: str, **places: object) -> None:
        """Change the places of a horizon and note why."""
        now = datetime.now(UTC)
        before = self.horizons.get(horizon)
        told = {**(before.model_dump() if before else {}), **places}
        if before is None or told["champion"] != before.champion:
            told["since"] = now
        if before is None or told["challenger"] != before.challenger or before.mode == "off":
            told["challenged_since"] = now
        self.horizons[horizon] = Places.model_validate(told)
        noted = Move(at=now, horizon=horizon, what=what, version=version, reason=reason)  # type: ignore[arg-type]
        self.history = [*self.history, noted][-KEPT_MOVES:]


def read(shelf: Path) -> Aliases | None:
    """Return what stands on a shelf; None where there is no shelf.

    Raises
    ------
    ShelfError
        The file is not what it should be.
    """
    path = shelf / FILE
    try:
        return Aliases.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ShelfError(
            f"{path} cannot be read: {where}: {first['msg']}; mend it, or move the folder away and "
            "run `hindcast shelve`"
        ) from error


@contextmanager
def changing(shelf: Path) -> Iterator[Aliases]:
    """Yield what stands, to be changed; write it when the block succeeds and changed something.

    Nobody else changes it meanwhile: others wait.
    """
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = read(shelf) or Aliases()
        before = found.model_copy(deep=True)
        yield found
        if found != before:
            atomic.write_json(shelf / FILE, found.model_dump(mode="json"))
