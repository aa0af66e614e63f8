"""Log lines: JSON to standard error, one a line, whoever writes them.

A line about a request names its route and its key's id: no path, no query, no body, no address.
What an exception says of itself may quote a request, so its kind and its places are logged, and
its words only where the level is ``debug``.
"""

import logging
import sys
from collections.abc import MutableMapping
from traceback import walk_tb
from typing import Any, TextIO

import orjson
import structlog

from hindcast.serve.settings import Settings

Event = MutableMapping[str, Any]

QUIET = ("uvicorn", "httpx", "asyncio")
"""Loggers of others, heard from warnings on."""

MOST_PLACES = 12
_time = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log line, those of the standard library and uvicorn too, to one stream.

    Parameters
    ----------
    settings
        ``log_level`` and ``log_format`` are read.
    stream
        Standard error where not given.
    """
    stream = stream or sys.stderr
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    render, factory = _written(settings.log_format, stream)
    structlog.configure(
        processors=[structlog.processors.add_log_level, _time, Exceptions(settings), render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=factory,
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=level, handlers=[_Forward()], force=True)
    logging.captureWarnings(capture=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _written(form: str, stream: TextIO) -> tuple[Any, Any]:
    """Return what renders a line and what writes it."""
    if form == "text" or (form == "auto" and stream.isatty()):
        return structlog.dev.ConsoleRenderer(timestamp_key="time"), structlog.PrintLoggerFactory(
            stream
        )
    return _json, structlog.BytesLoggerFactory(stream.buffer)


def _json(_logger: Any, _method: str, event: Event) -> bytes:
    first = {"time": event.pop("time"), "level": event.pop("level")}
    return orjson.dumps(first | event, default=str)


class Exceptions:
    """Turns an exception into fields: its kind, where it was raised, what it came from."""

    def __init__(self, settings: Settings) -> None:
        self._with_words = settings.log_level == "debug"

    def __call__(self, _logger: Any, _method: str, event: Event) -> Event:
        """Put ``exception`` in the place of ``exc_info``."""
        given = event.pop("exc_info", None)
        error = sys.exception() if given is True else given
        error = error[1] if isinstance(error, tuple) else error
        if error:
            event["exception"] = self._told(error)
        return event

    def _told(self, error: BaseException) -> dict[str, Any]:
        told: dict[str, Any] = {"type": type(error).__qualname__, "at": _places(error)}
        if self._with_words:
            told["says"] = str(error)
        if cause := error.__cause__ or error.__context__:
            told["cause"] = self._told(cause)
        return told


def _places(error: BaseException) -> list[str]:
    """Return module, line and function of the innermost calls, outermost first."""
    calls = [
        f"{frame.f_globals.get('__name__')}:{line} {frame.f_code.co_name}"
        for frame, line in walk_tb(error.__traceback__)
    ]
    return calls[-MOST_PLACES:]


class _Forward(logging.Handler):
    """Hands what the standard library logs to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        told = {"exc_info": record.exc_info} if record.exc_info else {}
        log.log(record.levelno, record.getMessage(), logger=record.name, **told)
