"""What the OpenAPI document says of the whole server."""

from importlib.metadata import version
from typing import Any

from hindcast.serve import auth, problems

ABOUT: dict[str, Any] = {"title": "hindcast", "version": version("hindcast")}


def complete(document: dict[str, Any]) -> None:
    """Add to a document what holds for every route: its errors."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = problems.ProblemBody.model_json_schema()
    document["components"]["securitySchemes"] = auth.SCHEMES
    for path in document["paths"].values():
        for operation in path.values():
            for status, told in problems.described(*problems.EVERYWHERE).items():
                operation["responses"].setdefault(str(status), told)
