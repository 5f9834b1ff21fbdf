"""What only the demo needs; leave it out of your application.

`Doorward` is the package's own, except that each decision is remembered with
the time it took, and that `DEMO_WITHOUT=<rule id>` in the environment leaves
that rule out. `Shown` writes the decision of a request into a header, for the
demo's table. `no_model` answers where there is no model to ask.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any

import doorward
from doorward import Decision, Rule
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

wards: list[doorward.Doorward] = []
"""Every ward that was made, for a test that compares them with examples/nextjs."""


class Doorward(doorward.Doorward):
    def __init__(self, *, rules: Iterable[Rule], **options: Any) -> None:
        super().__init__(rules=_kept(rules), **options)
        wards.append(self)

    def with_rule(self, *rules: Rule) -> doorward.Doorward:
        ward = super().with_rule(*_kept(rules))
        wards.append(ward)
        return ward

    async def protect(self, request: Any, context: Mapping[str, Any] | None = None) -> Decision:
        start = time.perf_counter_ns()
        decision = await super().protect(request, context)
        micros = (time.perf_counter_ns() - start) // 1000
        if isinstance(request, Request):
            request.state.shown = _shown(decision, micros)
        return decision


class Shown:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_header(message: Message) -> None:
            shown = scope.get("state", {}).get("shown")
            if shown is not None and message["type"] == "http.response.start":
                message["headers"].append((b"x-doorward-decision", shown.encode()))
            await send(message)

        await self._app(scope, receive, with_header)


def _kept(rules: Iterable[Rule]) -> list[Rule]:
    without = os.environ.get("DEMO_WITHOUT")
    return [rule for rule in rules if rule.get("id", rule["rule"]) != without]


def _shown(decision: Decision, micros: int) -> str:
    results = decision.results
    dry_run = [r.id for r in results if r.mode == "DRY_RUN" and r.conclusion != "ALLOW"]
    return json.dumps(
        {
            "conclusion": decision.conclusion,
            "code": decision.reason.code,
            "dryRun": dry_run,
            "rules": [r.id for r in results],
            "engine": decision.engine,
            "micros": micros,
        }
    )


async def no_model(max_tokens: Any) -> AsyncGenerator[tuple[str, int], None]:
    """Uses every token that was reserved."""
    yield "There is no model here: MODEL_URL names none.", int(max_tokens)
