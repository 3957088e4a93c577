"""What schemathesis cannot know from the document."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis import GenerationMode


@schemathesis.hook
def before_call(_context: Any, case: Any, _arguments: dict[str, Any]) -> None:
    """Take out of requests that have to be accepted what no schema can say is wrong.

    Requests that are wrong anyway keep theirs: they must be refused, and they are.
    """
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    _mend_changes(case)
    if not case.query:
        return
    # A cursor is made by the service for one query of one release; a made-up one is refused by design.
    case.query.pop("cursor", None)
    # A search needs a letter or a digit of some script, which no pattern says in Python and ECMAScript alike.
    if isinstance(case.query.get("q"), str) and not any(sign.isalnum() for sign in case.query["q"]):
        case.query["q"] = "预算"


def _mend_changes(case: Any) -> None:
    """The earlier of two releases comes first, and what is filtered by must not change while a copy is kept."""
    ends = case.path_parameters or {}
    if all(isinstance(ends.get(name), int) for name in ("earlier", "later")):
        ends["earlier"], ends["later"] = sorted((ends["earlier"], ends["later"]))
    if case.query and "updated_since" in case.query:
        for name in [name for name in case.query if name not in ("updated_since", "limit", "sort", "fields", "unit")]:
            del case.query[name]
