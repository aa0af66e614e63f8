"""What the prediction log is told of an answer: nothing of a person."""

import hashlib
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from fastapi import Request

from hindcast.serve import clock, metrics
from hindcast.serve.forecast import fields
from hindcast.serve.forecast.engine import Engine
from hindcast.serve.settings import Settings
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
    personal = fields.personal()
    public = {name: value for name, value in given.items() if name not in personal}
    told = orjson.dumps(public, option=_SORTED)
    return hashlib.sha256(told).hexdigest(), told.decode() if how == "kept" else None


def prediction(
    request: Request,
    settings: Settings,
    target: str,
    engine: Engine,
    role: str,
    given: Mapping[str, Any],
    probabilities: Mapping[str, float],
    seconds: float,
) -> PredictionRow:
    """Return the row of the log, under a new id, and count the prediction.

    Parameters
    ----------
    request
        Whose key and request id are kept.
    probabilities
        What was answered, by name; the likeliest is counted as the outcome.
    seconds
        From the request's arrival to the answer.
    """
    state = request.state
    digest, inputs = kept(given, settings.log_inputs)
    likeliest = max(probabilities, key=probabilities.__getitem__)
    counter(target, engine.horizon, engine.version, role, likeliest).inc()
    caller = getattr(state, "caller", None)
    return PredictionRow(
        new_id(),
        clock.stamp(),
        getattr(state, "request_id", ""),
        caller and caller.key_id,
        target,
        engine.horizon,
        engine.version,
        role,
        True,
        digest,
        inputs,
        probabilities.get("fatal"),
        orjson.dumps(probabilities).decode(),
        round(seconds * 1000, 3),
    )


@lru_cache(maxsize=512)
def counter(target: str, horizon: str, version: str, role: str, outcome: str) -> Any:
    """Return the counter of predictions with these labels; looking it up anew costs microseconds."""
    return metrics.PREDICTIONS.labels(target, horizon, version, role, outcome)
