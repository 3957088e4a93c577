"""The application: settings in, FastAPI out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from app.api.caching import build
from app.api.door import Door
from app.api.files import Exports
from app.api.freshness import Freshness
from app.api.hosts import hosts_of
from app.api.openapi import TITLE, VERSION, openapi_document
from app.api.paths import unknown_path
from app.api.protocol import AT_ONCE
from app.api.reader import Reader
from app.api.routes import (
    aggregates,
    bulk,
    catalogue,
    changes,
    cite,
    comparisons,
    dictionary,
    documentation,
    facets,
    feeds,
    index,
    lists,
    pages,
    search,
    singles,
)
from app.errors import DatabaseError
from app.pages.render import STYLE_PATH
from app.settings import Settings

log = logging.getLogger("gongkai.api")


def create_application(settings: Settings) -> FastAPI:
    """The service. Routes are plain: a request in, a finished response out; the registry describes them."""
    hosts = hosts_of(settings)
    freshness = Freshness(hosts)

    @contextlib.asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[dict[str, object]]:
        reader = Reader(settings, hosts)
        application.state.reader = reader
        application.state.exports = Exports(reader)
        try:
            await reader.open()
        except DatabaseError as error:
            # The service answers 503 and tries again with the next request.
            log.error("%s", error)  # noqa: TRY400 - the message is made for the operator, the traceback says no more
        build()
        watching = asyncio.create_task(freshness.watch(settings))
        door = application.middleware_stack
        yield {AT_ONCE: door.at_once} if isinstance(door, Door) else {}
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await reader.close()

    class Service(FastAPI):
        """FastAPI without its own layers: the door is the only one, and the short way to a finished answer."""

        def build_middleware_stack(self) -> ASGIApp:
            return Door(self.router, settings, freshness)

    application = Service(
        title=TITLE,
        version=VERSION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Nothing is reported to anybody: whether it should be would be looked up for every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        routes=_routes(),
    )
    application.openapi = openapi_document  # type: ignore[method-assign]  # the registry describes the routes
    return application


def _routes() -> list[BaseRoute]:
    # Names before patterns; the lists early: they are what most requests ask for.
    return [
        Route("/v1/search", search.search),
        Route("/v1/search.{suffix}", search.search),
        Route("/v1/suggest", search.suggest),
        Route("/v1/suggest.{suffix}", search.suggest),
        Route("/v1/series", comparisons.get_series),
        Route("/v1/series.{suffix}", comparisons.get_series),
        Route("/v1/compare", comparisons.get_comparison),
        Route("/v1/compare.{suffix}", comparisons.get_comparison),
        Route("/v1/cite", cite.get_citation),
        Route("/v1/cite.{suffix}", cite.get_citation),
        Route("/v1/dictionary", dictionary.get_dictionary),
        Route("/v1/dictionary.{suffix}", dictionary.get_dictionary),
        Route("/v1/dictionary/{key}", dictionary.get_entry),
        Route("/v1/releases/{number}/", bulk.list_files),
        Route("/v1/releases/{number}/files", bulk.list_files),
        Route("/v1/releases/{number}/files/", bulk.list_files),
        Route("/v1/releases/{number}/files/{name}", bulk.get_file),
        Route("/v1/releases.atom", feeds.get_releases),
        Route("/v1/departments/{key}.atom", feeds.get_department),
        Route("/v1/{resource}", lists.list_rows),
        Route("/v1/releases/{earlier}/diff/{later}", changes.get_summary),
        Route("/v1/releases/{earlier}/diff/{later}/{resource}", changes.list_changes),
        Route("/v1/{resource}/aggregate", aggregates.aggregate),
        Route("/v1/{resource}/aggregate.{suffix}", aggregates.aggregate),
        Route("/v1/{resource}/facets", facets.list_facets),
        Route("/v1/{resource}/facets.{suffix}", facets.list_facets),
        Route("/v1/{resource}/{key}", singles.get_one),
        Route("/v1", index.get_index),
        Route("/catalog", catalogue.get_catalogue),
        Route("/catalog.{suffix}", catalogue.get_catalogue),
        Route("/errors", index.list_errors),
        Route("/errors/{slug}", index.get_error),
        Route("/healthz", index.get_health),
        Route("/readyz", index.get_readiness),
        Route(documentation.OPENAPI_PATH, documentation.get_openapi),
        Route("/docs", documentation.get_docs),
        Route("/redoc", documentation.get_redoc),
        Route("/favicon.ico", documentation.get_favicon),
        Mount(documentation.ASSETS_PATH, StaticFiles(directory=documentation.assets())),
        Route("/", pages.get_home),
        Route("/departments", pages.list_departments),
        Route("/departments/{key}", pages.get_department),
        Route("/disclosures/{key}", pages.get_disclosure),
        Route("/statements/{key}", pages.get_statement),
        Route("/datasets", pages.list_datasets),
        Route("/datasets/{name}", pages.get_dataset),
        Route("/datasets/{name}/rows", pages.list_rows),
        Route("/releases", pages.list_releases),
        Route("/releases/{number}", pages.get_release),
        Route("/search", pages.search),
        Route(STYLE_PATH, pages.get_style),
        Route("/sitemap.xml", pages.get_sitemap),
        Route("/sitemap-{number}.xml", pages.get_sitemap_part),
        Route("/robots.txt", pages.get_robots),
        Route("/{path:path}", _unknown),
    ]


async def _unknown(request: Request) -> Response:
    raise unknown_path(request.scope["path"])
