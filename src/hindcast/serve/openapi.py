"""What the OpenAPI document says of the whole server."""

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from hindcast.serve import problems
from hindcast.serve.auth import SCHEMES
from hindcast.serve.schemas import prediction_routes

DESCRIPTION = """
Forecasts of how severe an accident of a US civil aircraft turns out, and the records they were
learned from.

**What a probability means.** Every forecast is P(severity | an accident happened): among accidents
like this one, the share that turn out so. It is *not* the risk of having an accident; there are
no flight hours here. Every answer repeats the sentence of its model as `estimand`.

**Horizons.** A model reads only what is known at its time: `dispatch` (the planned flight),
`event` (what is happening, and where), `scene` (what the first responder sees), `investigation`
(what the investigation concludes). Without `?horizon=` the most informed one that the given fields
allow answers, and the answer says which.

**Keys.** Send `X-API-Key: hc_...` or `Authorization: Bearer hc_...`, never in the address. A key
has scopes: `read` for records and statistics, `predict` for forecasts, `admin` for keys and
metrics. `hindcast keys create` makes one and shows it once.

**Limits.** Each key has so many requests a minute; `RateLimit` and `RateLimit-Policy` tell how many
are left, 429 with `Retry-After` when none are. 503 with `Retry-After` means that the server itself
is busy.

**Errors** are `application/problem+json` (RFC 9457) and carry the `request_id` under which the
server's log has more; `X-Request-ID` is accepted (letters, digits, `.`, `_`, `-`; 64 at most) and
returned with every answer.
"""

TAGS = [
    {"name": "predictions", "description": "Forecasts, and what turned out. Scope `predict`."},
    {"name": "models", "description": "What answers: metrics, features, cards. Scope `read`."},
    {"name": "records", "description": "Accidents as recorded, nothing personal. Scope `read`."},
    {"name": "search", "description": "Full text over probable causes. Scope `read`."},
    {"name": "statistics", "description": "Counts and fatal shares. Scope `read`."},
    {"name": "analytics", "description": "Time series, clusters, correlations. Scope `read`."},
    {"name": "health", "description": "For watchmen and Prometheus."},
    {"name": "admin", "description": "Keys and their use. Scope `admin`."},
]

ABOUT: dict[str, Any] = {
    "title": "hindcast",
    "version": version("hindcast"),
    "summary": "How severe does an aviation accident turn out?",
    "description": DESCRIPTION.strip(),
    "openapi_tags": TAGS,
    "license_info": {"name": "MIT", "identifier": "MIT"},
}

_FASTAPIS = "HTTPValidationError"


def complete(document: dict[str, Any]) -> None:
    """Add to a document what holds for every route: its errors, and both ways to send a key."""
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = problems.ProblemBody.model_json_schema()
    components["schemas"] |= {name: made() for name, made in prediction_routes.COMPONENTS.items()}
    components["securitySchemes"] = SCHEMES
    for operation in _operations(document):
        told = operation["responses"]
        if _FASTAPIS in str(told.get("422")):
            del told["422"]
        found = _described(*_statuses(operation)) | told
        operation["responses"] = dict(sorted(found.items()))
    _only_what_is_used(document)


def _statuses(operation: Mapping[str, Any]) -> Iterator[int]:
    """Yield the errors that an operation may answer for what it is, whatever its route does."""
    yield from problems.EVERYWHERE
    if "x-scope" in operation:
        yield from problems.GUARDED
    if operation.get("parameters") or "requestBody" in operation:
        yield from problems.READ


def _described(*statuses: int) -> dict[str, Any]:
    return {str(status): told for status, told in problems.described(*statuses).items()}


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _only_what_is_used(document: dict[str, Any]) -> None:
    """Leave out tags that no route has, and FastAPI's own kind of error, which never comes."""
    used = {tag for operation in _operations(document) for tag in operation.get("tags", ())}
    document["tags"] = [tag for tag in document["tags"] if tag["name"] in used]
    for name in (_FASTAPIS, "ValidationError"):
        document["components"]["schemas"].pop(name, None)
