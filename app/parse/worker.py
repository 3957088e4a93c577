"""The process that parses one foreign file: `python -m app.parse.worker NAME SAID LIMITS < file > records`.

It answers with a line of JSON (`error`, `isolated`, `spent`) and, where there was no error, the records as JSON. Its
caller is `confined.py`; JSON and not a pickle goes back, so that a file that took the reader over could not take the
caller.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, BinaryIO

from app.errors import DocumentError
from app.parse.formats import format_of
from app.parse.limits import Limits, confine, spent

if TYPE_CHECKING:
    from app.parse.identity import Said

_LONGEST_ERROR = 600


def main() -> None:
    """Read, parse, answer."""
    # Whatever a library prints must not stand in the answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    name, said, limits = sys.argv[1], json.loads(sys.argv[2]), Limits(**json.loads(sys.argv[3]))
    _answer(answers, sys.stdin.buffer, name, said, limits)


def _answer(answers: BinaryIO, file: BinaryIO, name: str, said: Said, limits: Limits) -> None:
    from app.parse import document  # noqa: PLC0415 - imported before the limits, as all that opens files

    isolated, body, error = False, b"", None
    try:
        data = file.read(document.LARGEST_DOCUMENT + 1)
        isolated = confine(limits, runs_program=_runs_program(data))
        parsed = document.parse_document(data, source_file=name, **said)
        body = parsed.model_dump_json().encode()
    except DocumentError as refused:
        error = str(refused)
    except MemoryError:
        error = f"{name}: needs more than {limits.memory_bytes // 2**20} MiB of memory; it is not read"
    except RecursionError:
        error = f"{name}: is nested deeper than any document; it is not read"
    except Exception as failure:  # noqa: BLE001 - a foreign file: whatever it made fail is an error of that file
        error = f"{name}: the parser failed on it ({type(failure).__name__}: {str(failure)[:200]}); please report it"
    told = None if error is None else " ".join(error.split())[:_LONGEST_ERROR]
    answers.write(json.dumps({"error": told, "isolated": isolated, "spent": spent()}).encode() + b"\n" + body)
    answers.flush()


def _runs_program(data: bytes) -> bool:
    """Whether it is an old Word file, told by its first bytes before anything is looked into."""
    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        return False
    try:
        return format_of(data, "") == "doc"
    except DocumentError:
        return False


if __name__ == "__main__":
    main()
