"""The kinds of request an application may hand in, without importing one
framework: each is recognised by its shape.

| kind | recognised by |
| --- | --- |
| ASGI scope, `(scope, receive)`, Starlette's `Request` | `type` and `headers` in the scope |
| WSGI environ, Flask's or Werkzeug's `Request` | `REQUEST_METHOD` in the environ |
| Django's `HttpRequest` | one of the above, and a body that Django keeps |
| plain mapping | `{"method", "url", "headers", "ip", "body"}`, all optional |
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from typing import Any, Protocol, TypeGuard

from . import _django, _form
from ._body import NONE, UNSEEN, Body, Bounds, Replay, bounded, look_at_input
from ._context import to_json
from ._doorward import Engine
from ._peer import socket_address

_log = logging.getLogger("doorward")


class Misuse(TypeError):  # noqa: N818 -- told to a developer
    """What the application handed in cannot be judged."""


class Source(Protocol):
    """A request that can be framed and whose body can be looked at."""

    async def look(self, bounds: Bounds) -> Body: ...

    def look_now(self, bounds: Bounds) -> Body:
        """What can be seen of the body without awaiting."""
        ...

    def frame(self, engine: Engine, now: int | None, context: bytes, body: Body) -> bytes: ...


def source(request: Any) -> Source:
    """How to read this request.

    Raises `Misuse`, a `TypeError`, for something that is no request at all: a mistake of the
    application, never of a client.
    """
    if type(request) is dict:
        return _of_mapping(request)
    # werkzeug's and Flask's proxies stand for the request of this thread
    current = getattr(request, "_get_current_object", None)
    if callable(current):
        request = current()
    scope = getattr(request, "scope", None)
    if _is_scope(scope):  # before the next: Starlette's request is a mapping too
        return Asgi(scope, request=request)
    if isinstance(request, Mapping):
        return _of_mapping(request)
    if isinstance(request, tuple) and len(request) == 2 and _is_scope(request[0]):
        return Asgi(request[0], receive=request[1])
    environ = getattr(request, "environ", None)
    if isinstance(environ, Mapping) and "REQUEST_METHOD" in environ:
        return Wsgi(environ, request=request)
    raise Misuse(
        "expected an ASGI scope, (scope, receive), a Starlette or FastAPI request, a WSGI environ, "
        f"a Flask request or a mapping with method, url and headers, not {type(request).__name__}"
    )


class Asgi:
    """An ASGI request; with a receive or a framework's request, its body too."""

    def __init__(
        self, scope: Mapping[str, Any], *, receive: Any = None, request: Any = None
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._request = request

    async def look(self, bounds: Bounds) -> Body:
        if self._scope.get("type") != "http":
            return NONE
        if _django.is_django(self._request):
            return _django.look(self._request, bounds)
        if self._receive is not None:
            if not isinstance(self._receive, Replay):
                raise Misuse(
                    "receive would lose the body for the application: "
                    "pass (scope, receive) with receive = doorward.asgi.Replay(receive)"
                )
            return await self._receive.look(bounds) if self._may_have_body() else NONE
        read = self._already_read(bounds)
        if read is not None:
            return read
        if not self._may_have_body():
            return NONE
        if not hasattr(self._request, "_receive"):
            return self._unseen()
        if not isinstance(self._request._receive, Replay):
            self._request._receive = Replay(self._request._receive)
        return await self._request._receive.look(bounds)

    def look_now(self, bounds: Bounds) -> Body:
        if _django.is_django(self._request):
            return _django.look(self._request, bounds)
        return self._already_read(bounds) or self._unseen()

    def _unseen(self) -> Body:
        """Nothing, or what is known of a body that nobody can look at here."""
        return UNSEEN if self._announces_body() else NONE

    def _announces_body(self) -> bool:
        length = self._header(b"content-length")
        return length not in (b"", b"0") or self._header(b"transfer-encoding") != b""

    def _may_have_body(self) -> bool:
        """Since HTTP/2 a body need not be announced."""
        version = str(self._scope.get("http_version", ""))
        return not version.startswith("1") or self._announces_body()

    def _already_read(self, bounds: Bounds) -> Body | None:
        """The body as the framework keeps it, where it has read it."""
        request = self._request
        body = getattr(request, "_body", None)
        if isinstance(body, bytes | bytearray):
            return bounded(bytes(body), bounds)
        form = getattr(request, "_form", None)
        if form is not None:
            return bounded(_form.of_starlette(self._header(b"content-type"), form, bounds), bounds)
        if getattr(request, "_stream_consumed", False) is True:
            _log.warning(
                "doorward: the request's stream was consumed before protect: "
                "its body was not inspected"
            )
            return self._unseen()
        return None

    def _header(self, name: bytes) -> bytes:
        try:
            return next((bytes(v) for n, v in self._scope["headers"] if n == name), b"")
        except (TypeError, ValueError):  # no list of pairs of bytes: the server's doing
            return b""

    def frame(self, engine: Engine, now: int | None, context: bytes, body: Body) -> bytes:
        receive = self._receive or getattr(self._request, "_receive", None)
        if isinstance(receive, Replay):
            receive = receive.origin
        peer = socket_address(self._scope, receive)
        return engine.frame_asgi(self._scope, peer, now, context, *body)


class Wsgi:
    """A WSGI request."""

    def __init__(self, environ: Mapping[str, Any], *, request: Any = None) -> None:
        self._environ = environ
        self._request = request

    async def look(self, bounds: Bounds) -> Body:
        return self.look_now(bounds)

    def look_now(self, bounds: Bounds) -> Body:
        if _django.is_django(self._request):
            return _django.look(self._request, bounds)
        held: dict[str, Any] = getattr(self._request, "__dict__", None) or {}
        data = held.get("_cached_data")
        if isinstance(data, bytes):
            return bounded(data, bounds)
        if "form" in held:
            kind = str(self._environ.get("CONTENT_TYPE", "")).encode("latin-1", "replace")
            return bounded(_form.of_werkzeug(kind, held, bounds), bounds)
        stream = held.get("stream")
        if stream is not None and stream is not self._environ.get("wsgi.input"):
            if stream.tell() > 0:
                return UNSEEN
            # It holds the input that is about to be replaced; the framework
            # makes another when it is asked.
            del held["stream"]
        if not isinstance(self._environ, MutableMapping):
            return UNSEEN
        return look_at_input(self._environ, bounds)

    def frame(self, engine: Engine, now: int | None, context: bytes, body: Body) -> bytes:
        return engine.frame_wsgi(self._environ, now, context, *body)


class Plain:
    """A request written down: `{"method", "url", "headers", "ip", "body"}`.

    `headers` is a mapping, or a list of pairs where order and repeats matter;
    with `headers_complete` False a missing one is no evidence. `id` names the
    decision.
    """

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._request = request

    async def look(self, bounds: Bounds) -> Body:
        return self.look_now(bounds)

    def look_now(self, bounds: Bounds) -> Body:
        body = self._request.get("body")
        if isinstance(body, str):
            body = body.encode("utf-8", "surrogatepass")
        elif isinstance(body, Mapping):
            body = to_json(body)
        return bounded(bytes(body), bounds) if isinstance(body, bytes | bytearray) else NONE

    def frame(self, engine: Engine, now: int | None, context: bytes, body: Body) -> bytes:
        get = self._request.get
        headers = get("headers")
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        complete = get("headers_complete") is not False
        return engine.frame_plain(
            get("id"),
            get("method"),
            get("url"),
            pairs,
            complete,
            isinstance(headers, list | tuple),
            get("ip"),
            now,
            context,
            *body,
        )


def _of_mapping(request: Mapping[str, Any]) -> Source:
    if "REQUEST_METHOD" in request:
        return Wsgi(request)
    return Asgi(request) if _is_scope(request) else Plain(request)


def _is_scope(value: Any) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping) and "type" in value and "headers" in value
