"""A bare ASGI application for `cached.py`: one constant JSON answer of a given size, and nothing else."""

import os
from typing import Any

BODY = b'{"data":"' + b"x" * (int(os.environ.get("BENCH_BODY_BYTES", "1000")) - 11) + b'"}'
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())],
}
END = {"type": "http.response.body", "body": BODY}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401, ARG001 - ASGI
    """Answer whatever is asked."""
    if scope["type"] != "http":
        return
    await send(START)
    await send(END)
