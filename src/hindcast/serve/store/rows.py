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


class KeyRow(NamedTuple):
    """One API key; its secret is kept only as the SHA-256 of the whole key, in hexadecimal.

    ``scopes`` are words parted by blanks; times are UTC in ISO 8601, None for never.
    """

    key_id: str
    name: str
    scopes: str
    tier: str
    sha256: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None


class UsedKeyRow(NamedTuple):
    """One API key as lists show it: without its hash, with its use."""

    key_id: str
    name: str
    scopes: str
    tier: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    requests: int
    last_used_at: str | None


class UsageRow(NamedTuple):
    """What one key asked on one day (UTC), and how often a limit refused it."""

    key_id: str
    day: str
    requests: int
    refused: int
    last_used_at: str


class OutcomeRow(NamedTuple):
    """What turned out of an accident that was predicted, and the day it was known by."""

    prediction_id: str
    injury: str
    as_of: str
    recorded_at: str
