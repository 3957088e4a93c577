"""Every error of the service as `application/problem+json` (RFC 9457), from one table.

Each kind has a page of its own at its `type`. Texts of 5xx are fixed: what went wrong inside is for the log.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import asyncpg
import orjson
from starlette.responses import Response

from app import errors
from app.query.columns import Json

log = logging.getLogger("gongkai.api")

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its slug (the last part of `type`), status, title, and what its page says."""

    slug: str
    status: int
    title: str
    description: str
    retry_after: int | None = None

    @property
    def type(self) -> str:
        return f"/errors/{self.slug}"


INVALID_PARAMETERS = Kind(
    "invalid-parameters",
    422,
    "Invalid parameters",
    "One or more query parameters are unknown, given twice, or hold a value that is not allowed. `errors` names each "
    "with its value, what is allowed and, where one is near, the name that was probably meant. Nothing is guessed or "
    "clamped: correct the request and send it again.",
)
DOUBLE_COUNTING = Kind(
    "double-counting",
    422,
    "The same money would be counted twice",
    "Rows repeat the same money: class, division and item; a department and its units; budget and final account; the "
    "statement of all funds and those of each fund; a total and its items. A sum over such rows is refused. `errors` "
    "names each pair that would have been added, `corrected` is the same request without it.",
)
INVALID_CURSOR = Kind(
    "invalid-cursor",
    422,
    "Invalid cursor",
    "A cursor is made by this service and is used as it is: with the same resource, filters and sort, for as long as "
    "its release is kept. Take it from `page.cursor`, or follow `page.next`; to begin again, leave it out.",
)
RECORD_NOT_FOUND = Kind(
    "record-not-found",
    404,
    "No such record",
    "There is no record with this key in the release that was read. Ids of rows belong to a revision of a document: "
    "after a revision, look the row up by its disclosure and code, or pin the older release with `release=N`.",
)
RELEASE_NOT_FOUND = Kind(
    "release-not-found",
    404,
    "No such release",
    "The release that `release=N`, `updated_since` or a comparison asks for does not exist or is no longer kept. "
    "`/v1/releases` lists what there is; what has changed since a release that is gone cannot be told any more: take "
    "the whole anew.",
)
PATH_NOT_FOUND = Kind(
    "path-not-found",
    404,
    "No such path",
    "Nothing is served at this path. `/v1` lists the resources, `/docs` describes them.",
)
METHOD_NOT_ALLOWED = Kind(
    "method-not-allowed",
    405,
    "Method not allowed",
    "The data can only be read: GET and HEAD, and OPTIONS for browsers. The `Allow` header says so too.",
)
NOT_ACCEPTABLE = Kind(
    "not-acceptable",
    406,
    "Format not available",
    "The format that the path's suffix or the `Accept` header asks for is not available. `errors` lists what there is.",
)
TOO_LARGE_FOR_FORMAT = Kind(
    "too-large-for-format",
    422,
    "Too large for this format",
    "The format cannot hold the rows: a sheet of Excel takes a million. `suggestion` is the same list as CSV, which "
    "has no such bound; or narrow the filters, or name a `limit`.",
)
QUERY_TOO_LONG = Kind(
    "query-too-long",
    414,
    "Query too long",
    "The query string is longer than 8 KiB. Ask for fewer values at a time, or for a prefix (`__prefix`, `__under`).",
)
TOO_SLOW = Kind(
    "too-slow",
    503,
    "The query took too long",
    "The database did not answer within the time that one request may take. Narrow the query: a department, a year, a "
    "code, a smaller limit.",
    RETRY_SECONDS,
)
TOO_COSTLY = Kind(
    "too-costly",
    422,
    "The query would cost too much",
    "The query would read more than one request may, as the planner of the database estimates: `estimate` and `limit` "
    "are in its units, of which a scan of a million lines takes about 50,000. `errors` names filters that leave few "
    "rows; `files` leads to the files of the release, which hold everything.",
)
OVERLOADED = Kind(
    "overloaded",
    503,
    "Too many requests at once",
    "Every connection to the database was in use for as long as a request waits for one. Try again after the seconds "
    "that `Retry-After` names.",
    RETRY_SECONDS,
)
TOO_MANY_EXPORTS = Kind(
    "too-many-exports",
    503,
    "Too many files at once",
    "As many files are being written as the service writes at once. Try again after the seconds that `Retry-After` "
    "names; pages of JSON are not affected.",
    RETRY_SECONDS,
)
UNAVAILABLE = Kind(
    "unavailable",
    503,
    "Temporarily unavailable",
    "The database cannot be reached, has no room to work in, is being changed, or nothing has been loaded yet. Try "
    "again after the seconds that `Retry-After` names.",
    RETRY_SECONDS,
)
REFUSED_BY_DATABASE = Kind(
    "refused-by-database",
    503,
    "The database does not answer this query",
    "The query is of a kind that the database behind this service does not answer, or is more than it takes in one "
    "statement. To ask again will not help; with fewer filters, values or fields it may be answered. It has been "
    "written to the operator's log.",
)
FILE_NOT_FOUND = Kind(
    "file-not-found",
    404,
    "No such file",
    "The release has no file of this name. `/v1/releases/{n}/files` lists what there is.",
)
FILES_NOT_BUILT = Kind(
    "files-not-built",
    404,
    "The release has no files here",
    "Files are built once per release, by the loader or by the operator with `gongkai export`. Until then every list "
    "can be had as a file, whole: `/v1/expenditures.csv?release=N`.",
)
FILE_DAMAGED = Kind(
    "file-damaged",
    503,
    "The file is not as it was built",
    "On the disk the file is gone, or not as long as it was built, so that nothing of it is sent. `gongkai export "
    "--release N` builds it again; of the newest release a running service does so by itself.",
    RETRY_SECONDS,
)
FILES_BEING_BUILT = Kind(
    "files-being-built",
    503,
    "The files are being built",
    "The files of this release are being built now. Try again after the seconds that `Retry-After` names.",
    RETRY_SECONDS,
)
RANGE_NOT_SATISFIABLE = Kind(
    "range-not-satisfiable",
    416,
    "Range outside the file",
    "`Range` asks for bytes that the file does not have. `Content-Range` says how many there are.",
)
PRECONDITION_FAILED = Kind(
    "precondition-failed",
    412,
    "Precondition failed",
    "`If-Match` names another version of the file than the one that is there. `ETag` names that one.",
)
MALFORMED_REQUEST = Kind(
    "malformed-request",
    400,
    "Malformed request",
    "What arrived is no HTTP request: a path or a header holds what HTTP does not allow there. Percent-encode it.",
)
HEAD_TOO_LONG = Kind(
    "head-too-long",
    431,
    "Request head too long",
    "The request line and the headers are longer than 64 KiB together. No request to this service needs as much: look "
    "for a header that grows, such as cookies, or a query of more than 8 KiB.",
)
HEAD_TOO_SLOW = Kind(
    "head-too-slow",
    408,
    "The request did not arrive in time",
    "The request line and the headers were not there within 30 seconds. The connection is closed: send the request "
    "anew.",
)
INTERNAL = Kind(
    "internal-error",
    500,
    "Internal error",
    "Something went wrong inside the service. It has been written to the operator's log; the request was not at fault.",
)

KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        MALFORMED_REQUEST,
        HEAD_TOO_LONG,
        HEAD_TOO_SLOW,
        INVALID_PARAMETERS,
        DOUBLE_COUNTING,
        INVALID_CURSOR,
        RECORD_NOT_FOUND,
        RELEASE_NOT_FOUND,
        PATH_NOT_FOUND,
        FILE_NOT_FOUND,
        FILES_NOT_BUILT,
        METHOD_NOT_ALLOWED,
        PRECONDITION_FAILED,
        RANGE_NOT_SATISFIABLE,
        NOT_ACCEPTABLE,
        TOO_LARGE_FOR_FORMAT,
        QUERY_TOO_LONG,
        TOO_COSTLY,
        TOO_SLOW,
        OVERLOADED,
        TOO_MANY_EXPORTS,
        FILE_DAMAGED,
        FILES_BEING_BUILT,
        UNAVAILABLE,
        REFUSED_BY_DATABASE,
        INTERNAL,
    )
}

# The first class that fits decides; whatever is not here is an internal error.
_BY_CLASS: tuple[tuple[type[BaseException], Kind], ...] = (
    (errors.InvalidParameters, INVALID_PARAMETERS),
    (errors.InvalidCursor, INVALID_CURSOR),
    (errors.TooCostly, TOO_COSTLY),
    (errors.DatabaseBusy, OVERLOADED),
    (errors.NotFound, RECORD_NOT_FOUND),
    (errors.NothingLoaded, UNAVAILABLE),
    (errors.NoRelease, RELEASE_NOT_FOUND),
    (errors.DatabaseError, UNAVAILABLE),
    (asyncpg.QueryCanceledError, TOO_SLOW),
    # A plan that a migration made invalid, which is made anew with the next request.
    (asyncpg.InvalidCachedStatementError, UNAVAILABLE),
    (asyncpg.FeatureNotSupportedError, REFUSED_BY_DATABASE),
    (asyncpg.ProgramLimitExceededError, REFUSED_BY_DATABASE),
    # Away, starting, stopping, changed by its operator; without memory, disk or connections; in the way of a replay.
    (asyncpg.PostgresConnectionError, UNAVAILABLE),
    (asyncpg.OperatorInterventionError, UNAVAILABLE),
    (asyncpg.InsufficientResourcesError, UNAVAILABLE),
    (asyncpg.PostgresSystemError, UNAVAILABLE),
    (asyncpg.TransactionRollbackError, UNAVAILABLE),
    (asyncpg.InvalidTransactionStateError, UNAVAILABLE),
    (asyncpg.ObjectNotInPrerequisiteStateError, UNAVAILABLE),
    # Another schema than ours: not migrated yet, or by a newer program already; a table that nobody granted us.
    (asyncpg.UndefinedTableError, UNAVAILABLE),
    (asyncpg.UndefinedColumnError, UNAVAILABLE),
    (asyncpg.UndefinedFunctionError, UNAVAILABLE),
    (asyncpg.InsufficientPrivilegeError, UNAVAILABLE),
    (asyncpg.InvalidCatalogNameError, UNAVAILABLE),
    (asyncpg.InvalidAuthorizationSpecificationError, UNAVAILABLE),
    (asyncpg.InterfaceError, UNAVAILABLE),
    (asyncpg.InternalClientError, UNAVAILABLE),
    (asyncio.TimeoutError, UNAVAILABLE),
    (OSError, UNAVAILABLE),
)


class Problem(Exception):
    """A problem that a route answers with itself: its kind, its detail, its errors, its own headers."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        problems: tuple[errors.ParameterProblem, ...] = (),
        headers: dict[str, str] | None = None,
        corrected: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.corrected = corrected
        self.kind = kind
        self.problems = problems
        self.headers = headers or {}


def kind_of(error: BaseException) -> Kind:
    """The kind of problem that an exception is to a reader."""
    if isinstance(error, Problem):
        return error.kind
    if isinstance(error, ValueError):
        return INTERNAL  # asyncpg's refusal of an argument is an InterfaceError too, but it is our mistake
    return next((kind for known, kind in _BY_CLASS if isinstance(error, known)), INTERNAL)


@dataclass(frozen=True)
class Told:
    """What a reader is told of an exception, in whichever form: the problem document, and headers of the answer."""

    kind: Kind
    document: dict[str, Json]
    headers: dict[str, str]


def response(error: BaseException, path: str) -> Response:
    """The problem document of an exception as an answer."""
    said = told(error, path)
    return Response(
        orjson.dumps(said.document), status_code=said.kind.status, media_type=MEDIA_TYPE, headers=said.headers
    )


def told(error: BaseException, path: str) -> Told:
    """What a reader is told of an exception; of a 5xx nothing but the fixed text, and a line in the log."""
    kind = kind_of(error)
    own: list[errors.ParameterProblem] = []
    headers: dict[str, str] = {}
    detail = str(error)
    if isinstance(error, Problem):
        own, headers = list(error.problems), error.headers
    elif isinstance(error, errors.InvalidParameters | errors.TooCostly):
        own = list(error.problems)
    if isinstance(error, errors.InvalidParameters):
        detail = "; ".join(f"{problem.parameter}: {problem.detail}" for problem in own)
    if isinstance(error, errors.InvalidCursor):
        own = [errors.ParameterProblem("cursor", detail)]
    if kind.status >= 500:  # noqa: PLR2004 - ours to mend, not the reader's
        if isinstance(error, errors.NothingLoaded):
            log.warning("%s: nothing is loaded", path)
        elif isinstance(error, Problem | errors.DatabaseBusy) and kind.retry_after is not None:
            log.warning("%s: %s", path, kind.title)
        elif kind.retry_after is not None:
            # It passes, and every request meets it until then: a trace for each would fill the disk of the log.
            log.warning("%s: %s (%s: %s)", path, kind.title, type(error).__name__, _first_line(error))
        else:
            log.error("%s: %s", path, kind.title, exc_info=error)
        detail = kind.description
    body: dict[str, Json] = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": path,
        "errors": [_entry(problem) for problem in own],
    }
    body |= _members(error)
    if kind.retry_after is not None:
        headers = {**headers, "Retry-After": str(kind.retry_after)}
    return Told(kind, body, {"Cache-Control": "no-store", **headers})


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:200]


def _members(error: BaseException) -> dict[str, Json]:
    """What a problem of some kinds has beside the usual."""
    if isinstance(error, Problem) and error.corrected is not None:
        return {"corrected": error.corrected}
    if isinstance(error, errors.TooCostly):
        return {"estimate": error.estimate, "limit": error.limit, "files": error.files}
    return {}


def _entry(problem: errors.ParameterProblem) -> dict[str, Json]:
    return {
        "parameter": problem.parameter,
        "value": problem.value,
        "detail": problem.detail,
        "suggestion": problem.suggestion,
    }
