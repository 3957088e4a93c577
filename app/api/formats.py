"""Which format a request asks for: the path's suffix wins over the Accept header."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from app.api.problems import NOT_ACCEPTABLE, Problem
from app.errors import ParameterProblem

# Suffix → media type of what can be had. The first one that is equally welcome is chosen.
JSON = {"json": "application/json"}
FILES = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
FORMATS = JSON | FILES


def split_suffix(name: str, *, dotted: bool = False) -> tuple[str, str | None]:
    """`expenditures.json` → (`expenditures`, `json`); without a dot, no suffix.

    A name that may be `dotted` itself (I1.grand_totals) ends at its last dot, if a format follows it.
    """
    base, dot, suffix = name.rpartition(".") if dotted else name.partition(".")
    if dotted and suffix not in FORMATS:
        return name, None
    return base, suffix if dot else None


def refuse_other(request: Request, suffix: str | None) -> None:
    """Problem (406) unless the answer may be JSON."""
    choose_format(request, suffix, JSON)


def choose_format(request: Request, suffix: str | None, formats: Mapping[str, str] = FORMATS) -> str:
    """The format to answer in, by its suffix. Problem (406) when it is none of those that there are."""
    if suffix is not None:
        if suffix in formats:
            return suffix
        available = _listed(formats)
        raise Problem(
            NOT_ACCEPTABLE,
            f"there is no format .{suffix[:40]} here; available: {available}",
            problems=(ParameterProblem("suffix", f"available: {available}", value=f".{suffix[:40]}"),),
        )
    accept = request.headers.get("accept", "*/*")
    if accept == "*/*" or (accept == "application/json" and "json" in formats):
        return next(iter(formats))
    weights = {name: weight(accept, media_type) for name, media_type in formats.items()}
    best = max(weights, key=lambda name: weights[name])
    if weights[best] > 0:
        return best
    available = _listed(formats)
    raise Problem(
        NOT_ACCEPTABLE,
        f"the Accept header names no format that is available: {available}",
        problems=(ParameterProblem("Accept", f"available: {available}", value=accept[:100]),),
    )


def accepts(accept: str, media_type: str) -> bool:
    """Whether an Accept header allows the media type."""
    return weight(accept, media_type) > 0


def weight(accept: str, media_type: str) -> float:
    """How welcome a media type is, 0 to 1: the most specific range that fits decides, q=0 refuses."""
    best: tuple[int, float] = (-1, 0.0)
    kind = media_type.partition("/")[0]
    for part in accept.split(",") if accept.strip() else ["*/*"]:
        name, *parameters = (piece.strip() for piece in part.lower().split(";"))
        rank = {"*/*": 0, f"{kind}/*": 1, media_type: 2}.get(name)
        if rank is None:
            continue
        best = max(best, (rank, _quality(parameters)))
    return best[1]


def _quality(parameters: list[str]) -> float:
    text = next((piece[2:].strip() for piece in parameters if piece.startswith("q=")), "1")
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 1.0


def _listed(formats: Mapping[str, str]) -> str:
    return ", ".join(f".{name} ({media_type})" for name, media_type in formats.items())
