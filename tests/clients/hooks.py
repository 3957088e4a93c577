"""What schemathesis cannot know from the document."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis import GenerationMode


@schemathesis.hook
def before_call(_context: Any, case: Any, _arguments: dict[str, Any]) -> None:
    """Leave a made-up cursor out of requests that have to be accepted.

    A cursor is made by the service for one query of one release, and a made-up one is refused by design, which no
    schema can say. Requests that are wrong anyway keep theirs: they must be refused, and they are.
    """
    if case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE and case.query:
        case.query.pop("cursor", None)
