"""Forecasts of one accident, or of many."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from hindcast.serve import services
from hindcast.serve.auth import needs
from hindcast.serve.forecast import fields

router = APIRouter(prefix="/api/v1/predictions", tags=["predictions"])


@router.post(
    "/severity",
    summary="How severe does this accident turn out?",
    dependencies=[needs("predict")],
)
async def severity(
    request: Request, horizon: Annotated[str | None, Query()] = None
) -> dict[str, Any]:
    """Return P(fatal | an accident happened) and the probabilities of the four classes."""
    given = json.loads(await request.body())
    chosen = horizon or fields.most_informed(given).label
    held = services.of(request)
    engine = held.engines[chosen]
    _values, row = engine.encoded(fields.filled(given))
    found = await held.gatherer.ask(engine.classes, row)
    return {"horizon": chosen, "fatal": float(found[3]), "model_version": engine.version}
