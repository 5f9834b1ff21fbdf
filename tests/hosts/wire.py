"""Requests as bytes: written from the table, sent as they are, and read strictly.

The traffic line that native replay judges is not written a second time: it is
read from the same bytes by a parser of its own, which knows what RFC 9112 says
and nothing of any host.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import importlib
import re
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE = 20
FIELDS = {"name", "line", "plain", "without", "headers", "email"}
BODIES = {"body", "chunks", "pieces", "pause"}


class Request(NamedTuple):
    """One row of the table."""

    name: str
    head: bytes
    pieces: tuple[bytes, ...]
    pause: float
    slow: bool

    @property
    def wire(self) -> bytes:
        return self.head + b"".join(self.pieces)

    @property
    def method(self) -> str:
        return self.head.split(b" ", 1)[0].decode("latin-1")

    @property
    def line(self) -> str:
        """The request line."""
        return self.head.partition(b"\r\n")[0].decode("latin-1")

    @property
    def about_headers(self) -> bool:
        """Whether all that is odd about it are its headers."""
        return self.line == "GET / HTTP/1.1" and not self.pieces

    def as_action(self, action: str) -> Request:
        """The same headers on a call of a Next.js server action."""
        lines = self.head.split(b"\r\n")
        lines[0] = b"POST /action HTTP/1.1"
        body = b"[]"
        lines[1:-2] = [
            *(line for line in lines[1:-2] if not line.lower().startswith(b"content-")),
            b"Content-Type: text/plain;charset=UTF-8",
            b"Content-Length: %d" % len(body),
            b"Next-Action: " + action.encode(),
        ]
        return self._replace(head=b"\r\n".join(lines), pieces=(body,))


class Answer(NamedTuple):
    """What came back: status 0 is a connection that was closed without an answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def _bytes(text: str) -> bytes:
    return re.sub(r"\{fill (\d+)\}", lambda found: "a" * int(found[1]), text).encode("latin-1")


def read_toml(path: Path) -> dict[str, Any]:
    """The contents of a file."""
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    contents: dict[str, Any] = toml.loads(path.read_text("utf-8"))
    return contents


def read_table(path: Path) -> list[Request]:
    """The rows, in order."""
    table = read_toml(path)
    return [_request(row, table["browser"]) for row in table["request"]]


def _request(row: dict[str, Any], browser: list[str]) -> Request:
    assert not set(row) - FIELDS - BODIES, f"{row['name']}: {set(row) - FIELDS - BODIES}"
    left_out = {name.lower() for name in row.get("without", [])}
    headers = [
        *(
            line
            for line in browser
            if not row.get("plain") and line.partition(":")[0].lower() not in left_out
        ),
        *row.get("headers", []),
    ]
    if "email" in row:
        headers.append(f"X-Email: {row['email']}")
    pieces: list[bytes] = []
    if "chunks" in row:
        headers.append("Transfer-Encoding: chunked")
        pieces = [b"%x\r\n%b\r\n" % (len(text), _bytes(text)) for text in row["chunks"]]
        pieces.append(b"0\r\n\r\n")
    elif "pieces" in row or "body" in row:
        pieces = [_bytes(text) for text in row.get("pieces") or [row["body"]]]
        if not any(line.lower().startswith("content-length:") for line in headers):
            headers.append(f"Content-Length: {sum(map(len, pieces))}")
    headers.append("Connection: close")
    lines = [row.get("line", "GET / HTTP/1.1"), *headers, "", ""]
    pause = row.get("pause", 0)
    return Request(
        name=row["name"],
        head=b"\r\n".join(map(_bytes, lines)),
        pieces=tuple(pieces),
        pause=pause,
        slow=pause * len(pieces) > 1,
    )


def send(port: int, client: str, request: Request) -> Answer:
    """The answer to these bytes, sent from the client's address."""
    address = ("127.0.0.1", port)
    with socket.create_connection(address, PATIENCE, source_address=(client, 0)) as connection:
        try:
            connection.sendall(request.head)
            for number, piece in enumerate(request.pieces):
                time.sleep(request.pause if number else 0)
                connection.sendall(piece)
        except ConnectionError:
            pass  # refused before all of it was read: the answer is still there
        return _answer(connection, request.method)


def _answer(connection: socket.socket, method: str) -> Answer:
    response = http.client.HTTPResponse(connection, method=method)
    try:
        response.begin()
    except (http.client.HTTPException, ConnectionError):
        return Answer(0, {}, b"")
    headers = {name.lower(): value for name, value in response.getheaders()}
    try:
        body = response.read()
    except http.client.IncompleteRead as cut:
        body = cut.partial
    except ConnectionError:
        body = b""
    return Answer(response.status, headers, unpacked(headers, body))


def unpacked(headers: Mapping[str, str], body: bytes) -> bytes:
    """A body as it was before it was compressed; what was cut off stays as it came."""
    if headers.get("content-encoding") != "gzip":
        return body
    with suppress(EOFError, OSError):
        return gzip.decompress(body)
    return body


def traffic_line(request: Request, name: str, client: str) -> dict[str, Any]:
    """What the bytes mean, to native replay.

    Its text is UTF-8, so bytes that are none become U+FFFD there.
    """
    head, _, rest = request.wire.partition(b"\r\n\r\n")
    first, *lines = re.sub(rb"[ \t]*\r\n[ \t]+", b" ", head).split(b"\r\n")
    method, target, _version = first.split(b" ")
    headers = []
    for line in lines:
        field, colon, value = line.partition(b":")
        assert colon, line
        headers.append((_text(field), _text(value.strip(b" \t"))))
    last = {field.lower(): value for field, value in headers}
    body = _unchunked(rest) if last.get("transfer-encoding") == "chunked" else rest
    length = last.get("content-length")
    if length is not None and "transfer-encoding" not in last:
        body = body[: int(length)]
    said: dict[str, Any] = {
        "id": name,
        "ip": client,
        "method": _text(method),
        "url": _text(target),
        "headers": headers,
        "body_base64": base64.b64encode(body).decode(),
    }
    if "x-email" in last:
        said["context"] = {"email": last["x-email"]}
    return said


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _unchunked(raw: bytes) -> bytes:
    out = b""
    while raw:
        size, _, raw = raw.partition(b"\r\n")
        length = int(size, 16)
        out += raw[:length]
        raw = raw[length + 2 :]
        if length == 0:
            break
    return out
