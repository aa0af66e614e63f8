"""Challengers that are given requests, and new champions, are watched; a bad one is taken out.

Every worker counts its own requests and decides alone; the aliases file, changed under a lock, lets
only one of them act, and tells the others. The chance of an error is divided by the workers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from hindcast.serve import metrics
from hindcast.serve.forecast.engine import Engine
from hindcast.serve.settings import Settings
from hindcast.serve.shelf import moves
from hindcast.serve.shelf.lane import Lane
from hindcast.serve.shelf.suspect import Bounds, Identity, Suspect

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Verdict:
    """A bound was crossed."""

    identity: Identity
    reason: str


class Watch:
    """The suspects of one worker."""

    def __init__(self, settings: Settings) -> None:
        self._bounds = Bounds.of(settings)
        self._champion_for = timedelta(seconds=settings.champion_watch_seconds)
        self._suspects: dict[tuple[str, str], Suspect] = {}

    @property
    def suspects(self) -> list[Suspect]:
        """Return who is watched now."""
        return list(self._suspects.values())

    def follow(self, lanes: Mapping[str, Lane]) -> None:
        """Watch whom the lanes give reason to; what is known of those watched already stays."""
        known = {one.identity: one for one in self.suspects}
        wanted = [one for lane in lanes.values() for one in self._of(lane)]
        self._suspects = {
            (one.horizon, one.version): known.get(one) or Suspect(one, self._bounds)
            for one in wanted
        }

    def _of(self, lane: Lane) -> list[Identity]:
        if (places := lane.places) is None:
            return []
        horizon, found = lane.champion.horizon, []
        if lane.challenger and lane.mode != "off":
            version = lane.challenger.version
            found.append(Identity(horizon, version, "challenger", places.challenged_since))
        if places.previous and datetime.now(UTC) - places.since < self._champion_for:
            found.append(Identity(horizon, lane.champion.version, "champion", places.since))
        return found

    def note(self, engine: Engine, seconds: float, failed: bool) -> None:
        """Count a request of an engine, if it is watched."""
        if suspect := self._suspects.get((engine.horizon, engine.version)):
            suspect.tally.add(seconds, failed)

    def compare(self, answered: Engine, fatal: float, shadow: Engine, shadow_fatal: float) -> None:
        """Take note of two forecasts of P(fatal) of the same request."""
        for one, difference in ((answered, fatal - shadow_fatal), (shadow, shadow_fatal - fatal)):
            suspect = self._suspects.get((one.horizon, one.version))
            if suspect and suspect.identity.role == "challenger":
                suspect.shifted(difference)

    def verdicts(self) -> list[Verdict]:
        """Return who has crossed a bound of errors, latency or forecasts."""
        found = [(one.identity, one.look()) for one in self.suspects]
        return [Verdict(identity, reason) for identity, reason in found if reason]


def act(shelf: Path, verdict: Verdict) -> bool:
    """Take a challenger out, or set a champion back to the previous one; return whether it was.

    Another worker may have been first.
    """
    who = verdict.identity
    move = moves.take_out if who.role == "challenger" else moves.give_back
    if not move(shelf, who.horizon, who.version, verdict.reason):
        return False
    check = verdict.reason.partition(":")[0]
    metrics.RETURNS.labels(who.horizon, who.role, check).inc()
    log.warning(
        "model returned",
        horizon=who.horizon,
        version=who.version,
        role=who.role,
        reason=verdict.reason,
    )
    return True
