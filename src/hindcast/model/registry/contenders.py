"""Who is compared, and what is looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from hindcast.model.bundle import Bundle

LABEL = "is_fatal"


@dataclass(frozen=True)
class Contender:
    """A registered bundle that is judged.

    ``kept`` are its forecasts (``ev_id``, ``probability``) of the test rows of its own time, if it
    left any.
    """

    version: str
    bundle: Bundle
    is_simulated: bool
    kept: pl.DataFrame | None = None

    @property
    def learned_until(self) -> date:
        """Return the last day whose accidents it learned from, was stopped or calibrated on."""
        return date.fromisoformat(self.bundle.manifest["split"]["validation_until"])


@dataclass(frozen=True)
class Pair:
    """Who stands, and who wants to."""

    champion: Contender
    challenger: Contender

    def __iter__(self) -> Iterator[Contender]:
        return iter((self.champion, self.challenger))


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what was found, what is needed, and whether that is so."""

    name: str
    found: str
    needed: str
    passed: bool
