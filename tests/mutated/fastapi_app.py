"""A FastAPI application for `cargo xtask mutate`: every rule LIVE.

The context is as the client says, every answer of its own is marked by a
header. It writes the port it listens on, to standard error only what must not
happen, and ends with its standard input.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import h11
import uvicorn
from doorward import Doorward
from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

# A rule that cannot judge is what half of this traffic is about.
logging.getLogger("doorward").setLevel(logging.ERROR)


def is_ours(record: logging.LogRecord) -> bool:
    """Whether uvicorn reports anything but that it answers a client it has given up."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, h11.LocalProtocolError) and "state=MUST_CLOSE" in str(error))


logging.getLogger("uvicorn.error").addFilter(is_ours)

ward = Doorward.from_policy(
    Path(__file__).with_name("policy.json").read_text(),
    secret="sixteen characters",
    log=json.loads,
)
app = FastAPI(openapi_url=None, redirect_slashes=False)


def context(request: Request) -> dict[str, Any]:
    """What the client wants the application to know."""
    try:
        value = json.loads(request.headers.get("x-context", "{}"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


@app.api_route("/{path:path}", methods=METHODS)
async def everything(request: Request) -> Response:
    decision = await ward.protect(request, context(request))
    decision.explain()
    # the body is still the application's to read
    with contextlib.suppress(ClientDisconnect):
        await request.body()
    status = 200
    if decision.is_denied():
        status = 429 if decision.reason.is_rate_limit() else 403
    return Response(status_code=status, headers={"x-mutated": decision.reason.code})


def end_with_input() -> None:
    """Ends the process when nobody holds the other end of standard input."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=end_with_input, daemon=True).start()
    config = uvicorn.Config(app, proxy_headers=False, log_level="error", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
