"""What several tests share: requests in the forms in which hosts hand them over."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

BROWSER = (
    b"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    b"Chrome/142.0.0.0 Safari/537.36"
)
IP = "203.0.113.7"


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def scope(
    method: str = "GET",
    path: str = "/",
    *,
    raw_path: bytes | None = None,
    query: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = ((b"user-agent", BROWSER),),
    ip: str | None = IP,
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": query,
        "root_path": "",
        "headers": list(headers),
        "client": None if ip is None else (ip, 50000),
        "server": ("127.0.0.1", 8000),
    }
    if raw_path is not None:
        made["raw_path"] = raw_path
    return made


def environ(
    method: str = "GET", path: str = "/", body: bytes | None = None, **more: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": IP,
        "HTTP_USER_AGENT": BROWSER.decode(),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body or b""),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if body is not None:
        made["CONTENT_LENGTH"] = str(len(body))
    made.update(more)
    return made


class Client:
    """An ASGI receive that sends a body in the given pieces and keeps count."""

    def __init__(self, *pieces: bytes, stall: bool = False) -> None:
        last = len(pieces) - 1
        self.messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": piece, "more_body": stall or index < last}
            for index, piece in enumerate(pieces)
        ]
        self.sent = 0
        self.gone = asyncio.Event()

    async def __call__(self) -> dict[str, Any]:
        if self.sent < len(self.messages):
            self.sent += 1
            return self.messages[self.sent - 1]
        await self.gone.wait()
        return {"type": "http.disconnect"}
