"""Whether the server lives, and whether it can answer."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1", tags=["health"])


@router.get("/health", summary="Is the server alive?")
async def health() -> dict[str, str]:
    """Say that the process answers; nothing else is looked at."""
    return {"status": "alive"}
