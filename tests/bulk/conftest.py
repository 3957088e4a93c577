"""The files of the invented and of the committed data, built once for the tests that read them."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.bulk.build import build_release
from app.bulk.manifest import ReleaseFiles
from app.settings import Settings
from tests.clients import serving


@pytest.fixture(scope="session")
async def built(loaded: Settings) -> AsyncIterator[tuple[Settings, ReleaseFiles]]:
    """The invented data with the files of its newest release: for reading only."""
    with tempfile.TemporaryDirectory() as name:
        settings = dataclasses.replace(loaded, releases_at=Path(name))
        files, fresh = await build_release(settings)
        assert fresh
        yield settings, files


@pytest.fixture(scope="session")
def address(built: tuple[Settings, ReleaseFiles]) -> Iterator[str]:
    """A real server on them."""
    with serving.process(environment(built[0])) as where:
        yield where


def environment(settings: Settings) -> dict[str, str]:
    """The variables that give another process these settings."""
    return {
        "DATABASE_URL": str(settings.database_url),
        "GONGKAI_DATA": str(settings.data),
        "GONGKAI_RELEASES": str(settings.releases),
        "GONGKAI_POSTGRES_VERSION": str(settings.postgres_version),
    }
