"""The socket's address where the server shows another one, or none.

Uvicorn believes X-Forwarded-For from its peer by default if that is
127.0.0.1 (`--proxy-headers`), with `--forwarded-allow-ips='*'` from anybody and
then its leftmost entry, which is the client's to choose. Whom to believe is the
policy's to say (`proxies`), so the address comes from the connection itself.
Where a middleware stands between us and the server's `receive`, a replaced
address shows by its port, 0, and counts as 127.0.0.1: the peer that is believed
by default.

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
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        peer = transport.get_extra_info("peername")
        address = peer[0] if isinstance(peer, tuple) and peer else ""
    elif shown and client is not None and client[1] == 0 and "uvicorn" in sys.modules:
        address = "127.0.0.1"
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
