"""The list of expenditure lines as one usually writes it: SQLModel objects and a `response_model`.

Same filters, same fields, same joins, same exact total and the same money in 万元 as ours; `bench/list_page.py`
compares the answers before it measures.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, PlainSerializer, create_model
from sqlalchemy import func
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.query.registry import RESOURCES
from app.tables import Department, ExpenditureLine, Region, Release

engine = create_async_engine(os.environ["BENCH_SQLALCHEMY_URL"], pool_size=8, max_overflow=0)
sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
app = FastAPI()

Wan = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


# The fields that our list shows, and where a row of the table has them.
_COLUMNS = [column for column in RESOURCES["expenditures"].columns if column.default]
_KINDS: dict[str, Any] = {"integer": int, "boolean": bool, "money": Wan}
JOINED = ("department_name", "region_name")
_ATTRIBUTES = {
    column.name: column.sql.removeprefix("t.") or column.name for column in _COLUMNS if column.name not in JOINED
}
MONEY = [column.name for column in _COLUMNS if column.kind == "money"]

ExpenditureRead = create_model(  # type: ignore[call-overload]  # one written by hand would be the same class
    "ExpenditureRead", **{column.name: (_KINDS.get(column.kind, str) | None, None) for column in _COLUMNS}
)


class Page(BaseModel):
    """The paging part of the envelope."""

    limit: int
    count: int
    total: int


class ExpenditureList(BaseModel):
    """The envelope."""

    data: list[ExpenditureRead]  # type: ignore[valid-type]
    page: Page
    meta: dict[str, int | str]


async def get_session() -> AsyncIterator[AsyncSession]:
    """A session for one request."""
    async with sessions() as session:
        yield session


@app.get("/v1/expenditures", response_model=ExpenditureList)
async def list_expenditures(  # one parameter for each filter is how this is usually written
    session: Annotated[AsyncSession, Depends(get_session)],
    department_id: str | None = None,
    fiscal_year: int | None = None,
    code__under: str | None = None,
    region_code: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> ExpenditureList:
    """One page of expenditure lines."""
    release = (await session.exec(select(func.max(Release.number)))).one()
    where = [col(ExpenditureLine.valid_from) <= release, col(ExpenditureLine.valid_to) > release]
    if department_id is not None:
        where.append(col(ExpenditureLine.department_id) == department_id)
    if fiscal_year is not None:
        where.append(col(ExpenditureLine.fiscal_year) == fiscal_year)
    if code__under is not None:
        where.append(col(ExpenditureLine.code).startswith(code__under))
    if region_code is not None:
        where.append(col(ExpenditureLine.region_code) == region_code)
    total = (await session.exec(select(func.count()).select_from(ExpenditureLine).where(*where))).one()
    rows = await session.exec(
        select(ExpenditureLine, Department.name, Region.full_name)
        .join(Department, col(Department.id) == col(ExpenditureLine.department_id))
        .join(Region, col(Region.code) == col(ExpenditureLine.region_code))
        .where(*where)
        .order_by(col(ExpenditureLine.id))
        .offset(offset)
        .limit(limit)
    )
    data = []
    for line, department_name, region_name in rows:
        stored = line.model_dump()
        values = {name: stored[attribute] for name, attribute in _ATTRIBUTES.items()}
        values |= {name: None if values[name] is None else values[name] / 10_000 for name in MONEY}
        data.append(ExpenditureRead(**values, department_name=department_name, region_name=region_name))
    return ExpenditureList(
        data=data,
        page=Page(limit=limit, count=len(data), total=total),
        meta={"release": release, "unit": "wan"},
    )
