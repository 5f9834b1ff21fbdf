"""What gunicorn preloads in the tests: a ward that was at work before the fork."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from doorward import Doorward, filter, sliding_window  # noqa: A004 -- the rule's name
from support import environ as made_environ

BATCH = int(os.environ.get("DECISIONS_PER_REQUEST", "10"))

ward = Doorward(
    rules=[
        sliding_window(mode="LIVE", interval="1h", max=1_000_000_000),
        filter(mode="LIVE", deny=['http.request.uri.path eq "/none"']),
    ]
)
before = [ward.protect_sync(made_environ()).id for _ in range(100)]


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Judges the request several times; every second time with a context so
    long that judging lets go of the interpreter."""
    contexts = [{"userId": "u"}, {"userId": "u", "note": "x" * 5000}]
    ids = [ward.protect_sync(environ, contexts[n % 2]).id for n in range(BATCH)]
    body = json.dumps({"pid": os.getpid(), "before": before[-1], "ids": ids}).encode()
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
