"""What the admin routes take and answer."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from hindcast.serve.keys import Scope, Tier

_EXAMPLE = {"name": "county dashboard", "scopes": ["read", "predict"], "tier": "premium"}

_BEGINS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")


def _time(given: Any) -> Any:
    """Refuse what Pydantic would take for seconds since 1970."""
    if given is not None and not (isinstance(given, str) and _BEGINS.match(given)):
        raise ValueError(f"expected a time as 2030-12-31T00:00:00Z, got {str(given)[:40]!r}")
    return given


class KeyWanted(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    name: Annotated[str, Field(min_length=1, max_length=100, description="For whom or what")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3, description="What it may")]
    tier: Annotated[Tier, Field(description="Whose limits it has")] = "free"
    expires_at: Annotated[
        datetime | None,
        BeforeValidator(_time),
        Field(description="With its zone; never, where not given"),
    ] = None


class KeyKept(BaseModel):
    """A key as the server keeps it, without its secret."""

    key_id: str
    name: str
    scopes: list[Scope]
    tier: Tier
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    requests: Annotated[int, Field(description="Ever; up to 5 s behind")] = 0
    last_used_at: datetime | None = None


class KeyMade(KeyKept):
    """A new key; its secret is told here and never again."""

    key: str


class KeysKept(BaseModel):
    """Every key, oldest first."""

    keys: list[KeyKept]


class UsageOfDay(BaseModel):
    """What one key asked on one day, UTC."""

    key_id: Annotated[str, Field(description="anonymous: all without a key, together")]
    day: str
    requests: int
    refused: Annotated[int, Field(description="Of these, by a limit")]
    last_used_at: datetime


class UsageTold(BaseModel):
    """Use by key and day, oldest first; up to 5 s behind."""

    usage: list[UsageOfDay]
