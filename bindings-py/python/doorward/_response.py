"""How a refusal looks on the wire: RFC 9457, and nothing that says which rule fired."""

from __future__ import annotations

import json
from typing import NamedTuple

from ._decision import Decision


class Refusal(NamedTuple):
    """Status, headers and body of a refusal."""

    status: int
    title: str
    headers: list[tuple[str, str]]
    problem: dict[str, str | int]

    @property
    def body(self) -> bytes:
        return json.dumps(self.problem, separators=(",", ":")).encode()


def refusal(decision: Decision) -> Refusal:
    """429 where a limit decided, 403 otherwise."""
    headers = [("content-type", "application/problem+json"), ("cache-control", "no-store")]
    status, title = 403, "Forbidden"
    if decision.reason.is_rate_limit():
        status, title = 429, "Too Many Requests"
        wait = decision.reason.retry_after or decision.reason.reset or decision.reason.window
        headers.append(("retry-after", str(wait or 1)))
    problem: dict[str, str | int] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "decision": decision.id,
    }
    return Refusal(status, title, headers, problem)
