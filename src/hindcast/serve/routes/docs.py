"""The interface described: an OpenAPI document, and two pages that show it without a network."""

import asyncio
import base64
import re
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import orjson
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import FileResponse

from hindcast.serve.middleware.headers import CONTENT

router = APIRouter(include_in_schema=False)

OPENAPI = "/openapi.json"
STATIC = "/docs/static"
NO_ICON = "data:,"
FILES = frozenset({"swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js"})

SHORTLY = {"cache-control": "public, max-age=300"}
LONG = {"cache-control": "public, max-age=86400"}

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_SWAGGER = {"docExpansion": "list", "defaultModelsExpandDepth": 0, "tryItOutEnabled": True}


@router.get(OPENAPI)
async def document(request: Request) -> Response:
    """Return the OpenAPI document; it is made once."""
    state = request.app.state
    if not hasattr(state, "document"):
        state.document = orjson.dumps(await asyncio.to_thread(request.app.openapi))
    return Response(state.document, headers=SHORTLY, media_type="application/json")


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Show the document with Swagger UI, where requests can be tried."""
    root = request.scope.get("root_path", "")
    page = get_swagger_ui_html(
        openapi_url=root + OPENAPI,
        title="hindcast: the API",
        swagger_js_url=f"{root}{STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{root}{STATIC}/swagger-ui.css",
        swagger_favicon_url=NO_ICON,
        swagger_ui_parameters=_SWAGGER,
    )
    return _page(bytes(page.body))


@router.get("/redoc")
async def redoc(request: Request) -> Response:
    """Show the document with Redoc, to be read."""
    root = request.scope.get("root_path", "")
    page = get_redoc_html(
        openapi_url=root + OPENAPI,
        title="hindcast: the API",
        redoc_js_url=f"{root}{STATIC}/redoc.standalone.js",
        redoc_favicon_url=NO_ICON,
        with_google_fonts=False,
    )
    return _page(bytes(page.body))


@router.get(STATIC + "/{name}")
async def static(name: str) -> FileResponse:
    """Return a file of the pages."""
    if name not in FILES:
        raise HTTPException(404)
    return FileResponse(_folder() / name, headers=LONG)


def _folder() -> Path:
    """Return where the package's files are; it is not imported for them."""
    spec = find_spec("fastapi_offline")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "static"


def _page(page: bytes) -> Response:
    allowed = {CONTENT[0].decode(): policy(page.decode()), **SHORTLY}
    return Response(page, headers=allowed, media_type="text/html; charset=utf-8")


def policy(page: str) -> str:
    """Return what a page may load: this server's files and its own inline scripts, by hash.

    >>> policy("<script>1</script>").split("; ")[1]
    "script-src 'self' 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"
    """
    scripts = " ".join(f"'sha256-{_hash(script)}'" for script in _INLINE.findall(page))
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode()
