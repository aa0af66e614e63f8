"""What the prediction log is told of an answer: nothing of a person."""

import hashlib
import os
from collections.abc import Mapping
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


def prediction(
    request: Request,
    settings: Settings,
    target: str,
    choice: Choice,
    given: Mapping[str, Any],
    probabilities: Mapping[str, float],
    began: float,
) -> PredictionRow:
    """Return the row of the log, under a new id, and count the prediction.

    Parameters
    ----------
    request
        Whose key and request id are kept.
    probabilities
        What is answered, by name; the likeliest is counted as the outcome.
    began
        When the request was taken up, by `time.perf_counter`.
    """
    engine, caller = choice.engine, getattr(request.state, "caller", None)
    digest, inputs = kept(given, settings.log_inputs)
    seconds = perf_counter() - began
    _count(target, choice, max(probabilities, key=probabilities.__getitem__), seconds)
    return PredictionRow(
        prediction_id=new_id(),
        at=clock.stamp(),
        request_id=getattr(request.state, "request_id", ""),
        key_id=caller and caller.key_id,
        target=target,
        horizon=engine.horizon,
        version=engine.version,
        role=choice.role,
        is_answered=True,
        inputs_sha256=digest,
        inputs=inputs,
        fatal=probabilities.get("fatal"),
        classes=orjson.dumps(probabilities).decode(),
        latency_ms=round(seconds * 1000, 3),
    )


def _count(target: str, choice: Choice, outcome: str, seconds: float) -> None:
    engine, role = choice.engine, choice.role
    _counter(target, engine.horizon, engine.version, role, outcome).inc()
    _timer(engine.horizon, role).observe(seconds)


@lru_cache(maxsize=512)
def _counter(*labels: str) -> Any:
    """Return the counter of these labels; looking it up anew costs microseconds."""
    return metrics.PREDICTIONS.labels(*labels)


@lru_cache(maxsize=64)
def _timer(*labels: str) -> Any:
    return metrics.PREDICTION_TIME.labels(*labels)
