"""Forecasts of one accident, or of many."""

from time import perf_counter
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from hindcast.serve import services
from hindcast.serve.auth import needs
from hindcast.serve.forecast import answer, asking, forecasting, parsing, reading, recording
from hindcast.serve.problems import Problem

router = APIRouter(prefix="/api/v1/predictions", tags=["predictions"])

_ONE = frozenset({"horizon", "model", "explain", "detail"})


async def _object(request: Request) -> dict[str, Any]:
    """Return the body as an object."""
    parsing.check_type(request.scope["headers"])
    return parsing.parsed(await request.body())


def _json(told: Any) -> Response:
    return Response(orjson.dumps(told), media_type="application/json")


@router.post(
    "/severity",
    summary="How severe does this accident turn out?",
    dependencies=[needs("predict")],
)
async def severity(request: Request) -> Response:
    """Return P(fatal | an accident happened) and the probabilities of the four classes."""
    began = perf_counter()
    asked = asking.asked(request.scope["query_string"], _ONE)
    given, faults = reading.read(await _object(request))
    if faults:
        raise Problem(422, f"{len(faults)} faults in the fields", faults)
    held = services.of(request)
    horizon, why = forecasting.horizon(held, asked, given)
    choice = forecasting.choose(held, request, horizon, asked)
    forecast, inputs = await forecasting.noted(
        held, choice, forecasting.one(held, choice, given, asked)
    )
    told = answer.row(forecast, choice.engine, asked)
    row = recording.prediction(
        request, held.settings, "severity", choice.engine, choice.role, given, told["classes"],
        perf_counter() - began,
    )  # fmt: skip
    await held.store.log(row)
    if choice.shadow is not None:
        held.shelf.in_shadow(choice, inputs, row)
    about = {"prediction_id": row.prediction_id, "horizon": horizon, "horizon_why": why}
    return _json(about | told | answer.model(choice.engine, choice.role))
