"""The bytes of a form that a framework has already parsed, near enough for
rules: names, values, file names and the first bytes of files, written again in
the encoding that the request's Content-Type says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from ._body import Bounds


def of_starlette(content_type: bytes, form: Any, bounds: Bounds) -> bytes:
    """A Starlette `FormData`."""
    return _write(content_type, form.multi_items(), bounds)


def of_werkzeug(content_type: bytes, held: dict[str, Any], bounds: Bounds) -> bytes:
    """What a Werkzeug request holds after parsing: `form` and `files`."""
    items: list[tuple[str, Any]] = []
    for name in ("form", "files"):
        if name in held:
            items.extend(held[name].items(multi=True))
    return _write(content_type, items, bounds)


def of_django(content_type: bytes, held: dict[str, Any], bounds: Bounds) -> bytes:
    """What a Django request holds after parsing: `_post` and `_files`."""
    items: list[tuple[str, Any]] = []
    for name in ("_post", "_files"):
        for key, values in held[name].lists() if name in held else ():
            items.extend((key, value) for value in values)
    return _write(content_type, items, bounds)


def _write(content_type: bytes, items: Iterable[tuple[str, Any]], bounds: Bounds) -> bytes:
    boundary = _boundary(content_type)
    if boundary is None:
        pairs = [(name, value) for name, value in items if isinstance(value, str)]
        return urlencode(pairs, errors="surrogatepass").encode("ascii")
    out = bytearray()
    for name, value in items:
        out += b"--" + boundary + b'\r\nContent-Disposition: form-data; name="' + _quoted(name)
        if isinstance(value, str):
            out += b'"\r\n\r\n' + value.encode("utf-8", "surrogatepass")
        else:
            out += b'"; filename="' + _quoted(_filename(value))
            out += b'"\r\nContent-Type: ' + _quoted(value.content_type or "") + b"\r\n\r\n"
            out += _first(value, bounds.max_bytes)
        out += b"\r\n"
    return bytes(out + b"--" + boundary + b"--\r\n")


def _boundary(content_type: bytes) -> bytes | None:
    kind, _, parameters = content_type.partition(b";")
    if kind.strip().lower() != b"multipart/form-data":
        return None
    for parameter in parameters.split(b";"):
        name, _, value = parameter.strip().partition(b"=")
        if name.strip().lower() == b"boundary":
            return value.strip().strip(b'"')
    return None


def _quoted(text: str) -> bytes:
    escaped = text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.encode("utf-8", "surrogatepass")


def _filename(upload: Any) -> str:
    name = upload.filename if hasattr(upload, "filename") else upload.name
    return str(name or "")


def _first(upload: Any, size: int) -> bytes:
    """The first bytes of an uploaded file, which stays where it was."""
    file = getattr(upload, "file", None) or upload.stream
    try:
        at = file.tell()
        file.seek(0)
        data = file.read(size)
        file.seek(at)
    except (OSError, ValueError):  # closed or not seekable: the application's own doing
        return b""
    return bytes(data)
