"""Work that a server does in a process of its own, whose memory is free again afterwards."""

import asyncio
import sys


async def run(module: str, *given: str) -> str | None:
    """Run ``python -m module given...``; return None where it went well, else what it said.

    Where the caller is cancelled, the process is ended.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *given, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, told = await process.communicate()
    except asyncio.CancelledError:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    if process.returncode == 0:
        return None
    return told.decode(errors="replace").strip()[-500:] or f"exit code {process.returncode}"
