"""`/`, `/departments`, `/disclosures`, `/statements`, `/datasets`, `/releases`, `/search`: pages for people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import RELEASE_HEADER, Policy
from app.api.envelope import base_url
from app.api.html import asked_of, page_response
from app.api.parameters import read_pairs
from app.api.paths import unknown_dataset, unknown_path
from app.api.reader import Reader
from app.errors import NotFound
from app.pages import conditions, contents, figures, printed_table, sitemap, structured_data, table
from app.pages.asked import address
from app.pages.render import style
from app.query.registry import RESOURCES
from app.query.run import fetch_release
from app.query.search import fetch_search, read_search
from app.query.sitemap import fetch_entries

# How many of the largest rows and projects of a document are shown, and how many results of each kind.
_BIGGEST, _PROJECTS, _RESULTS = 12, 10, "20"

# What the page decides itself, and what belongs to every page.
_OF_THE_PAGE = frozenset({"fields", "include", "limit", "unit", "lang", "release"})


async def get_home(request: Request) -> Response:
    """What this is, where to begin, and what there is."""
    reader, asked = _reader(request), asked_of(request)
    home = await reader.run(contents.fetch_home, reader.known, reader.settings)
    return page_response(
        "home.html",
        asked,
        release=home.extent.number,
        lasting=home.files is not None,
        structured=structured_data.home(asked, reader.settings, home.extent, home.files),
        home=home,
        disclosures=[(row, figures.total_expenditure(row, home.printed)) for row in home.disclosures.rows],
    )


async def list_departments(request: Request) -> Response:
    """The departments of a division, and the divisions under it."""
    reader, asked = _reader(request), asked_of(request, "region", "cursor")
    region = asked.kept.get("region")
    found = await reader.run(
        contents.fetch_departments,
        reader.known,
        region=region,
        cursor=asked.kept.get("cursor"),
        release=asked.release,
    )
    return page_response(
        "departments.html", asked, release=found.departments.release, found=found, central=region == contents.COUNTRY
    )


async def get_department(request: Request) -> Response:
    """A department: its documents and their figures, year by year."""
    reader, asked = _reader(request), asked_of(request)
    found = await reader.run(contents.fetch_department, reader.known, request.path_params["key"], release=asked.release)
    return page_response(
        "department.html",
        asked,
        release=found.release,
        structured=structured_data.department(asked, reader.settings, found.record, found.release),
        department=found.record,
        rows=[(disclosure, figures.glance(disclosure, found.printed)) for disclosure in found.record["disclosures"]],
    )


async def get_disclosure(request: Request) -> Response:
    """A document: its figures at a glance, its statements, what it holds."""
    reader, asked = _reader(request), asked_of(request)
    found = await reader.run(contents.fetch_disclosure, reader.known, request.path_params["key"], release=asked.release)
    record, printed = found.record, found.printed
    phase = figures.own_phase(record["kind"])
    spending, fund = figures.biggest(printed.spending, phase, _BIGGEST)
    three_public = figures.three_public(record, printed.three_public)
    return page_response(
        "disclosure.html",
        asked,
        release=found.release,
        structured=structured_data.disclosure(asked, reader.settings, record, found.release),
        disclosure=record,
        glance=figures.glance(record, printed),
        spending=spending,
        fund=fund,
        three_public=three_public,
        three_public_field=figures.three_public_field(three_public),
        largest=figures.largest_projects(found.projects.rows, _PROJECTS),
        projects=found.projects,
        findings=found.findings,
        checked=found.checked,
        contradictions=found.contradictions,
    )


async def get_statement(request: Request) -> Response:
    """A table as it is printed."""
    reader, asked = _reader(request), asked_of(request)
    found = await reader.run(contents.fetch_statement, reader.known, request.path_params["key"], release=asked.release)
    rows = printed_table.lay_out(found.record)
    return page_response(
        "statement.html",
        asked,
        release=found.release,
        statement=found.record,
        rows=rows,
        withholds=printed_table.withholds(rows),
        checked=printed_table.statuses(found.record),
        results=found.results,
    )


async def list_datasets(request: Request) -> Response:
    """Every data set with what it holds."""
    reader, asked = _reader(request), asked_of(request)
    release, counts = await reader.run(contents.fetch_counts)
    return page_response("datasets.html", asked, release=release, counts=counts)


async def get_dataset(request: Request) -> Response:
    """A data set: what it is, its fields, and every way to get it."""
    reader, asked = _reader(request), asked_of(request)
    resource = RESOURCES.get(request.path_params["name"])
    if resource is None:
        raise unknown_dataset(request.scope["path"])
    found = await reader.run(contents.fetch_dataset, reader.known, resource.name, reader.settings)
    extent, files = found.extent, found.files
    own = [] if files is None else [file for file in files.files if file.resource == resource.name]
    joint = asked.language.say("；", "; ")
    examples = [
        (joint.join(conditions.in_words(resource, dict(read_pairs(query.encode())), asked.language)), query)
        for query in resource.examples
    ]
    return page_response(
        "dataset.html",
        asked,
        release=extent.number,
        lasting=files is not None,
        structured=structured_data.dataset(asked, reader.settings, resource, extent, own),
        resource=resource,
        extent=extent,
        files=own,
        some=found.some,
        columns=table.columns_of(resource, found.some.rows),
        of_documents=table.of_documents(resource),
        examples=examples,
        table=table,
    )


async def list_rows(request: Request) -> Response:
    """The rows of a data set that the filters select, for people: the API's list as a table."""
    reader = _reader(request)
    resource = RESOURCES.get(request.path_params["name"])
    if resource is None:
        raise unknown_dataset(request.scope["path"])
    # A field of the form that is left empty asks for nothing.
    pairs = read_pairs(request.scope["query_string"])
    given = {name: value for name, value in pairs if name not in _OF_THE_PAGE and value}
    form = conditions.form(resource, given)
    known = {field.parameter for field in form} | {"cursor"}
    asked = asked_of(request, *given)
    found = await reader.run(contents.fetch_rows, reader.known, resource.name, given, release=asked.release)
    without = [
        asked.rows(
            address(resource.name, {other: value for other, value in given.items() if other not in (name, "cursor")})
        )
        for name in conditions.named(given)
    ]
    following = None if found.cursor is None else asked.rows(address(resource.name, {**given, "cursor": found.cursor}))
    return page_response(
        "rows.html",
        asked,
        release=found.release,
        resource=resource,
        found=found,
        columns=table.columns_of(resource, found.rows),
        of_documents=table.of_documents(resource),
        form=form,
        hidden=[(name, value) for name, value in given.items() if name not in known],
        conditions=list(zip(conditions.in_words(resource, given, asked.language), without, strict=True)),
        next=following,
        table=table,
    )


async def list_releases(request: Request) -> Response:
    """The releases, the newest first."""
    reader, asked = _reader(request), asked_of(request, "cursor")
    newest, _ = await reader.run(fetch_release)
    found = await reader.run(contents.fetch_releases, reader.known, cursor=asked.kept.get("cursor"))
    return page_response("releases.html", asked, release=newest, releases=found)


async def get_release(request: Request) -> Response:
    """A release: what it brought, and its files."""
    reader, asked = _reader(request), asked_of(request)
    found = await reader.run(contents.fetch_one_release, request.path_params["number"], reader.settings)
    return page_response(
        "release.html",
        asked,
        release=found.newest,
        lasting=found.files is not None,
        found=found,
    )


async def search(request: Request) -> Response:
    """The names that words are found in, each leading to its page or its rows."""
    reader, asked = _reader(request), asked_of(request, "q")
    text = asked.kept.get("q", "").strip()
    if not text:
        release, _ = await reader.run(fetch_release)
        return page_response("search.html", asked, release=release, q="", groups=[])
    pairs = [("q", text), ("limit", _RESULTS)]
    if asked.release is not None:
        pairs.append(("release", str(asked.release)))
    release, found = await reader.run(fetch_search, read_search(pairs), reader.known)
    return page_response("search.html", asked, release=release, q=text, groups=[one for one in found if one.total])


async def get_style(_: Request) -> Response:
    """The style sheet of the pages."""
    return Response(style(), media_type="text/css", headers={"Cache-Control": Policy.ASSET.value})


async def get_sitemap(request: Request) -> Response:
    """The addresses of all pages; an index of the parts where one file cannot hold them."""
    reader = _reader(request)
    limit, skip = sitemap.bounds(1)
    part = await reader.run(fetch_entries, limit=limit, skip=skip)
    base, count = base_url(request, reader.settings), sitemap.parts(part.total)
    body = (
        sitemap.write_part(base, 1, part.created_at, part.entries)
        if count == 1
        else sitemap.write_index(base, count, part.created_at)
    )
    return Response(body, media_type="application/xml", headers={RELEASE_HEADER: str(part.release)})


async def get_sitemap_part(request: Request) -> Response:
    """One part of the sitemap."""
    reader, text = _reader(request), request.path_params["number"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0  # noqa: PLR2004 - billions of pages
    if number == 0:
        raise unknown_path(request.scope["path"])
    limit, skip = sitemap.bounds(number)
    part = await reader.run(fetch_entries, limit=limit, skip=skip)
    count = sitemap.parts(part.total)
    if number > count:
        raise NotFound(f"the sitemap has {count} parts; /sitemap.xml lists them")
    body = sitemap.write_part(base_url(request, reader.settings), number, part.created_at, part.entries)
    return Response(body, media_type="application/xml", headers={RELEASE_HEADER: str(part.release)})


async def get_robots(request: Request) -> Response:
    """What programs that follow links are asked to leave alone."""
    return Response(sitemap.write_robots(base_url(request, _reader(request).settings)), media_type="text/plain")


def _reader(request: Request) -> Reader:
    reader: Reader = request.app.state.reader
    return reader
