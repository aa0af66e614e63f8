"""What the prediction log is told of an answer: nothing of a person."""

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from time import perf_counter
from typing import Any

import orjson
from fastapi import Request

from hindcast.serve import clock, metrics
from hindcast.serve.forecast import fields
from hindcast.serve.settings import Settings
from hindcast.serve.shelf.choice import Choice
from hindcast.serve.store.rows import PredictionRow

_SORTED = orjson.OPT_SORT_KEYS


def new_id() -> str:
    """Return a random UUID of version 4, as 32 hexadecimal digits.

    Examples
    --------
    >>> import uuid
    >>> uuid.UUID(new_id()).version
    4
    """
    drawn = bytearray(os.urandom(16))
    drawn[6] = drawn[6] & 0x0F | 0x40
    drawn[8] = drawn[8] & 0x3F | 0x80
    return drawn.hex()


def kept(given: Mapping[str, Any], how: str) -> tuple[str, str | None]:
    """Return the hash of a row's fields and their JSON, as far as the settings keep them.

    Fields that tell of a person are in neither. The same fields in another order have one hash.

    Examples
    --------
    >>> kept({"crew_age": 44, "vis_sm": 3.0}, "kept")[1]
    '{"vis_sm":3.0}'
    >>> kept({"vis_sm": 3.0}, "none")
    ('', None)
    """
    if how == "none":
        return "", None
    public = dict(given)
    for name in fields.personal():
        public.pop(name, None)
    told = orjson.dumps(public, option=_SORTED)
    return hashlib.sha256(told).hexdigest(), told.decode() if how == "kept" else None


class Recorder:
    """Makes the rows of the log for one request.

    Parameters
    ----------
    request
        Whose key and request id are kept.
    target, choice
        What was forecast, and by which model.
    began
        When the request was taken up, by `time.perf_counter`.
    """

    def __init__(
        self, request: Request, settings: Settings, target: str, choice: Choice, began: float
    ) -> None:
        caller = getattr(request.state, "caller", None)
        self._asked = (getattr(request.state, "request_id", ""), caller and caller.key_id)
        engine = choice.engine
        self._model = (target, engine.horizon, engine.version, choice.role)
        self._how, self._at = settings.log_inputs, clock.stamp()
        self._began = began

    def row(self, given: Mapping[str, Any], probabilities: Mapping[str, float]) -> PredictionRow:
        """Return the row of one forecast, under a new id, and count the forecast.

        Parameters
        ----------
        given
            The fields that are known.
        probabilities
            What is answered, by name; the likeliest is counted as the outcome.
        """
        seconds = perf_counter() - self._began
        _counter(*self._model, max(probabilities, key=probabilities.__getitem__)).inc()
        _timer(self._model[1], self._model[3]).observe(seconds)
        return self._row(given, probabilities, seconds)

    def rows(
        self, given: Sequence[Mapping[str, Any]], probabilities: Sequence[Mapping[str, float]]
    ) -> list[PredictionRow]:
        """Return the rows of forecasts that were computed together, and count them.

        Their time is observed once: it is that of all of them.
        """
        seconds = perf_counter() - self._began
        _timer(self._model[1], self._model[3]).observe(seconds)
        likeliest = Counter(max(told, key=told.__getitem__) for told in probabilities)
        for name, times in likeliest.items():
            _counter(*self._model, name).inc(times)
        both = zip(given, probabilities, strict=True)
        return [self._row(row, told, seconds) for row, told in both]

    def _row(
        self, given: Mapping[str, Any], probabilities: Mapping[str, float], seconds: float
    ) -> PredictionRow:
        digest, inputs = kept(given, self._how)
        fatal, told = probabilities.get("fatal"), orjson.dumps(probabilities).decode()
        return PredictionRow(
            new_id(), self._at, *self._asked, *self._model, True, digest, inputs, fatal, told,
            round(seconds * 1000, 3),
        )  # fmt: skip


@lru_cache(maxsize=512)
def _counter(*labels: str) -> Any:
    """Return the counter of these labels; looking it up anew costs microseconds."""
    return metrics.PREDICTIONS.labels(*labels)


@lru_cache(maxsize=64)
def _timer(*labels: str) -> Any:
    return metrics.PREDICTION_TIME.labels(*labels)
