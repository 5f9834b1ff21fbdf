"""Work outside HTTP, and budgets that are reserved and settled."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from doorward import Doorward, fixed_window, shield, sliding_window
from support import environ, run

BUDGET = fixed_window(
    id="budget", mode="LIVE", window="1h", max=20_000, metered=True, characteristics=["userId"]
)


def _remaining(ward: Doorward, user: str) -> object:
    decision = ward.protect_sync(environ(), {"userId": user, "requested": 0})
    return decision.results[-1].reason.remaining


def test_fifty_streams_at_once_keep_a_budget_exact() -> None:
    ward = Doorward(rules=[BUDGET])

    async def stream(used: int) -> int:
        decision = await ward.protect(environ(), {"userId": "ada", "requested": 1000})
        if decision.is_denied():
            return 0
        await asyncio.sleep(used % 7 / 1000)
        await ward.settle(decision, used)
        await ward.settle(decision, 0)  # once for each decision
        return used

    async def streams() -> int:
        return sum(await asyncio.gather(*(stream(100 + index) for index in range(50))))

    spent = run(streams())
    assert 0 < spent < 20_000
    assert _remaining(ward, "ada") == 20_000 - spent
    assert _remaining(ward, "bob") == 20_000


def test_more_than_was_reserved_is_taken_as_far_as_there_is_any() -> None:
    ward = Doorward(rules=[BUDGET])
    decision = ward.protect_sync(environ(), {"userId": "eve", "requested": 19_000})
    with pytest.raises(ValueError, match="whole number"):
        ward.settle_sync(decision, -1)
    ward.settle_sync(decision, 30_000)
    assert _remaining(ward, "eve") == 0


def test_guard_counts_for_each_label_and_user() -> None:
    ward = Doorward(rules=[shield(mode="LIVE")])
    rules = [sliding_window(mode="LIVE", interval="60s", max=2)]

    def denied(label: str, user: str) -> bool:
        context = {"userId": user}
        return ward.guard_sync(label, rules=rules, context=context, text="1' OR 1=1").is_denied()

    assert [denied("search", "ada") for _ in range(3)] == [False, False, True]
    assert not denied("search", "bob")
    assert not denied("mail", "ada")
    decision = run(ward.guard("search", rules=rules, context={"userId": "ada"}))
    assert decision.is_denied()
    assert decision.degraded == ()


def test_budgets_of_a_tenant_and_of_each_model() -> None:
    ward = Doorward(rules=[])
    rules = [
        fixed_window(
            id=name,
            mode="LIVE",
            window="24h",
            max=most,
            metered=True,
            characteristics=["tenant", *more],
        )
        for name, most, more in (("tenant", 1000, []), ("model", 600, ["model"]))
    ]

    def left(tenant: str, model: str, requested: int = 0, used: int | None = None) -> list[object]:
        context = {"tenant": tenant, "model": model, "requested": requested}
        decision = ward.guard_sync("chat", rules=rules, context=context)
        if used is not None:
            ward.settle_sync(decision, used)
        return [result.reason.remaining for result in decision.results]

    assert left("a", "large", 500, used=400) == [500, 100]
    assert left("a", "large") == [600, 200]
    assert left("a", "small") == [600, 600]
    assert left("b", "large") == [1000, 600]


def test_the_same_call_again_and_again_is_refused() -> None:
    ward = Doorward(rules=[])
    loop = sliding_window(
        id="loop", mode="LIVE", interval="60s", max=3, characteristics=["label", "message"]
    )
    denied = [ward.guard_sync("tool", text="a", rules=[loop]).is_denied() for _ in range(4)]
    assert denied == [False, False, False, True]
    assert not ward.guard_sync("tool", text="b", rules=[loop]).is_denied()


def test_the_program_of_the_page_keeps_a_budget_and_stops_a_loop() -> None:
    page = (Path(__file__).parents[2] / "docs/guard.md").read_text("utf-8")
    found = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)  # noqa: S102 -- a page of this repository

    async def spends(prompt: str) -> tuple[str, int]:
        return f"re: {prompt}", 49_000

    async def free(_prompt: str) -> tuple[str, int]:
        return "ok", 0

    def chat(user: str, prompt: str, model: object) -> object:
        return run(names["chat"](user, prompt, model))

    assert [chat("ada", str(turn), spends) for turn in range(4)] == [
        "re: 0",
        "re: 1",
        "re: 2",
        "rate_limit.exceeded",
    ]
    assert [chat("bob", "again", free) for _ in range(6)] == ["ok"] * 5 + ["rate_limit.exceeded"]
