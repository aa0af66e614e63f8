"""Start uvicorn with the settings' workers, and end with what is under way answered."""

import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import structlog
import uvicorn
from uvicorn.supervisors import Multiprocess

from hindcast.errors import HindcastError, NotRunError
from hindcast.serve import environment, lean, logs
from hindcast.serve.settings import Settings
from hindcast.serve.shelf import aliases

BACKLOG = 2048
SILENT_SECONDS = 30
"""A worker that does not answer its parent for so long is replaced; one that starts may be busy."""

STOP_SECONDS = 5
"""Time to stop beyond that of the slowest request."""


class ListenError(HindcastError):
    """The address or the port that the settings name cannot be had."""


def serve(settings: Settings) -> None:
    """Serve until told to stop.

    Raises
    ------
    hindcast.errors.NotRunError
        There are no trained models.
    ListenError
        Another program listens there, or the address is not this machine's.
    """
    check(settings)
    logs.configure(settings)
    with _shared_metrics(settings.workers):
        listening = _bound(settings)
        _announce(settings, listening.getsockname()[1])
        if settings.workers > 1:
            _forget_script()
            # an arena for each thread would hold what the others have freed
            os.environ.setdefault("MALLOC_ARENA_MAX", "2")
            Multiprocess(config(settings), [listening]).run()
        else:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            uvicorn.Server(config(settings)).run([listening])


def _forget_script() -> None:
    """Keep workers from running the command's script again, and so importing the command line."""
    main = sys.modules["__main__"]
    main.__spec__ = None
    vars(main).pop("__file__", None)


def _bound(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
        # from now on who asks waits until the workers are ready
        bound.listen(BACKLOG)
    except OSError as error:
        where, why = f"{settings.host} port {settings.port}", error.strerror
        raise ListenError(
            f"cannot listen on {where}: {why}; set HINDCAST_HOST or HINDCAST_PORT to another"
        ) from error
    bound.set_inheritable(True)
    return bound


def check(settings: Settings) -> None:
    """Raise where what is served is not there."""
    is_shelved = (settings.shelf_folder / aliases.FILE).is_file()
    if not is_shelved and not any(settings.models_folder.glob("fatal/*/manifest.json")):
        variable = environment.variable("models")
        raise NotRunError(
            f"no trained models at {settings.models_folder}: run `make run` first, or set "
            f"{variable} to where they are"
        )


def create() -> Any:
    """Return the application of one worker."""
    # collecting garbage takes a sixth of the start and finds none; `lifetime` turns it on again
    gc.disable()
    lean.forbid(*lean.UNUSED)
    from hindcast.serve import app

    settings = environment.read()
    logs.configure(settings)
    return app.create(settings)


def config(settings: Settings, create: Any = "hindcast.serve.run:create") -> uvicorn.Config:
    """Return how uvicorn is to run what ``create`` makes, or names."""
    return uvicorn.Config(
        create,
        factory=True,
        host=settings.host,
        port=settings.port,
        root_path=settings.root_path,
        workers=settings.workers,
        loop="auto",
        http="hindcast.serve.protocol:Protocol",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        h11_max_incomplete_event_size=settings.max_header_bytes,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        backlog=BACKLOG,
        timeout_worker_healthcheck=SILENT_SECONDS,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=int(settings.timeout_seconds) + STOP_SECONDS,
    )


@contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    """Let several workers put their metrics in one folder, before any of them is declared."""
    if workers == 1 or environment.METRICS_FOLDER in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="hindcast-metrics-") as folder:
        os.environ[environment.METRICS_FOLDER] = folder
        yield


def _announce(settings: Settings, port: int) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"http://{host}:{port}{settings.root_path}"
    log = structlog.get_logger()
    log.info("listening", url=url, docs=f"{url}/docs", workers=settings.workers)
