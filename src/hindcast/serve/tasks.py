"""Tasks that run beside the requests."""

import asyncio
from contextlib import suppress


async def ended(task: "asyncio.Task[None] | None") -> None:
    """Cancel a task, if there is one, and wait until it is over."""
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
