"""ETags: the same question to the same records, told the same way, has the same."""

import functools
import hashlib
from importlib import metadata
from typing import Any

import orjson
from pydantic import BaseModel

from hindcast.serve.records import recipes


def of(fingerprint: str, path: str, asked: Any) -> str:
    """Return the ETag of an answer: the records, the way they are told, and the question."""
    told = orjson.dumps([_version(), fingerprint, path, asked], option=orjson.OPT_SORT_KEYS)
    return f'"{hashlib.sha256(told).hexdigest()[:32]}"'


def of_content(body: bytes) -> str:
    """Return the ETag of an answer that is there already: what it says."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def normalised(asked: BaseModel | None) -> Any:
    """Return a query without what is told by default, so that equal questions are the same."""
    if asked is None:
        return None
    return asked.model_dump(mode="json", by_alias=True, exclude_defaults=True)


@functools.cache
def _version() -> str:
    return f"{metadata.version('hindcast')} {recipes.recipe()}"
