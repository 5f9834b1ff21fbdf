"""How a refusal looks on the wire. The core writes it; this says it in Python's types."""

from __future__ import annotations

import json
import logging
from typing import NamedTuple

from ._doorward import Fault, headers, respond

_log = logging.getLogger("doorward")


class Refusal(NamedTuple):
    """Status, headers and body of a refusal."""

    status: int
    headers: dict[str, str]
    body: bytes


def fields_of(decision: str) -> dict[str, str]:
    """The header fields of a decision line's limits."""
    # A line that names no limit is not worth reading again.
    if '"rate_limit.' not in decision:
        return {}
    try:
        text = headers(decision)
    except Fault as fault:
        _report(fault)
        return {}
    fields: dict[str, str] = json.loads(text)
    return fields


def refusal_of(decision: str, accept: str) -> Refusal:
    """The refusal of a decision line."""
    try:
        text = respond(decision, accept.encode("utf-8", "replace"))
    except Fault as fault:
        _report(fault)
        return _PLAIN
    answer = json.loads(text)
    return Refusal(answer["status"], answer["headers"], answer["body"].encode())


_PLAIN = Refusal(
    403,
    {"Content-Type": "application/problem+json", "Cache-Control": "no-store"},
    b'{"type":"about:blank","title":"Forbidden","status":403}',
)
"""Where the core could write none."""


def _report(fault: Fault) -> None:
    _log.error("doorward: a fault of ours, please report it: %s", fault)
