"""From the bytes of a query string to names and values; what is no text is refused here."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from app.api.problems import QUERY_TOO_LONG, Problem
from app.errors import InvalidParameters, ParameterProblem

LONGEST_QUERY = 8 * 1024

Pairs = list[tuple[str, str]]

_PLAIN = re.compile(rb"[^%+]*")
_WORD = re.compile(r"[A-Za-z0-9_.~-]*")


def read_pairs(query: bytes) -> Pairs:
    """The parameters in the order given. Problem for a query over 8 KiB; InvalidParameters for what is no text."""
    if len(query) > LONGEST_QUERY:
        raise Problem(QUERY_TOO_LONG, f"the query string has {len(query)} bytes; at most {LONGEST_QUERY} are allowed")
    found: Pairs = []
    problems: list[ParameterProblem] = []
    for part in query.split(b"&") if query else ():
        if not part:
            continue
        name, _, value = part.partition(b"=")
        try:
            pair = _text(name), _text(value)
        except UnicodeDecodeError:
            shown = part.decode("ascii", "backslashreplace")[:100]
            problems.append(ParameterProblem(shown.partition("=")[0], "not UTF-8 after percent-decoding", value=shown))
            continue
        if "\x00" in pair[0] or "\x00" in pair[1]:
            shown = quote(pair[0], safe="")[:100]
            problems.append(ParameterProblem(shown, "holds a NUL character, which no text here does"))
            continue
        found.append(pair)
    if problems:
        raise InvalidParameters(*problems)
    return found


def write_pairs(pairs: Pairs) -> str:
    """The query string of these parameters; commas stay readable."""
    return "&".join(f"{_quoted(name, '')}={_quoted(value, ',:')}" for name, value in pairs)


def _quoted(text: str, safe: str) -> str:
    # Most names and values are nothing but words: seeing that takes a tenth of quoting them.
    return text if _WORD.fullmatch(text) else quote(text, safe=safe)


def _text(part: bytes) -> str:
    if _PLAIN.fullmatch(part):
        return part.decode()
    return unquote_to_bytes(part.replace(b"+", b" ")).decode()
