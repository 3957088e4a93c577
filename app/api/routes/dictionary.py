"""`/v1/dictionary`: every field of every resource with its meaning, and the code lists with their edition."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import RELEASE_HEADER
from app.api.envelope import MEDIA_TYPE
from app.api.files import Content, file_response
from app.api.formats import choose_format, split_suffix
from app.api.parameters import read_pairs
from app.api.problems import PATH_NOT_FOUND, Problem
from app.api.reader import Reader
from app.errors import ParameterProblem
from app.export.read_rows import SECONDS
from app.query.code_lists import CODE_LISTS, CodeList, Counts, fetch_counts
from app.query.dictionary import Entry, used_by
from app.query.filters import nearest
from app.query.read_dictionary import DictionaryQuery, read_dictionary, select_fields
from app.query.registry import RESOURCES
from app.query.whole_list import find_release, read_style


async def get_dictionary(request: Request) -> Response:
    """Every resource with its fields, or those that `resource` names; the code lists that they draw on."""
    return await _answer(request, None, request.path_params.get("suffix"))


async def get_entry(request: Request) -> Response:
    """One resource with its fields and the code lists that they draw on."""
    name, suffix = split_suffix(request.path_params["key"])
    if name not in RESOURCES:
        near = nearest(name, RESOURCES)
        said = f"did you mean {near}? " if near else ""
        raise Problem(
            PATH_NOT_FOUND,
            f"the dictionary has no entry {name[:100]}; {said}/v1/dictionary has all of them",
            problems=(ParameterProblem("path", "no such resource", value=name[:100], suggestion=near),),
        )
    return await _answer(request, name, suffix)


async def _answer(request: Request, one: str | None, suffix: str | None) -> Response:
    reader: Reader = request.app.state.reader
    chosen = choose_format(request, suffix)
    pairs = read_pairs(request.scope["query_string"])
    if chosen != "json":
        style, pairs = read_style(pairs)
        query = read_dictionary(pairs, one)
        return await file_response(request, chosen, style, partial(_table, query, one))
    query = read_dictionary(pairs, one)
    release, counts = await reader.run(fetch_counts, query.release)
    described = [_described(entry) for entry in query.entries]
    lists = [
        _listed(listed, counts) for listed in CODE_LISTS if any(listed in entry.code_lists for entry in query.entries)
    ]
    data = {"resources": described, "code_lists": lists} if one is None else {**described[0], "code_lists": lists}
    body = orjson.dumps({"data": data, "meta": {"release": release}, "warnings": []})
    return Response(body, media_type=MEDIA_TYPE, headers={RELEASE_HEADER: str(release)})


async def _table(query: DictionaryQuery, one: str | None, connection: asyncpg.Connection) -> Content:
    release, made = await find_release(connection, query.release, seconds=SECONDS)
    name = "dictionary" if one is None else f"dictionary-{one}"
    title = "数据字典" if one is None else f"数据字典-{RESOURCES[one].zh}"
    return Content(name, title, release, made, select_fields(query.entries))


def _described(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "zh": entry.zh,
        "en": entry.en,
        "description_zh": entry.description_zh,
        "description": entry.description,
        "href": f"/v1/{entry.name}",
        "primary_key": entry.primary_key,
        "statements": entry.statements,
        "fields": entry.fields,
    }


def _listed(listed: CodeList, counts: Mapping[str, Counts]) -> dict[str, object]:
    counted = counts.get(listed.resource) if listed.resource is not None else None
    return {
        "name": listed.name,
        "zh": listed.zh,
        "en": listed.en,
        "standard_zh": listed.standard_zh,
        "standard": listed.standard,
        "origin": listed.origin,
        "edition_zh": listed.edition_zh,
        "edition": listed.edition,
        "resource": listed.resource,
        "href": None if listed.resource is None else f"/v1/{listed.resource}",
        "codes": None if counted is None else counted.total,
        "in_release": None if counted is None else counted.in_release,
        "counts": [] if counted is None else counted.by,
        "used_by": [f"{resource}.{field}" for resource, field in used_by(listed)],
    }
