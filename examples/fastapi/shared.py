"""What the routes share."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from doorward import Decision, detect_bot, shield, sliding_window
from fastapi import Request, Response
from fastapi.responses import JSONResponse

# What every route has in common; each adds its own rules next to its handler.
# The limits are low, so that the demo's short recording reaches them.
COMMON: dict[str, Any] = {
    # The reverse proxy in front of this application: only its X-Forwarded-For is believed.
    "proxies": ["127.0.0.1", "::1"],
    # Nothing here needs a longer body, so none is accepted.
    "body": {"maxBytes": 4096, "oversize": "deny"},
    "rules": [
        shield(mode="LIVE"),
        detect_bot(mode="LIVE", allow=["CATEGORY:SEARCH_ENGINE", "CATEGORY:MONITOR"]),
        sliding_window(id="per-address", mode="LIVE", interval="1h", max=8),
    ],
}


def refusal(decision: Decision) -> Response:
    """What a client hears that may not pass: never which rule said so."""
    if decision.is_challenged():
        return JSONResponse({"error": "Enter the code we sent you"}, 401)
    answer = decision.to_response()
    return Response(answer.body, answer.status, answer.headers)


async def fields(request: Request) -> dict[str, Any]:
    """The fields of a JSON or form body; none of a body that is neither."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def text(value: object) -> str | None:
    """A field that is text, or nothing."""
    return value if isinstance(value, str) else None
