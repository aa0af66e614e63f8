"""What a page does where records are too few: it says so, and shows the rest."""

import logging
from collections.abc import Callable
from typing import TypeVar

from hindcast.analysis.records import AnalysisError

log = logging.getLogger(__name__)
Made = TypeVar("Made")


class TooFewError(AnalysisError):
    """There are too few accidents, places or positions for what was asked."""


def enough(make: Callable[..., Made], *args: object, **kwargs: object) -> Made | None:
    """Return what ``make`` makes, or None where it finds too few accidents for it.

    Figures and findings take None, and say that there is nothing to show.
    """
    try:
        return make(*args, **kwargs)
    except TooFewError as error:
        log.warning("%s: %s", make.__name__, error)
        return None
