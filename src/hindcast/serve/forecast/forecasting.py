"""From checked fields to a forecast: which model, its probabilities, its reasons."""

from collections.abc import Awaitable, Mapping
from time import perf_counter
from typing import Any, TypeVar

from fastapi import Request

from hindcast.serve import metrics
from hindcast.serve.forecast import horizons
from hindcast.serve.forecast.answer import Forecast
from hindcast.serve.forecast.asking import Asked
from hindcast.serve.services import Services
from hindcast.serve.shelf.choice import Choice

T = TypeVar("T")


async def choose(held: Services, request: Request, horizon: str, asked: Asked) -> Choice:
    """Return the model that answers, see `hindcast.serve.shelf.held.Shelf.choose`."""
    if asked.model is not None:
        found = await held.shelf.fetched(horizon, asked.model)
        if found is not None:
            return found
    caller = getattr(request.state, "caller", None)
    key, request_id = caller and caller.key_id, getattr(request.state, "request_id", "")
    return held.shelf.choose(horizon, asked.model, key, request_id)


def horizon(held: Services, asked: Asked, given: Mapping[str, Any]) -> tuple[str, str]:
    """Return the horizon of a forecast of severity, and how it was chosen."""
    return horizons.chosen(asked.horizon, given, held.shelf.lanes)


async def noted(held: Services, choice: Choice, work: Awaitable[T]) -> T:
    """Return what a model answers, and let the shelf know how long it took or that it failed."""
    began, failed = perf_counter(), False
    try:
        return await work
    except Exception:
        failed = True
        raise
    finally:
        held.shelf.note(choice, perf_counter() - began, failed)


async def one(held: Services, choice: Choice, given: Mapping[str, Any], asked: Asked) -> Forecast:
    """Return one row's forecast."""
    engine = choice.engine
    values, matrix = engine.prepared.of_request(given)
    classes = await held.gatherer.ask(engine.classes, matrix)
    likely = engine.answers(classes, values)
    unusual = engine.view.unusual(values, matrix[0])
    forecast = Forecast(given, classes, likely, unusual)
    if asked.explain:
        began = perf_counter()
        told = await held.gatherer.ask_aside(engine.contributions, matrix)
        reasons = engine.explanation(told, values, asked.explain)
        metrics.EXPLANATION_TIME.observe(perf_counter() - began)
        forecast = forecast._replace(explanation=reasons)
    return forecast
