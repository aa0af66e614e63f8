"""The versions that a worker holds, and which of them answers."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hindcast.model import encode
from hindcast.serve.forecast import engine
from hindcast.serve.problems import Problem
from hindcast.serve.settings import Settings
from hindcast.serve.shelf.choice import Choice
from hindcast.serve.shelf.version import version


class Shelf:
    """The engines of a worker, by horizon and role."""

    def __init__(self, champions: Mapping[str, engine.Engine]) -> None:
        self.champions = dict(champions)

    @classmethod
    def open(cls, settings: Settings) -> "Shelf":
        """Load what lies in the folder of models as champions."""
        return cls(champions_of(settings.models_folder))

    def choose(
        self,
        horizon: str,
        asked: str | None = None,
        caller_key: str | None = None,
        request_id: str = "",
    ) -> Choice:
        """Return what answers a request.

        Raises
        ------
        hindcast.serve.problems.Problem
            404: no such horizon or version.
        """
        if (champion := self.champions.get(horizon)) is None:
            raise Problem(
                404, f"no model of horizon {horizon!r}: there are {_named(self.champions)}"
            )
        if asked in (None, "champion", champion.version):
            return Choice(champion, "champion")
        raise Problem(
            404, f"{horizon} has no version {asked!r} loaded: champion ({champion.version})"
        )

    def note(self, choice: Choice, seconds: float, failed: bool = False) -> None:
        """Take note of how long a request took its engine, and whether the engine failed."""

    def in_shadow(self, choice: Choice, inputs: Mapping[str, Any], row: Any) -> None:
        """Let the shadow score the same request, when there is time."""


def _named(there: Mapping[str, Any]) -> str:
    return ", ".join(there)


def champions_of(models: Path) -> dict[str, engine.Engine]:
    """Return the engines of a folder as ``models``, by horizon."""
    there = [name for name in encode.HORIZONS if (models / "fatal" / name).is_dir()]
    return {h: replace(engine.load(models, h), version=version(models, h)) for h in there}
