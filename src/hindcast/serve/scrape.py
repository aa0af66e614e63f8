"""All workers' metrics in Prometheus' text, whichever worker is asked."""

import os
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
    multiprocess,
)

from hindcast.serve.environment import METRICS_FOLDER

__all__ = ["CONTENT_TYPE_LATEST", "text"]


def text() -> bytes:
    """Return every metric; where workers share a folder, of all of them."""
    folder = os.environ.get(METRICS_FOLDER)
    if folder is None:
        return generate_latest(REGISTRY)
    forget_dead(Path(folder))
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, folder)
    return generate_latest(registry)


def forget_dead(folder: Path) -> None:
    """Take out the gauges of workers that are gone; what they counted stays counted."""
    for file in folder.glob("gauge_live*_*.db"):
        process = int(file.stem.rpartition("_")[2])
        if not _is_alive(process):
            multiprocess.mark_process_dead(process, str(folder))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
