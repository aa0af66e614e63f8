"""What the prediction routes say of themselves in the OpenAPI document."""

from typing import Any

from pydantic import BaseModel

from hindcast.serve import problems
from hindcast.serve.forecast.asking import MOST_REASONS
from hindcast.serve.schemas import accident
from hindcast.serve.schemas.predictions import Batch, Causes, Outcome, OutcomeBody, Severity


def _parameter(name: str, schema: dict[str, Any], told: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": told}


_HORIZON = _parameter(
    "horizon",
    {"type": "string", "enum": ["dispatch", "event", "scene", "investigation"]},
    "What the forecaster may know; the most informed one that the given fields allow where left "
    "out. Fields known later are ignored, and told of.",
)
_MODEL = _parameter(
    "model",
    {"type": "string", "pattern": "^[A-Za-z0-9]{1,64}$"},
    "champion, challenger, or a version; the server decides where left out",
)
_EXPLAIN = _parameter(
    "explain",
    {"type": "integer", "minimum": 0, "maximum": MOST_REASONS, "default": 0},
    "How many contributions to answer, the largest first",
)
_DETAIL = _parameter(
    "detail",
    {"type": "string", "enum": ["short", "full"], "default": "short"},
    "full names every field that is missing, not the weightiest alone",
)
_FLAG = {"type": "boolean", "default": False}
_PARTIAL = _parameter("partial", _FLAG, "Answer the good rows where others are bad")
_REPLACE = _parameter("replace", _FLAG, "Replace another outcome that was told before")


def _body(schema: dict[str, Any], examples: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "examples": examples}}
    return {"required": True, "content": content}


def _route(
    summary: str,
    operation: str,
    answer: type[BaseModel],
    told: str,
    errors: tuple[int, ...],
    **extra: Any,
) -> dict[str, Any]:
    """Return what a route's decorator is told."""
    answered = {200: {"model": answer, "description": told}}
    return {
        "summary": summary,
        "operation_id": operation,
        "responses": answered | problems.described(*errors),
        "openapi_extra": extra,
    }


_ERRORS = (404, 415)
_ROWS = {"type": "array", "minItems": 1, "items": accident.REF}
_BATCH_SCHEMA = {
    "type": "object",
    "properties": {"rows": _ROWS},
    "required": ["rows"],
    "additionalProperties": False,
}
_BATCH_EXAMPLE = {"two accidents": {"value": {"rows": [accident.AT_THE_EVENT, accident.ON_SCENE]}}}
_OUTCOME_EXAMPLE = {"nobody hurt": {"value": {"ev_highest_injury": "NONE", "as_of": "2024-09-30"}}}

SEVERITY = _route(
    "How severe does this accident turn out?", "predict_severity", Severity, "The forecast",
    _ERRORS, parameters=[_HORIZON, _MODEL, _EXPLAIN, _DETAIL],
    requestBody=_body(accident.REF, accident.EXAMPLES),
)  # fmt: skip
BATCH = _route(
    "How severe do these accidents turn out?", "predict_severity_batch", Batch, "The forecasts",
    _ERRORS, parameters=[_HORIZON, _MODEL, _EXPLAIN, _DETAIL, _PARTIAL],
    requestBody=_body(_BATCH_SCHEMA, _BATCH_EXAMPLE),
)  # fmt: skip
CAUSES = _route(
    "What will the investigation find?", "predict_causes", Causes, "The forecast",
    _ERRORS, parameters=[_HORIZON, _MODEL, _DETAIL],
    requestBody=_body(accident.REF, accident.EXAMPLES),
)  # fmt: skip
OUTCOME = _route(
    "What turned out of this accident?", "record_outcome", Outcome, "What was recorded",
    (*_ERRORS, 409), parameters=[_REPLACE],
    requestBody=_body(OutcomeBody.model_json_schema(), _OUTCOME_EXAMPLE),
)  # fmt: skip

COMPONENTS = {accident.NAME: accident.schema}
"""Schemas that requests refer to, each made when the document is."""
