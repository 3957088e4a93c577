"""Our application for `list_page.py`, with no total remembered: every page counts its own, as the usual way does."""

from fastapi import FastAPI

from app.query import run
from app.serve import application as serve_application


def application() -> FastAPI:
    """The application with the settings of the environment."""
    run._TOTALS_KEPT = 0  # noqa: SLF001 - only a benchmark wants this
    return serve_application()
