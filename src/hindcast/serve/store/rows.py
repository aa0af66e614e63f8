"""What the store keeps of each prediction and of what turned out."""

from typing import NamedTuple


class PredictionRow(NamedTuple):
    """One prediction as it was answered, or scored in the shadow.

    ``inputs`` is JSON without personal fields, or None where the settings keep only the hash;
    ``classes`` is JSON of the probabilities by name; ``at`` is UTC in ISO 8601 with milliseconds.
    """

    prediction_id: str
    at: str
    request_id: str
    key_id: str | None
    target: str
    horizon: str
    version: str
    role: str
    is_answered: bool
    inputs_sha256: str
    inputs: str | None
    fatal: float | None
    classes: str
    latency_ms: float
