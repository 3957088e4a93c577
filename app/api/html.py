"""Pages as answers: what is read of a request for one, the headers of HTML, and problems as pages for browsers."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from app.api.caching import RELEASE_HEADER
from app.api.envelope import base_url
from app.api.formats import accepts
from app.api.parameters import Pairs, read_pairs
from app.api.problems import told
from app.api.reader import Reader
from app.errors import InvalidParameters, ParameterProblem
from app.pages.asked import Asked, language_of
from app.pages.render import SECURITY, render
from app.query.columns import Json

_LAST_RELEASE = 2**31 - 1


def asked_of(request: Request, *kept: str) -> Asked:
    """What a page is asked for: its language, its release, and the parameters that make the page (`kept`).

    Other parameters are left alone: messengers and campaigns append theirs to the links that people share.
    """
    reader: Reader = request.app.state.reader
    given = dict(read_pairs(request.scope["query_string"]))
    text = given.get("release")
    release = None
    if text is not None:
        release = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0  # noqa: PLR2004
        if not 0 < release < _LAST_RELEASE:
            raise InvalidParameters(
                ParameterProblem("release", "not a release number: /releases lists what there is", value=text[:100])
            )
    return Asked(
        base=base_url(request, reader.settings),
        path=request.scope["path"],
        language=language_of(given),
        release=release,
        kept={name: given[name] for name in kept if given.get(name)},
    )


def page_response(
    template: str, asked: Asked, *, release: int, lasting: bool = True, structured: Json = None, **shown: object
) -> Response:
    """A page. One that is not `lasting` shows what may come without a new release: it has no validator."""
    body = render(template, asked, structured=structured, release=release, **shown)
    headers = {**SECURITY, "Content-Language": asked.language.value}
    if lasting:
        headers[RELEASE_HEADER] = str(release)
    return Response(body, media_type="text/html", headers=headers)


def wants_page(scope: Scope) -> bool:
    """Whether a problem is shown to a person: a browser asks, and not for an answer of the API."""
    path = scope["path"]
    if path == "/v1" or path.startswith("/v1/"):
        return False
    accept = Headers(scope=scope).get("accept", "")
    return "text/html" in accept and accepts(accept, "text/html")


def problem_page(error: BaseException, scope: Scope) -> Response:
    """The problem of an exception as a page, with a search box to go on from."""
    said = told(error, scope["path"])
    asked = Asked(base="", path=scope["path"], language=language_of(_given(scope)))
    body = render("problem.html", asked, problem=said.document, release=None)
    headers = {**SECURITY, **said.headers, "Content-Language": asked.language.value}
    return Response(body, status_code=said.kind.status, media_type="text/html", headers=headers)


def _given(scope: Scope) -> dict[str, str]:
    try:
        pairs: Pairs = read_pairs(scope["query_string"])
    except Exception:  # noqa: BLE001 - whatever is wrong with the query is the problem that is being told
        return {}
    return dict(pairs)
