"""Where everything is measured: one Postgres with invented disclosures, and the servers that answer from it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import peers
import psutil
from generate import Size, fill
from queries import Values, read_values
from servers import Server, postmaster, serving

from app import database, embedded
from app.progress import Progress
from app.settings import Settings

_HERE = Path(__file__).parent
_SERVED = ["app.serve:application", "--factory"]


@dataclass
class Stage:
    """A filled database, a directory for files, and how long and how often each thing is measured."""

    settings: Settings
    directory: Path
    lines: int
    values: Values
    seconds: float
    rounds: int
    loading: float | None = None  # seconds that it took to make and load the lines; None: they were there

    @property
    def postgres(self) -> psutil.Process:
        return postmaster(self.settings)

    def served(
        self, *, cache: bool = False, pool: int | None = None, workers: int = 1
    ) -> contextlib.AbstractContextManager[Server]:
        """The application as it runs; finished answers are kept where `cache` says so."""
        environment = self._environment() | ({} if cache else {"GONGKAI_CACHE_MB": "0"})
        environment |= {} if pool is None else {"GONGKAI_POOL_SIZE": str(pool)}
        return serving(_SERVED, environment, "/readyz", database=self.postgres, workers=workers)

    def ours(self) -> contextlib.AbstractContextManager[Server]:
        """The application with nothing remembered between requests, totals neither."""
        environment = self._environment() | {"GONGKAI_CACHE_MB": "0"}
        return serving(["ours:application", "--factory"], environment, "/readyz", database=self.postgres)

    def usual(self) -> contextlib.AbstractContextManager[Server]:
        """The endpoint as it is usually written."""
        url = self.reader_url.replace("postgresql://", "postgresql+asyncpg://").removesuffix("&sslmode=disable")
        environment = {"BENCH_SQLALCHEMY_URL": url, "PYTHONPATH": str(_HERE)}
        return serving(["usual_way:app"], environment, "/v1/expenditures?limit=1", database=self.postgres)

    @property
    def reader_url(self) -> str:
        """The database, for who may only read."""
        return embedded.dsn(self.settings, database.DATABASE, user=database.READER)

    @cached_property
    def parquet(self) -> Path:
        """All lines as Parquet, as our own export writes them."""
        with self.served(cache=True) as server:
            return peers.export_lines(server.base, self.directory)

    @cached_property
    def sqlite(self) -> Path:
        """The same in SQLite."""
        return peers.to_sqlite(self.parquet)

    @cached_property
    def peers(self) -> Path:
        """The programs of those we are compared with, installed once."""
        return peers.install(_HERE / ".peers")

    def _environment(self) -> dict[str, str]:
        return {"GONGKAI_DATA": str(self.settings.data), "PYTHONPATH": str(_HERE)}


@contextlib.contextmanager
def staged(
    directory: Path, lines: int, *, data: Path | None = None, seconds: float, rounds: int, progress: Progress
) -> Iterator[Stage]:
    """A stage of about so many lines. What `data` holds from an earlier run is used as it is."""
    directory.mkdir(exist_ok=True)
    directory.chmod(0o755)
    # A Postgres with room for all that run beside each other; each has a pool of its own.
    settings = Settings(data=data or directory / "data", pool_size=100)
    with embedded.running(settings, progress=progress):
        loading = None
        if asyncio.run(_lines(settings)) == 0:
            begun = time.perf_counter()
            progress(asyncio.run(fill(settings, Size(lines), checked=False, progress=progress)).sentence())
            loading = time.perf_counter() - begun
        found, values = asyncio.run(_lines(settings)), asyncio.run(_values(settings))
        yield Stage(settings, directory, found, values, seconds, rounds, loading)


async def _lines(settings: Settings) -> int:
    await database.migrate(settings)
    async with database.connect_owner(settings) as connection:
        found: int = await connection.fetchval("SELECT count(*) FROM expenditure_line")
        return found


async def _values(settings: Settings) -> Values:
    async with database.connect_owner(settings) as connection:
        return await read_values(connection)
