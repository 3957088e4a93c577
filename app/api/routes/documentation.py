"""`/docs`, `/redoc` and `/openapi.json`: the description of the service, with every file served by itself."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import orjson
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from app.api.openapi import TITLE, openapi_document

ASSETS_PATH = "/assets"
OPENAPI_PATH = "/openapi.json"

# Both programs bring their own styles and a worker; neither may fetch from another host, where ReDoc has a logo.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:"
)


def assets() -> Path:
    """The directory with Swagger UI and ReDoc as files."""
    specification = find_spec("fastapi_offline")
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError("fastapi-offline")
    return Path(specification.origin).parent / "static"


async def get_openapi(_: Request) -> Response:
    """The OpenAPI document."""
    return Response(_document(), media_type="application/json")


async def get_docs(_: Request) -> Response:
    """Swagger UI."""
    page = get_swagger_ui_html(
        openapi_url=OPENAPI_PATH,
        title=TITLE,
        swagger_js_url=f"{ASSETS_PATH}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS_PATH}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS_PATH}/favicon.png",
        # Without this, Swagger UI shows a badge that another host draws.
        swagger_ui_parameters={"validatorUrl": None, "docExpansion": "none", "defaultModelsExpandDepth": 0},
    )
    page.headers["Content-Security-Policy"] = _POLICY
    return page


async def get_redoc(_: Request) -> Response:
    """ReDoc."""
    page = get_redoc_html(
        openapi_url=OPENAPI_PATH,
        title=TITLE,
        redoc_js_url=f"{ASSETS_PATH}/redoc.standalone.js",
        redoc_favicon_url=f"{ASSETS_PATH}/favicon.png",
        with_google_fonts=False,
    )
    page.headers["Content-Security-Policy"] = _POLICY
    return page


async def get_favicon(_: Request) -> Response:
    """The icon that browsers ask for."""
    return FileResponse(assets() / "favicon.png", media_type="image/png")


@cache
def _document() -> bytes:
    return orjson.dumps(openapi_document())
