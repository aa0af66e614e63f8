"""A version that is watched while it is new: what it is held to, and what speaks against it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import Literal

from hindcast.serve.settings import Settings
from hindcast.serve.shelf.choice import Tally
from hindcast.serve.shelf.evidence import Evidence

CHECKS = 6
"""Errors, latency, and forecasts and calibration in either direction."""


@dataclass(frozen=True)
class Bounds:
    """What a watched version is held to.

    Attributes
    ----------
    error_rate
        Share of requests that its engine may fail.
    slow_seconds, slow_share
        Share of requests that may take longer.
    shift
        How far its mean forecast of P(fatal) may be from the other's, of the same requests.
    calibration
        How far the share of deaths may be from its mean forecast, once outcomes are in.
    log_limit
        Weight of evidence, as a logarithm, at which a bound counts as crossed.
    """

    error_rate: float
    slow_seconds: float
    slow_share: float
    shift: float
    calibration: float
    log_limit: float

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        """Return the bounds of the settings; workers and checks share the chance of an error."""
        return cls(
            settings.canary_error_rate,
            settings.canary_slow_seconds,
            settings.canary_slow_share,
            settings.canary_shift,
            settings.canary_calibration,
            log(CHECKS * settings.workers / settings.canary_false_alarm),
        )


@dataclass(frozen=True)
class Identity:
    """Which version is watched, in which role, since when."""

    horizon: str
    version: str
    role: Literal["champion", "challenger"]
    since: datetime


class Suspect:
    """One version under watch, in one worker."""

    def __init__(self, identity: Identity, bounds: Bounds) -> None:
        self.identity, self.bounds = identity, bounds
        self.tally = Tally(bounds.slow_seconds)
        self._requests = self._failed = self._slow = 0
        self._errors, self._latency = Evidence(bounds.error_rate), Evidence(bounds.slow_share)
        self._above, self._below = (Evidence(bounds.shift, lowest=-1.0) for _ in range(2))
        self._n_shifts, self._shift = 0, 0.0

    def shifted(self, difference: float) -> None:
        """Take note of its forecast minus the other's, of the same request."""
        self._n_shifts, self._shift = self._n_shifts + 1, self._shift + difference
        self._above.add(difference)
        self._below.add(-difference)

    def look(self) -> str | None:
        """Return which bound its requests have crossed since they were looked at last, or None."""
        requests, failed, slow = self.tally.taken()
        if requests:
            self._errors.add_counts(requests, failed)
            self._latency.add_counts(requests, slow)
            self._requests += requests
            self._failed, self._slow = self._failed + failed, self._slow + slow
        return self._errors_told() or self._latency_told() or self._shift_told()

    def judge(self, outcomes: Iterable[tuple[float, bool]]) -> str | None:
        """Return whether its calibration has crossed the bound.

        Parameters
        ----------
        outcomes
            Forecast of P(fatal), and whether it was, of each prediction whose outcome is in; in
            the order they came in, all of them each time.
        """
        above, below = (Evidence(self.bounds.calibration, lowest=-1.0) for _ in range(2))
        n = deaths = 0
        foreseen = 0.0
        for forecast, was_fatal in outcomes:
            above.add(was_fatal - forecast)
            below.add(forecast - was_fatal)
            n, deaths, foreseen = n + 1, deaths + was_fatal, foreseen + forecast
            if self._crossed(above) or self._crossed(below):
                return (
                    f"calibration: {deaths} of {n} outcomes are deaths, {foreseen:.1f} were "
                    f"foreseen; the shares may differ by {self.bounds.calibration:g}"
                )
        return None

    def _crossed(self, evidence: Evidence) -> bool:
        return evidence.log_weight >= self.bounds.log_limit

    def _errors_told(self) -> str | None:
        if not self._crossed(self._errors):
            return None
        return (
            f"errors: {self._failed} of {self._requests} requests failed; "
            f"{self.bounds.error_rate:.2%} may"
        )

    def _latency_told(self) -> str | None:
        if not self._crossed(self._latency):
            return None
        return (
            f"latency: {self._slow} of {self._requests} requests took longer than "
            f"{self.bounds.slow_seconds * 1000:g} ms; {self.bounds.slow_share:.2%} may"
        )

    def _shift_told(self) -> str | None:
        if not (self._crossed(self._above) or self._crossed(self._below)):
            return None
        mean = self._shift / self._n_shifts
        return (
            f"forecasts: on average {mean:+.3f} from the champion's, over {self._n_shifts} of the "
            f"same requests; {self.bounds.shift:g} is allowed"
        )
