"""Forecasts of one accident, or of many, and what turned out."""

import asyncio
from time import perf_counter
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from hindcast.serve import services
from hindcast.serve.auth import needs
from hindcast.serve.forecast import (
    answer,
    asking,
    batch,
    causes,
    fields,
    forecasting,
    outcome,
    parsing,
    reading,
    recording,
)
from hindcast.serve.limiter import ROWS_PER_UNIT
from hindcast.serve.problems import Problem
from hindcast.serve.schemas import prediction_routes as schemas

router = APIRouter(prefix="/api/v1/predictions", tags=["predictions"])

_COMMON = frozenset({"horizon", "model", "detail"})
_SEVERITY = _COMMON | {"explain"}
_BATCH = _SEVERITY | {"partial"}

UNLOGGED = {"Prediction-Logged": "false"}
"""Said of an answer whose record could not be kept, where the settings let it go out."""


async def _object(request: Request) -> dict[str, Any]:
    """Return the body as an object."""
    parsing.check_type(request.scope["headers"])
    return parsing.parsed(await request.body())


async def _given(request: Request) -> dict[str, Any]:
    """Return the body's fields, or refuse them with all their faults."""
    given, faults = reading.read(await _object(request))
    if faults:
        raise Problem(422, f"{len(faults)} faults in the fields", faults)
    return given


def _json(told: Any, is_logged: bool = True) -> Response:
    return _written(orjson.dumps(told), is_logged)


def _written(body: bytes, is_logged: bool) -> Response:
    headers = None if is_logged else UNLOGGED
    return Response(body, headers=headers, media_type="application/json")


@router.post("/severity", **schemas.SEVERITY, dependencies=[needs("predict")])
async def severity(request: Request) -> Response:
    """Forecast P(fatal | an accident happened) and the highest injury in four classes."""
    began = perf_counter()
    asked = asking.asked(request.scope["query_string"], _SEVERITY)
    given, held = await _given(request), services.of(request)
    horizon, why = forecasting.horizon(held, asked, given)
    choice = await forecasting.choose(held, request, horizon, asked)
    work = forecasting.one(held, choice, given, asked)
    forecast = await forecasting.noted(held, choice, work)
    told = answer.row(forecast, choice.engine, asked)
    recorder = recording.Recorder(request, held.settings, "severity", choice, began)
    row = recorder.row(given, told["classes"])
    is_logged = await held.store.log(row)
    if choice.shadow is not None:
        held.shelf.in_shadow(choice, fields.filled(given), row)
    about = {"prediction_id": row.prediction_id, "horizon": horizon, "horizon_why": why}
    return _json(about | told | answer.model(choice.engine, choice.role), is_logged)


@router.post("/severity/batch", **schemas.BATCH, dependencies=[needs("predict")])
async def severity_batch(request: Request) -> Response:
    """Forecast many accidents; one bad row refuses all, unless `partial=true`."""
    asked = asking.asked(request.scope["query_string"], _BATCH)
    held = services.of(request)
    rows = batch.rows_of(await _object(request), held.settings.max_batch_rows, asked)
    await held.limiter.more(request, len(rows) // ROWS_PER_UNIT)
    read = await held.gatherer.run(batch.read, rows, asked.is_partial)
    models, told, logged = {}, {}, []
    for horizon, places in batch.by_horizon(held, asked, read.good).items():
        found = await batch.answered(held, request, horizon, places, read, asked)
        models[horizon] = answer.model(found.choice.engine, found.choice.role)
        told |= found.rows
        logged += found.logged
    told |= {at: {"row": at, "errors": faults} for at, faults in read.bad.items()}
    answered = {"n_rows": len(rows), "n_bad": len(read.bad), "models": models,
                "rows": [told[at] for at in range(len(rows))]}  # fmt: skip
    writing = held.gatherer.run(orjson.dumps, answered)  # while the log is written
    body, is_logged = await asyncio.gather(writing, held.store.log(*logged))
    return _written(body, is_logged)


@router.post("/causes", **schemas.CAUSES, dependencies=[needs("predict")])
async def findings(request: Request) -> Response:
    """Forecast which families of findings the investigation will list."""
    began = perf_counter()
    asked = asking.asked(request.scope["query_string"], _COMMON)
    given, held = await _given(request), services.of(request)
    horizon, why = causes.horizon(held, asked, given)
    choice = await forecasting.choose(held, request, horizon, asked)
    causes.check(choice.engine)
    engine = choice.engine
    values, matrix = engine.prepared.of_request(given)
    found = await forecasting.noted(held, choice, held.gatherer.ask(engine.causes, matrix))
    families = causes.families(engine, found)
    by_code = {one["code"]: one["probability"] for one in families}
    row = recording.Recorder(request, held.settings, "causes", choice, began).row(given, by_code)
    is_logged = await held.store.log(row)
    about = {"prediction_id": row.prediction_id, "horizon": horizon, "horizon_why": why}
    told = answer.findings(engine, choice.role, families, given, asked, values, matrix[0])
    return _json(about | told, is_logged)


@router.post("/{prediction_id}/outcome", **schemas.OUTCOME, dependencies=[needs("predict")])
async def turned_out(request: Request, prediction_id: str) -> Response:
    """Record what turned out, so that forecasts can be judged."""
    asked = asking.asked(request.scope["query_string"], frozenset({"replace"}))
    outcome.check_id(prediction_id)
    told = outcome.read(await _object(request))
    held = services.of(request)
    kept = await held.store.outcome(prediction_id, told.injury, told.as_of, asked.is_replacing)
    return _json(
        {"prediction_id": prediction_id, "ev_highest_injury": told.code, "class": told.injury,
         "as_of": kept.as_of, "recorded_at": kept.recorded_at}
    )  # fmt: skip
