"""The socket's address where the server shows another one, or none.

Uvicorn believes X-Forwarded-For from its peer by default if that is
127.0.0.1 (`--proxy-headers`), with `--forwarded-allow-ips='*'` from anybody and
then its leftmost entry, which is the client's to choose. Whom to believe is the
policy's to say (`proxies`), so the address comes from the connection itself,
through what middleware has put around the server's `receive`.

Where that does not lead to the connection, a replaced address shows in two ways.
Its port is 0: it counts as 127.0.0.1, the peer that is believed by default. Or
X-Forwarded-For names it with its port, which a client can also do with its own:
it counts as 0.0.0.0, nobody in particular, so that limits count and no list of
friendly addresses has it.

It shows none where the client reset the connection before it was asked. The
handler still runs, so its limits must still count; the connection knows the
address since it was accepted.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from ._warning import warn


def socket_address(scope: Mapping[str, Any], receive: Any) -> str | None:
    """The socket's address if the scope shows another or none; empty if it has none."""
    client = scope.get("client")
    shown = client[0] if isinstance(client, tuple | list) and len(client) == 2 else None
    transport = _transport(receive)
    if transport is not None:
        peer = transport.get_extra_info("peername")
        address = peer[0] if isinstance(peer, tuple) and peer else ""
    elif shown and client is not None and "uvicorn" in sys.modules:
        address = "127.0.0.1" if client[1] == 0 else _unless_named(scope, shown, client[1])
    else:
        return None
    if not isinstance(address, str) or address == shown:
        return None
    if not shown:
        return address
    warn(
        ("peer",),
        "the server replaced its peer's address by a forwarding header, which is not believed "
        "unless the policy says so: name the proxies in front of this server (proxies)",
    )
    return address


_MAX_LAYERS = 16


def _transport(receive: Any) -> Any:
    """The connection behind a server's `receive`, or behind what middleware made of it."""
    for _ in range(_MAX_LAYERS):
        owner = getattr(receive, "__self__", None)
        transport = getattr(owner, "transport", None)
        if transport is not None:
            return transport
        receive = _captured(receive) if owner is None else getattr(owner, "_receive", None)
        if receive is None:
            return None
    return None


def _captured(function: Any) -> Any:
    """What a function calls `receive` without being handed it."""
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    for name, cell in zip(names, getattr(function, "__closure__", None) or (), strict=False):
        if name == "receive":
            try:
                return cell.cell_contents
            except ValueError:
                return None
    return None


def _unless_named(scope: Mapping[str, Any], host: str, port: Any) -> str:
    """The host, or nobody in particular where X-Forwarded-For has it with this port."""
    named = {f"{host}:{port}".encode(), f"[{host}]:{port}".encode()}
    try:
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        if any(part.strip() in named for value in forwarded for part in value.split(b",")):
            return "0.0.0.0"  # noqa: S104 -- not bound to
    except (AttributeError, KeyError, TypeError, ValueError):
        pass  # no list of pairs of bytes: the server's doing
    return host
