"""Runs the migrations over asyncpg, in one transaction, on the database of the settings.

`gongkai migrate` gives its settings; the `alembic` command reads the environment and, without DATABASE_URL, runs the
embedded server for as long as it works.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging.config

import asyncpg
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from alembic import context
from app import database, embedded, settings, tables

TARGET = tables.SQLModel.metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=TARGET, compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()


async def run_online(current: settings.Settings) -> None:
    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            database.owner_dsn(current), server_settings={"application_name": "alembic", **database.OWNER_SESSION}
        )

    # The address goes to asyncpg as it is: SQLAlchemy's dialect does not know sslmode and its kin.
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


def main() -> None:
    given: settings.Settings | None = context.config.attributes.get("settings")
    current = given or settings.from_environment()
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", target_metadata=TARGET, literal_binds=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    with contextlib.ExitStack() as stack:
        if given is None:
            logging.config.fileConfig(str(context.config.config_file_name), disable_existing_loggers=False)
            stack.enter_context(embedded.running(current))
        asyncio.run(run_online(current))


main()
