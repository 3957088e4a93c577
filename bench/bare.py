"""A bare ASGI application for `cached.py`: one constant answer of a given size and status, and nothing else."""

import os
from typing import Any

_SIZE = int(os.environ.get("BENCH_BODY_BYTES", "1000"))
_STATUS = int(os.environ.get("BENCH_STATUS", "200"))
BODY = b'{"data":"' + b"x" * (_SIZE - 11) + b'"}' if _SIZE else b""
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]
START = {"type": "http.response.start", "status": _STATUS, "headers": HEADERS if _SIZE else [(b"etag", b'"x"')]}
END = {"type": "http.response.body", "body": BODY}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401, ARG001 - ASGI
    """Answer whatever is asked."""
    if scope["type"] != "http":
        return
    await send(START)
    await send(END)
