"""The keys in a directory that a client names.

The URL is the client's, so it is a way to make this machine ask others: https
only, on port 443, by a name and not an address; what the name leads to must be
public, and that address is what is connected to, so that a name cannot mean one
machine when it is checked and another when it is used. No redirect is followed,
an answer has 64 KB and two seconds.

Knowledge: RFC 7517 (JWK), RFC 9111 (freshness),
draft-meunier-http-message-signatures-directory.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from math import isfinite
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ._address import is_public
from ._cache import Looked
from ._dns import Resolver, checked
from ._failure import Failure

KeySet = Mapping[str, Sequence[Mapping[str, Any]]]
"""A set of public keys: `{"keys": [JWK, …]}`."""


@dataclass(frozen=True)
class Keys:
    """What the application says of key directories."""

    pinned: Mapping[str, KeySet] = field(default_factory=dict)
    """Directories that are known and never fetched, by URL."""
    hosts: Sequence[str] = ()
    """Hosts, with their port where it is not 443, that may lie at addresses that are not public."""
    ca: str | None = None
    """Certificate authorities (PEM) beside which no others are believed."""


_MEDIA = (
    "application/http-message-signatures-directory+json",
    "application/jwk-set+json",
    "application/json",
)
_HELD, _HELD_LEAST, _HELD_MOST = 3600.0, 60.0, 86400.0
_MAX_BYTES = 65536
_MAX_KEYS = 64
_MAX_MEMBER = 2048
_MAX_URL = 1024
_JOB = 3.0
_FETCH = 2.0
_PIECE = 8192


def key(url: object, options: Keys, resolve: Resolver) -> Looked:
    """Fetches a directory: at most two queries and one connection."""
    target = _target(url)
    known = target.netloc in options.hosts
    if not known and target.port is not None:
        raise Failure("not_allowed", "a port that is not 443")
    name, until = checked(target.hostname), time.monotonic() + _JOB
    found = resolve(name, "A", until).records or resolve(name, "AAAA", until).records
    if not found:
        raise Failure("failed", "the host has no address")
    allowed = [address for address in found if known or is_public(address)]
    if not allowed:
        raise Failure("not_allowed", "an address that is not public")
    try:
        kind, fresh, text = _get(target, allowed[0], options.ca)
    except TimeoutError:
        raise Failure("timeout") from None
    except (OSError, HTTPException) as error:
        raise Failure("failed", repr(error)) from error
    return Looked(_read(kind, text), fresh_for(fresh))


def _target(url: object) -> SplitResult:
    if not isinstance(url, str) or len(url) > _MAX_URL or not url.isascii():
        raise Failure("not_allowed")
    if any(char <= " " or char == "\x7f" for char in url):
        raise Failure("not_allowed")
    try:
        target = urlsplit(url)
        _ = target.port
    except ValueError:
        raise Failure("not_allowed", "no URL") from None
    if target.scheme != "https" or "@" in target.netloc:
        raise Failure("not_allowed")
    return target


def _get(target: SplitResult, address: str, ca: str | None) -> tuple[str, str, bytes]:
    """Content type, cache control and body."""
    until = time.monotonic() + _FETCH
    context = ssl.create_default_context(cadata=ca)
    with socket.create_connection((address, target.port or 443), timeout=_FETCH) as plain:
        # a timeout of a socket counts from its last byte, so a slow sender needs another
        ended = threading.Event()
        with plain.dup() as ear:
            timer = threading.Timer(max(0.0, until - time.monotonic()), _hang_up, (ear, ended))
            timer.daemon = True
            timer.start()
            try:
                # the certificate is for the name
                with context.wrap_socket(plain, server_hostname=target.hostname) as wire:
                    return _exchange(wire, target)
            except Exception:
                if ended.is_set():
                    raise Failure("timeout") from None
                raise
            finally:
                timer.cancel()
                timer.join()


def _hang_up(ear: socket.socket, ended: threading.Event) -> None:
    ended.set()
    try:
        ear.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _exchange(wire: ssl.SSLSocket, target: SplitResult) -> tuple[str, str, bytes]:
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {target.netloc}",
        f"Accept: {', '.join(_MEDIA)}",
        "Connection: close",
        "",
        "",
    )
    wire.sendall("\r\n".join(lines).encode("ascii"))
    response = HTTPResponse(wire, method="GET")
    response.begin()
    if 300 <= response.status < 400:
        raise Failure("redirected")
    if response.status != 200:
        raise Failure("status", f"the host answered {response.status}")
    body = bytearray()
    while piece := response.read1(_PIECE):
        body += piece
        if len(body) > _MAX_BYTES:
            raise Failure("too_large")
    if response.length:
        raise Failure("failed", "the host sent less than it said")
    header = response.headers.get
    return header("content-type", ""), header("cache-control", ""), bytes(body)


def _read(kind: str, text: bytes) -> KeySet:
    """The keys, reduced to what is public and known of them."""
    media = kind.partition(";")[0].strip().lower()
    if media not in _MEDIA:
        raise Failure("bad_content", f"found {media}")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Failure("bad_content", "no JSON") from None
    return key_set(value)


_TEXTS = ("kty", "kid", "use", "alg", "crv", "x", "y", "n", "e")
_TIMES = ("nbf", "exp")


def key_set(value: object) -> KeySet:
    """A key set without what is none of ours to see."""
    keys = value.get("keys") if isinstance(value, Mapping) else None
    if not isinstance(keys, list | tuple):
        raise Failure("bad_content", "no keys")
    return {"keys": [_public(jwk) for jwk in keys[:_MAX_KEYS] if isinstance(jwk, Mapping)]}


def _public(jwk: Mapping[str, Any]) -> dict[str, Any]:
    names = [name for name in _TEXTS if _is_text(jwk.get(name))]
    names += [name for name in _TIMES if _is_time(jwk.get(name))]
    return {name: jwk[name] for name in names}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_MEMBER


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def fresh_for(cache_control: str) -> float:
    """How many seconds an answer holds, by its own word within our bounds."""
    said = cache_control.lower()
    if re.search(r"\bno-(?:store|cache)\b", said):
        return _HELD_LEAST
    seconds = re.search(r"\bmax-age\s*=\s*\"?(\d{1,10})", said, re.ASCII)
    if seconds is None:
        return _HELD
    return min(_HELD_MOST, max(_HELD_LEAST, float(seconds[1])))
