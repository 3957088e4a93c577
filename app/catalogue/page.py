"""Which data sets of the catalogue a request asks for: pages, and those that changed since a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from app.errors import InvalidParameters, ParameterProblem
from app.query.filters import nearest

# So many that one page holds all of them, and portals that do not follow pages miss nothing.
DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1000
PARAMETERS = ("page", "limit", "modified_since")


@dataclass(frozen=True)
class Asked:
    """The parameters of a request for the catalogue; `since` as it was given, too."""

    number: int = 1
    limit: int = DEFAULT_LIMIT
    since: dt.datetime | None = None
    since_text: str | None = None


@dataclass(frozen=True)
class Page:
    """The data sets of one page, and where the others are."""

    names: tuple[str, ...]
    number: int
    last: int
    total: int
    asked: Asked
    path: str

    def address(self, base: str, number: int) -> str:
        """Where a page is: all of its parameters are named, in one order."""
        since = "" if self.asked.since_text is None else f"&modified_since={quote(self.asked.since_text, safe=':')}"
        return f"{base}{self.path}?page={number}&limit={self.asked.limit}{since}"


def read_asked(pairs: list[tuple[str, str]]) -> Asked:
    """The parameters of the catalogue. InvalidParameters names every problem."""
    problems: list[ParameterProblem] = []
    given = dict(pairs)
    for name in dict.fromkeys(name for name, _ in pairs):
        if name not in PARAMETERS:
            problems.append(
                ParameterProblem(
                    name[:100],
                    f"unknown parameter; allowed: {', '.join(PARAMETERS)}",
                    value=given[name][:100],
                    suggestion=nearest(name, list(PARAMETERS)),
                )
            )
        elif sum(other == name for other, _ in pairs) > 1:
            problems.append(ParameterProblem(name, "given more than once; give it once"))
    number = _whole(given, "page", 1, 10**6, problems)
    limit = _whole(given, "limit", DEFAULT_LIMIT, LARGEST_LIMIT, problems)
    text = given.get("modified_since")
    since = None if text is None else _moment(text, problems)
    if problems:
        raise InvalidParameters(*problems)
    return Asked(number, limit, since, text)


def choose(asked: Asked, path: str, names: tuple[str, ...], modified: Callable[[str], dt.datetime]) -> Page:
    """The page that is asked for. InvalidParameters when there are not so many."""
    chosen = tuple(name for name in names if asked.since is None or modified(name) >= asked.since)
    last = max(1, -(-len(chosen) // asked.limit))
    if asked.number > last:
        raise InvalidParameters(
            ParameterProblem("page", f"there are {last} pages of {asked.limit} data sets", value=str(asked.number))
        )
    begin = (asked.number - 1) * asked.limit
    return Page(chosen[begin : begin + asked.limit], asked.number, last, len(chosen), asked, path)


def _whole(given: dict[str, str], name: str, default: int, largest: int, problems: list[ParameterProblem]) -> int:
    text = given.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= len(str(largest)) and 1 <= int(text) <= largest:
        return int(text)
    problems.append(ParameterProblem(name, f"not a whole number from 1 to {largest}", value=text[:100]))
    return default


def _moment(text: str, problems: list[ParameterProblem]) -> dt.datetime | None:
    """A date or a time of ISO 8601; without a zone it is UTC. A blank in it was a + before it was decoded."""
    try:
        moment = dt.datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        problems.append(
            ParameterProblem(
                "modified_since",
                "not a date or time of ISO 8601, like 2025-03-01 or 2025-03-01T08:00:00Z",
                value=text[:100],
            )
        )
        return None
