"""The errors this project raises by name. `app/api/problems.py` maps them to HTTP, `app/cli.py` to exit codes."""

from __future__ import annotations

from dataclasses import dataclass


class GongkaiError(Exception):
    """Whatever can go wrong that a person can do something about. The message says what was wrong and what to do."""


class SettingsError(GongkaiError):
    """An environment variable holds something that is not allowed."""


class DocumentError(GongkaiError):
    """A document cannot be read as a disclosure: empty, binary, of another genre, without an identity."""


class SeedError(GongkaiError):
    """The files under seed_data/ are missing, damaged or not what the manifest says."""


class DatabaseError(GongkaiError):
    """The database cannot be started, reached, migrated, or is not in the state a command needs."""


class DatabaseUnreachable(DatabaseError):
    """Nothing answers at the address of the database, or it lets nobody in just now."""


class DatabaseBusy(GongkaiError):
    """Every connection to the database was in use for as long as a request waits for one."""


class LoadError(GongkaiError):
    """Records cannot be loaded; nothing was written."""


class BulkError(GongkaiError):
    """The files of a release cannot be built; those that were there before are as they were.

    `reason` says why to readers of the service: without paths, and without words of the database.
    """

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class ParameterProblem:
    """One thing that is wrong with a request: which parameter, what it said, and what is allowed."""

    parameter: str
    detail: str
    value: str | None = None
    suggestion: str | None = None


class RequestError(GongkaiError):
    """A request that the caller can mend. Subclasses give the problem type."""


# As many problems of one request are named: each may list what is allowed, and a query has room for a thousand.
MOST_PROBLEMS = 20


class InvalidParameters(RequestError):
    """One or more query parameters are unknown, ill-typed or contradict each other."""

    def __init__(self, *problems: ParameterProblem) -> None:
        self.problems = problems[:MOST_PROBLEMS]
        super().__init__("; ".join(problem.detail for problem in self.problems))


class DoubleCounting(RequestError):
    """A sum would count the same money twice; `corrected` are the parameters of a request that does not."""

    def __init__(self, *problems: ParameterProblem, corrected: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(problem.detail for problem in problems))
        self.problems = problems
        self.corrected = corrected


class TooCostly(RequestError):
    """A query would cost more than one request may; the problems say what narrows it, `files` leads to the whole."""

    def __init__(self, *problems: ParameterProblem, estimate: int, limit: int, files: str) -> None:
        super().__init__(
            f"the query is estimated to cost {estimate:,}, one request may cost {limit:,}: narrow it by a filter, or "
            f"take the files of the release: {files}"
        )
        self.problems = problems
        self.estimate = estimate
        self.limit = limit
        self.files = files


class InvalidCursor(RequestError):
    """The cursor was not made by this service, or belongs to other filters, another sort or a pruned release."""


class NotFound(RequestError):
    """No such record in this release."""


class NoRelease(RequestError):
    """The asked-for release does not exist, or is no longer kept.

    `number` is the one that was asked for, and `advice` what to do instead: of one that was pruned more can be said
    (`app/query/kept_releases.py`).
    """

    def __init__(self, message: str, *, number: int | None = None, advice: str = "") -> None:
        super().__init__(f"{message}; {advice}" if advice else message)
        self.number = number
        self.advice = advice

    @classmethod
    def of(cls, number: int) -> NoRelease:
        """There is none of this number."""
        return cls(f"there is no release {number}", number=number, advice="/v1/releases lists what there is")


class NothingLoaded(NoRelease):
    """Nothing has been loaded yet."""
