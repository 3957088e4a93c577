"""Which format a request asks for: the path's suffix wins over the Accept header."""

from __future__ import annotations

from starlette.requests import Request

from app.api.problems import NOT_ACCEPTABLE, Problem
from app.errors import ParameterProblem

# Suffix → media type of what can be had.
FORMATS = {"json": "application/json"}


def split_suffix(name: str) -> tuple[str, str | None]:
    """`expenditures.json` → (`expenditures`, `json`); without a dot, no suffix."""
    base, dot, suffix = name.partition(".")
    return base, suffix if dot else None


def refuse_other(request: Request, suffix: str | None) -> None:
    """Problem (406) unless the answer may be JSON."""
    available = ", ".join(f".{name} ({media_type})" for name, media_type in FORMATS.items())
    if suffix is not None:
        if suffix not in FORMATS:
            raise Problem(
                NOT_ACCEPTABLE,
                f"there is no format .{suffix[:40]} here; available: {available}",
                problems=(ParameterProblem("suffix", f"available: {available}", value=f".{suffix[:40]}"),),
            )
        return
    accept = request.headers.get("accept", "*/*")
    if accept in ("*/*", "application/json") or accepts(accept, "application/json"):
        return
    raise Problem(
        NOT_ACCEPTABLE,
        f"the Accept header names no format that is available: {available}",
        problems=(ParameterProblem("Accept", f"available: {available}", value=accept[:100]),),
    )


def accepts(accept: str, media_type: str) -> bool:
    """Whether an Accept header allows the media type: the most specific range that fits decides, q=0 refuses."""
    best: tuple[int, bool] = (-1, False)
    kind = media_type.partition("/")[0]
    for part in accept.split(",") if accept.strip() else ["*/*"]:
        name, *parameters = (piece.strip() for piece in part.lower().split(";"))
        rank = {"*/*": 0, f"{kind}/*": 1, media_type: 2}.get(name)
        if rank is None:
            continue
        weight = next((piece[2:].strip() for piece in parameters if piece.startswith("q=")), "1")
        best = max(best, (rank, weight.strip("0.") != ""))
    return best[1]
