"""From the start of a worker to its end: services opened, told of, and closed."""

import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog

from hindcast.errors import HindcastError
from hindcast.serve import lean, services
from hindcast.serve.forecast import provenance
from hindcast.serve.services import Services
from hindcast.serve.settings import Settings

NO_KEY = "there is no key yet: hindcast keys create NAME --scope predict --scope read"


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Services]:
    """Open the services, say what answers, and close them when the worker ends."""
    log = structlog.get_logger()
    async with AsyncExitStack() as stack:
        held = await _opened(stack, settings)
        log.info("ready", **await told(held))
        # what was loaded stays: the collector need not look at it again
        gc.freeze()
        lean.trim()
        gc.enable()
        yield held
        log.info("stopping")
    log.info("stopped")


async def _opened(stack: AsyncExitStack, settings: Settings) -> Services:
    try:
        return await stack.enter_async_context(services.opened(settings))
    except HindcastError as error:
        structlog.get_logger().critical("cannot start", why=str(error))
        raise
    except Exception as error:
        structlog.get_logger().critical("cannot start", exc_info=error)
        raise


async def told(held: Services) -> dict[str, Any]:
    """Return what a worker says of itself once it is ready."""
    manifests = [engine.fatal.manifest for engine in held.shelf.champions.values()]
    said: dict[str, Any] = {
        "models": {horizon: engine.version for horizon, engine in held.shelf.champions.items()}
    }
    if any(provenance.is_simulated(manifest) for manifest in manifests):
        said["records"] = "SIMULATED: no forecast says anything of real accidents"
    if why := held.warehouse.ready() or held.warehouse.degraded():
        said["warehouse"] = why
    if not await held.store.keys():
        said["keys"] = NO_KEY
    return said
