"""Keys made, listed and revoked over HTTP, and their use."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from hindcast.serve import clock, keys, problems, services
from hindcast.serve.auth import needs
from hindcast.serve.problems import Problem
from hindcast.serve.records.filters import Day
from hindcast.serve.schemas.admin import KeyKept, KeyMade, KeysKept, KeyWanted, UsageTold

USAGE_DAYS = 30
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{12}$", examples=["0123456789ab"])]

router = APIRouter(
    prefix="/api/v1/admin",
    tags=["admin"],
    dependencies=[needs("admin")],
)


@router.post("/keys", status_code=201, response_model=KeyMade, summary="Make a key")
async def make_key(request: Request, wanted: KeyWanted) -> Any:
    """Answer a new key with its secret, which is told this once."""
    held = services.of(request)
    try:
        key, row = keys.make(wanted.name, wanted.scopes, wanted.tier, wanted.expires_at)
    except keys.KeyNotMadeError as error:
        raise Problem(422, str(error)) from error
    await held.store.add_key(row)
    return {**_told(row), "key": key}


@router.get("/keys", response_model=KeysKept, summary="List the keys")
async def list_keys(request: Request) -> Any:
    """Answer every key with its use and without its secret."""
    return {"keys": [_told(row) for row in await services.of(request).store.keys()]}


@router.delete(
    "/keys/{key_id}",
    response_model=KeyKept,
    summary="Revoke a key",
    responses=problems.described(404),
)
async def revoke_key(request: Request, key_id: KeyId) -> Any:
    """Revoke a key: this worker refuses it at once, others within ``HINDCAST_KEY_CACHE_SECONDS``.

    It stays in the list, so that its use remains known.
    """
    held = services.of(request)
    if not await held.store.revoke(key_id):
        raise Problem(404, "no key has this id: see GET /api/v1/admin/keys")
    held.keys.forget(key_id)
    return next(_told(row) for row in await held.store.keys() if row.key_id == key_id)


@router.get("/usage", response_model=UsageTold, summary="Use by key and day")
async def usage(
    request: Request,
    since: Annotated[Day | None, Query(description="First day; 30 days ago")] = None,
) -> Any:
    """Answer how much each key asked on each day, and how often a limit refused it."""
    held = services.of(request)
    first = since or clock.now().date() - timedelta(days=USAGE_DAYS)
    await held.usage.flush()
    return {"usage": [row._asdict() for row in await held.store.usage(first.isoformat())]}


def _told(row: Any) -> dict[str, Any]:
    return {**row._asdict(), "scopes": row.scopes.split()}
