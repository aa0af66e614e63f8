"""What a worker holds while it serves: opened once at the start, closed at the end."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request

from hindcast.serve.forecast import engine
from hindcast.serve.forecast.gather import Gatherer
from hindcast.serve.settings import Settings


@dataclass
class Services:
    """The parts that routes use; ``request.app.state.services``."""

    settings: Settings
    engines: dict[str, engine.Engine]
    gatherer: Gatherer


def open_all(settings: Settings) -> Services:
    """Open everything the settings name."""
    return Services(settings, engine.load_all(settings.models_folder), Gatherer())


def of(request: Request) -> Any:
    """Return the worker's services."""
    return request.app.state.services
