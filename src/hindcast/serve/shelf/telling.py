"""Tell the webhook of versions that were taken out, once, and when that is over."""

import asyncio

import structlog

from hindcast.errors import HindcastError
from hindcast.monitor import alerts
from hindcast.serve.settings import Settings
from hindcast.serve.shelf import aliases
from hindcast.serve.shelf.aliases import Aliases

log = structlog.get_logger(__name__)

RETURNED = "challenger_returned"


def conditions(found: Aliases) -> list[alerts.Condition]:
    """Return for each horizon whether its last change was that a version was taken out."""
    last = {move.horizon: move for move in found.history}
    return [
        alerts.Condition(
            RETURNED, horizon, move.what == "returned", f"{move.what} {move.version}: {move.reason}"
        )
        for horizon, move in last.items()
    ]


async def tell_returns(settings: Settings) -> None:
    """Tell the webhook, if there is one; of several workers that notice the same, one tells."""
    if settings.webhook_url is None:
        return
    try:
        found = aliases.read(settings.shelf_folder) or Aliases()
        told = (settings.webhook_url, settings.alerts_file, conditions(found))
        await asyncio.to_thread(alerts.tell, *told)
    except (HindcastError, OSError) as error:
        log.error("webhook not told", error=str(error))
