"""Start uvicorn with the settings' workers."""

import uvicorn

from hindcast.serve.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    uvicorn.run(
        "hindcast.serve.app:create",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        access_log=False,
    )
