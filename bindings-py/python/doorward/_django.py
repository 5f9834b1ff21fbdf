"""Django's `HttpRequest`, under WSGI and under ASGI.

Django reads the body itself: under WSGI from a stream of its own over the
server's, under ASGI from a file in which it has collected all of it before any
middleware runs. Either is looked at where it is and stays readable.
"""

from __future__ import annotations

from typing import Any

from . import _form
from ._body import UNSEEN, Body, Bounds, ReplayInput, bounded, look_at_input


def is_django(request: Any) -> bool:
    """Whether it keeps its body as Django does."""
    held = getattr(request, "__dict__", {})
    return "_read_started" in held and "META" in held and ("_stream" in held or "_body" in held)


def look(request: Any, bounds: Bounds) -> Body:
    """The inspected part of the body; the view still gets all of it."""
    held: dict[str, Any] = request.__dict__
    data = held.get("_body")
    if isinstance(data, bytes):
        return bounded(data, bounds)
    stream = held.get("_stream")
    if isinstance(stream, ReplayInput) and stream.seen and stream.seen[0] == bounds:
        return stream.seen[1]
    if held["_read_started"]:
        if "_post" not in held:
            return UNSEEN
        kind = str(request.META.get("CONTENT_TYPE", "")).encode("latin-1", "replace")
        return bounded(_form.of_django(kind, held, bounds), bounds)
    if stream is None:
        return UNSEEN
    if stream.seekable():
        return _look_at_file(stream, bounds)
    if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
        return UNSEEN  # Django reads none of it
    server = {
        "wsgi.input": stream,
        "CONTENT_LENGTH": request.META.get("CONTENT_LENGTH"),
        "wsgi.input_terminated": request.META.get("wsgi.input_terminated"),
    }
    body = look_at_input(server, bounds)
    request._stream = server["wsgi.input"]
    return body


def _look_at_file(file: Any, bounds: Bounds) -> Body:
    at = file.tell()
    data = file.read(bounds.spool_bytes + 1)
    file.seek(at)
    return bounded(data, bounds)
