"""Alembic, run by the program itself: the same `alembic/` that the `alembic` command runs."""

from __future__ import annotations

import asyncio
import contextlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from alembic import command
from app import database, embedded
from app.errors import DatabaseError
from app.settings import PROJECT, Settings


async def upgrade(settings: Settings) -> None:
    """Bring the database to the newest revision. DatabaseError when it is at one that this program does not know."""
    with _errors("is this program older than the database?"):
        # env.py runs an event loop of its own, which needs a thread of its own.
        await asyncio.to_thread(command.upgrade, configuration(settings), "head")


def check(postgres_version: int = Settings.postgres_version) -> None:
    """Compare what the migrations make of an empty database with the models; DatabaseError says what differs.

    An embedded server of its own, deleted afterwards, keeps the user's data out of it.
    """
    heads = ScriptDirectory.from_config(configuration(Settings())).get_heads()
    if len(heads) != 1:
        raise DatabaseError(f"the migrations end in {len(heads)} heads ({', '.join(heads)}): run `alembic merge heads`")
    with tempfile.TemporaryDirectory(prefix="gongkai-check-", ignore_cleanup_errors=True) as name:
        # The account that runs the server for root must pass through.
        Path(name).chmod(0o755)
        settings = Settings(data=Path(name) / "data", postgres_version=postgres_version)
        with embedded.running(settings):
            asyncio.run(database.migrate(settings))
            with _errors("run `alembic revision --autogenerate -m '…'`"):
                command.check(configuration(settings))


def configuration(settings: Settings) -> Config:
    """Alembic's configuration for these settings; env.py reads them from `attributes`."""
    made = Config(PROJECT / "alembic.ini", stdout=io.StringIO())
    made.attributes["settings"] = settings
    return made


@contextlib.contextmanager
def _errors(advice: str) -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise DatabaseError(f"{error}; {advice}") from error
    except DBAPIError as error:
        raise DatabaseError(
            f"the database refused the migration: {error.__cause__ or error}; "
            "DATABASE_URL's user must own the database, or may create tables in its schema public"
        ) from error
