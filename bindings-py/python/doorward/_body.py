"""Looking at a body without taking it from the application.

At most `maxBytes` of the body are inspected, and its last bytes where it is
longer. To see those the stream is read on, up to `spoolBytes`; everything that
was read is kept and handed out again, message by message or byte by byte, and
what was not read stays where it was.

A WSGI server's read blocks and cannot be interrupted: there the deadline is
looked at between reads, and the server's own timeout bounds a client that
sends nothing.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

TAIL = 8192
_CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a body the policy looks at, and how long it waits for it."""

    max_bytes: int
    spool_bytes: int
    deadline: float


class Body(NamedTuple):
    """The inspected part of a body."""

    head: bytes = b""
    tail: bytes = b""
    truncated: bool = False
    late: bool = False


NONE = Body()

# There is one, and it cannot be seen: somebody has consumed it.
UNSEEN = Body(truncated=True)


class Window:
    """Head and tail of bytes that come in pieces."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._head = bytearray()
        self._tail = b""
        self.length = 0
        self.complete = False

    def add(self, piece: bytes) -> None:
        self.length += len(piece)
        room = self._bounds.max_bytes - len(self._head)
        self._head += piece[:room]
        rest = piece[room:]
        self._tail = rest[-TAIL:] if len(rest) >= TAIL else (self._tail + rest)[-TAIL:]

    @property
    def full(self) -> bool:
        return self.length > self._bounds.spool_bytes

    def body(self, late: bool) -> Body:
        longer = self.length > self._bounds.max_bytes
        tail = self._tail if self.complete and not self.full else b""
        truncated = longer or not (self.complete or late)
        # what is late is the part that would be inspected
        return Body(bytes(self._head), tail, truncated, late and not longer)


def bounded(data: bytes, bounds: Bounds) -> Body:
    """The inspected part of a body that is all here."""
    window = Window(bounds)
    window.add(data)
    window.complete = True
    return window.body(late=False)


class Replay:
    """An ASGI `receive` that can be looked at before it is consumed."""

    def __init__(self, receive: Receive) -> None:
        self.origin = receive
        self._kept: deque[Message] = deque()
        self._waiting: asyncio.Future[Message] | None = None
        self._seen: tuple[Bounds, Body] | None = None

    async def __call__(self) -> Message:
        if self._kept:
            return self._kept.popleft()
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            return await waiting
        return await self.origin()

    async def look(self, bounds: Bounds) -> Body:
        """The inspected part of the body; the application still gets all of it."""
        if self._seen is not None and self._seen[0] == bounds:
            return self._seen[1]
        window = Window(bounds)
        ended = any(_add(window, message) for message in self._kept)
        late = False
        started = monotonic()
        while not ended and not window.full:
            message = await self._next(bounds.deadline - (monotonic() - started))
            if message is None:
                late = self._waiting is not None and not self._waiting.done()
                break
            self._kept.append(message)
            ended = _add(window, message)
        body = window.body(late)
        self._seen = (bounds, body)
        return body

    async def _next(self, seconds: float) -> Message | None:
        """The next message, or `None` if it does not come in time or at all.

        A receive that is under way is never cancelled: it would lose what the
        server has half read. It stays waiting for the application's own call.
        """
        if self._waiting is None:
            start = _starter()
            if start is None:
                return await self.origin()
            self._waiting = start(self.origin)
        if not self._waiting.done():
            try:
                await asyncio.wait({self._waiting}, timeout=max(0.0, seconds))
            except asyncio.CancelledError:
                self._waiting.cancel()
                raise
        if not self._waiting.done() or self._waiting.cancelled() or self._waiting.exception():
            return None
        waiting, self._waiting = self._waiting, None
        return waiting.result()


def _add(window: Window, message: Message) -> bool:
    """Adds a message's part of the body; true if it was the last one."""
    if message.get("type") != "http.request":
        return True
    window.add(message.get("body") or b"")
    window.complete = not message.get("more_body", False)
    return window.complete


def _starter() -> Callable[[Receive], asyncio.Future[Message]] | None:
    """How a receive is begun here; `None` outside asyncio: no deadline there."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None

    async def one(receive: Receive) -> Message:
        return await receive()

    if sys.version_info >= (3, 12):
        # What has already arrived is returned at once, without a turn of the loop.
        return lambda receive: asyncio.Task(one(receive), loop=loop, eager_start=True)
    return lambda receive: loop.create_task(one(receive))


class ReplayInput:
    """A `wsgi.input` that hands out what was read ahead, then the rest."""

    def __init__(self, kept: bytes, rest: Any, error: Exception | None) -> None:
        self._kept = io.BytesIO(kept)
        self._rest = rest
        self._error = error
        self.seen: tuple[Bounds, Body] | None = None

    def read(self, size: int | None = -1) -> bytes:
        data = self._kept.read(size)
        if size is None or size < 0:
            return data + self._more("read")
        return data if len(data) == size else data + self._more("read", size - len(data))

    def readline(self, size: int | None = -1) -> bytes:
        line = self._kept.readline(-1 if size is None else size)
        if line.endswith(b"\n"):
            return line
        if size is None or size < 0:
            return line + self._more("readline")
        return line if len(line) == size else line + self._more("readline", size - len(line))

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        lines, total = [], 0
        for line in self:
            lines.append(line)
            total += len(line)
            if hint is not None and 0 < hint <= total:
                break
        return lines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def close(self) -> None:
        self._kept.close()

    def _more(self, method: str, *size: int) -> bytes:
        if self._error is not None:
            raise self._error
        if self._rest is None:
            return b""
        return bytes(getattr(self._rest, method)(*size))


def look_at_input(environ: MutableMapping[str, Any], bounds: Bounds) -> Body:
    """The inspected part of a WSGI request's body, which stays readable."""
    stream = environ.get("wsgi.input")
    if isinstance(stream, ReplayInput) and stream.seen and stream.seen[0] == bounds:
        return stream.seen[1]
    length = _content_length(environ)
    if stream is None or (length is None and not environ.get("wsgi.input_terminated")):
        return NONE
    window, pieces, error, late = Window(bounds), [], None, False
    started = monotonic()
    while not window.full:
        left = _CHUNK if length is None else min(_CHUNK, length - window.length)
        if left <= 0:
            window.complete = True
            break
        if monotonic() - started > bounds.deadline:
            late = True
            break
        try:
            piece = stream.read(left)
        except Exception as raised:  # the application meets it where it would have
            error = raised
            break
        if not piece:
            window.complete = length is None
            break
        pieces.append(piece)
        window.add(piece)
    replay = ReplayInput(b"".join(pieces), None if window.complete else stream, error)
    replay.seen = (bounds, window.body(late))
    environ["wsgi.input"] = replay
    return replay.seen[1]


def _content_length(environ: MutableMapping[str, Any]) -> int | None:
    text = environ.get("CONTENT_LENGTH")
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    return None
