"""`/v1/releases/{n}/files`: the files of a release, and each of them by `Range`."""

from __future__ import annotations

import datetime as dt
import os
from email.utils import format_datetime
from pathlib import Path
from typing import IO

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.api.caching import RELEASE_HEADER, Policy, matches, unmodified
from app.api.envelope import MEDIA_TYPE, base_url
from app.api.formats import refuse_other
from app.api.parameters import read_pairs, write_pairs
from app.api.problems import (
    FILE_DAMAGED,
    FILE_NOT_FOUND,
    FILES_BEING_BUILT,
    FILES_NOT_BUILT,
    PRECONDITION_FAILED,
    RANGE_NOT_SATISFIABLE,
    RELEASE_NOT_FOUND,
    Problem,
)
from app.api.ranges import FileAnswer, Unsatisfiable, digest_header, read_ranges
from app.api.reader import Reader
from app.bulk.manifest import BulkFile, ReleaseFiles, release_files
from app.bulk.place import being_built, built, failure
from app.errors import NoRelease, NothingLoaded, ParameterProblem
from app.query.columns import Json
from app.query.filters import nearest
from app.query.read_query import read_nothing
from app.query.run import Connection
from app.settings import Settings

LATEST = "latest"
_LAST_RELEASE = 2**31 - 1


async def list_files(request: Request) -> Response:
    """Every file of the release with its link, length, digest, rows and control totals."""
    refuse_other(request, None)
    read_nothing(read_pairs(request.scope["query_string"]))
    reader: Reader = request.app.state.reader
    if request.path_params["number"] == LATEST:
        return await _to_newest(request, reader)
    number = _number(request)
    files = await _files(reader, number)
    body = orjson.dumps({"data": described(request, reader.settings, files), "meta": _meta(files), "warnings": []})
    return Response(body, media_type=MEDIA_TYPE, headers={RELEASE_HEADER: str(number)})


async def get_file(request: Request) -> Response:
    """One file, or the parts of it that `Range` names."""
    read_nothing(read_pairs(request.scope["query_string"]))
    reader: Reader = request.app.state.reader
    if request.path_params["number"] == LATEST:
        return await _to_newest(request, reader)
    number, name = _number(request), request.path_params["name"]
    files = await _files(reader, number)
    try:
        return _answer(request, files, name)
    except _NotAsBuilt:
        # Built anew between the reading of the manifest and the opening of the file?
        files = await _files(reader, number)
    try:
        return _answer(request, files, name)
    except _NotAsBuilt:
        raise Problem(FILE_DAMAGED, FILE_DAMAGED.description) from None


async def with_files(request: Request, record: str, key: str) -> str:
    """A record of a release with its files in `files`, null while there are none."""
    reader: Reader = request.app.state.reader
    shown: dict[str, Json] = orjson.loads(record)
    number = int(key)  # it has been found
    made, digest = shown.get("created_at"), shown.get("content_digest")
    identity: tuple[dt.datetime, str] | None
    if isinstance(made, str) and isinstance(digest, str):
        identity = (dt.datetime.fromisoformat(made), digest)
    else:
        identity = await reader.run(_identity, number)
    found = _of(identity, reader.settings, number)
    shown["files"] = None if found is None else described(request, reader.settings, found)
    return orjson.dumps(shown).decode()


def described(request: Request, settings: Settings, files: ReleaseFiles) -> list[Json]:
    """The files as JSON."""
    base = f"{base_url(request, settings)}/v1/releases/{files.release}/files"
    return [
        {
            "name": file.name,
            "href": f"{base}/{file.name}",
            "resource": file.resource,
            "format": file.format,
            "media_type": file.media_type,
            "bytes": file.bytes,
            "sha256": file.sha256,
            "rows": file.rows,
            "control_totals": {**file.control_totals},
        }
        for file in files.files
    ]


def _meta(files: ReleaseFiles) -> dict[str, Json]:
    return {
        "release": files.release,
        "created_at": files.created_at.isoformat(),
        "content_digest": files.content_digest,
        "unit": files.unit.value,
        "unit_name": files.unit.zh,
        "unit_name_en": files.unit.en,
        "schema": files.schema,
    }


def _answer(request: Request, files: ReleaseFiles, name: str) -> Response:
    file = files.file(name)
    if file is None:
        names = [known.name for known in files.files]
        near = nearest(name, names)
        said = f"did you mean {near}? " if near else ""
        raise Problem(
            FILE_NOT_FOUND,
            f"release {files.release} has no file {name[:100]}; {said}/v1/releases/{files.release}/files lists them",
            problems=(ParameterProblem("name", "no such file", value=name[:100], suggestion=near),),
        )
    etag, modified = f'"{file.sha256}"', format_datetime(files.created_at.astimezone(dt.UTC), usegmt=True)
    headers = _headers(file, etag, modified)
    asked = request.headers
    if (wanted := asked.get("if-match")) is not None and not _strongly(wanted, etag):
        raise Problem(PRECONDITION_FAILED, f"the file is now {etag}", headers={"ETag": etag})
    if (known := asked.get("if-none-match")) is not None:
        unchanged = matches(known.encode("latin-1"), etag.encode())
    else:
        since = asked.get("if-modified-since")
        unchanged = since is not None and unmodified(since.encode("latin-1"), modified.encode())
    if unchanged:
        return Response(status_code=304, headers=headers)
    opened = _opened(files.directory / file.name, file.bytes)
    try:
        return _of_file(request, opened, file, headers)
    except BaseException:
        opened.close()
        raise


def _of_file(request: Request, opened: IO[bytes], file: BulkFile, headers: dict[str, str]) -> Response:
    """The open file, or the parts of it that are asked for; its answer closes it."""
    asked, etag = request.headers, headers["ETag"]
    if request.method == "HEAD":
        opened.close()
        whole = {"Content-Length": str(file.bytes), "Content-Digest": digest_header(file.sha256)}
        return Response(headers={**headers, **whole, "Content-Type": file.media_type})
    # A date is no strong validator: who has one gets the whole file.
    condition = asked.get("if-range")
    ranges = asked.getlist("range") if condition is None or condition.strip() == etag else []
    try:
        parts = read_ranges(ranges[0], file.bytes) if len(ranges) == 1 else None
    except Unsatisfiable:
        raise Problem(
            RANGE_NOT_SATISFIABLE,
            f"{file.name} has {file.bytes} bytes; `Range` asks for none of them",
            problems=(ParameterProblem("Range", f"bytes 0 to {file.bytes - 1} are there", value=ranges[0][:100]),),
            headers={"Content-Range": f"bytes */{file.bytes}", "Accept-Ranges": "bytes", "ETag": etag},
        ) from None
    if parts is None:
        headers["Content-Digest"] = digest_header(file.sha256)
    return FileAnswer(opened, file.bytes, parts, file.media_type, headers)


class _NotAsBuilt(Exception):
    """The file is not there, or not as long as its manifest says."""


def _opened(path: Path, length: int) -> IO[bytes]:
    try:
        opened = path.open("rb")
    except FileNotFoundError:
        raise _NotAsBuilt from None
    if os.fstat(opened.fileno()).st_size != length:
        opened.close()
        raise _NotAsBuilt
    return opened


def _headers(file: BulkFile, etag: str, modified: str) -> dict[str, str]:
    return {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Last-Modified": modified,
        "Cache-Control": Policy.PINNED.value,
        "Repr-Digest": digest_header(file.sha256),
        "Content-Disposition": f'attachment; filename="{file.name}"',
    }


def _strongly(if_match: str, etag: str) -> bool:
    return any(part.strip() in (etag, "*") for part in if_match.split(","))


async def _to_newest(request: Request, reader: Reader) -> Response:
    newest = await reader.run(_newest)
    path = request.scope["path"].replace(f"/releases/{LATEST}", f"/releases/{newest}", 1)
    pairs = read_pairs(request.scope["query_string"])
    where = f"{base_url(request, reader.settings)}{path}" + (f"?{write_pairs(pairs)}" if pairs else "")
    return RedirectResponse(where, 307, headers={"Cache-Control": Policy.CURRENT.value, RELEASE_HEADER: str(newest)})


def _number(request: Request) -> int:
    text: str = request.path_params["number"]
    if text.isascii() and text.isdigit() and int(text[:12]) <= _LAST_RELEASE:
        return int(text[:12])
    raise _no_release(text)


def _no_release(text: str) -> Problem:
    return Problem(
        RELEASE_NOT_FOUND,
        f"there is no release {text[:40]}; /v1/releases lists what there is, `{LATEST}` is the newest",
        problems=(ParameterProblem("number", "no such release", value=text[:40], suggestion=LATEST),),
    )


async def _files(reader: Reader, number: int) -> ReleaseFiles:
    """The files of a release. Problem when it is not kept, or has no files (yet)."""
    identity = await reader.run(_kept_identity, number)
    found = _of(identity, reader.settings, number)
    if found is not None:
        return found
    if being_built(reader.settings.releases, number):
        raise Problem(FILES_BEING_BUILT, FILES_BEING_BUILT.description)
    older = await _older(reader, number)
    instead = "" if older is None else f"; those of release {older} are there, under /v1/releases/{older}/files"
    reason = failure(reader.settings.releases, number, identity[1])
    why = "" if reason is None else f", and the last attempt failed: {reason}"
    raise Problem(
        FILES_NOT_BUILT,
        f"the files of release {number} have not been built here{why}{instead}; the operator's command is "
        f"`gongkai export --release {number}`; any list can be had as a file too, as "
        f"/v1/expenditures.csv?release={number}",
    )


async def _older(reader: Reader, number: int) -> int | None:
    """The newest release before this one whose files are there."""
    before = [one for one in built(reader.settings.releases) if one < number]
    for one in reversed(before):
        if _of(await reader.run(_identity, one), reader.settings, one) is not None:
            return one
    return None


def _of(identity: tuple[dt.datetime, str] | None, settings: Settings, number: int) -> ReleaseFiles | None:
    """The files that are there, if they are this release's."""
    if identity is None:
        return None
    created_at, content_digest = identity
    found = release_files(settings.releases, number)
    return found if found is not None and found.is_of(content_digest, created_at) else None


async def _identity(connection: Connection, number: int) -> tuple[dt.datetime, str] | None:
    row = await connection.fetchrow("select created_at, content_digest from release where number = $1", number)
    return None if row is None else (row[0], row[1])


async def _kept_identity(connection: Connection, number: int) -> tuple[dt.datetime, str]:
    identity = await _identity(connection, number)
    if identity is None:
        raise NoRelease.of(number)
    return identity


async def _newest(connection: Connection) -> int:
    number: int | None = await connection.fetchval("select max(number) from release")
    if number is None:
        raise NothingLoaded("no data has been loaded yet")
    return number
