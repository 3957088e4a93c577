"""Which paths there are, and which one was probably meant."""

from __future__ import annotations

from app.api.problems import PATH_NOT_FOUND, Problem
from app.errors import ParameterProblem
from app.query.filters import nearest
from app.query.registry import RESOURCES

FIXED = (
    "/v1",
    "/v1/search",
    "/v1/suggest",
    "/v1/series",
    "/v1/compare",
    "/v1/dictionary",
    "/v1/cite",
    "/catalog",
    "/v1/releases.atom",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/healthz",
    "/readyz",
    "/errors",
)
KNOWN = (*FIXED, *(f"/v1/{name}" for name in RESOURCES))


def unknown_dataset(path: str) -> Problem:
    """The problem that a page of a data set is that there is not, with the nearest one that there is."""
    near = nearest("/".join(path.split("/")[:3]), [f"/datasets/{name}" for name in RESOURCES])
    return _unknown(path, near, "/datasets lists the data sets")


def unknown_path(path: str) -> Problem:
    """The problem that a path without an answer is, with the nearest path that has one."""
    # What follows the name of a resource is a key; unversioned paths are a common slip.
    stem = "/".join(path.rstrip("/").split("/")[:3])
    near = nearest(stem, KNOWN) or nearest(f"/v1{stem}", KNOWN)
    return _unknown(path, near, "/v1 lists the resources")


def _unknown(path: str, near: str | None, lists: str) -> Problem:
    detail = f"nothing is served at {path[:200]}; " + (f"did you mean {near}? " if near else "")
    return Problem(
        PATH_NOT_FOUND,
        detail + lists,
        problems=(ParameterProblem("path", "no such path", value=path[:200], suggestion=near),),
    )
