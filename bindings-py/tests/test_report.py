"""What followed a decision counts in how those who took part behave, live as in a replay."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import pytest
from doorward import Decision, Doorward, Observed, Profile, Taken, detect_bot, shield
from doorward.asgi import DoorwardMiddleware as Asgi
from doorward.testing import set_clock
from doorward.wsgi import DoorwardMiddleware as Wsgi
from support import environ, run, scope

NOW = 1_800_000_000_000
REQUEST = {"method": "POST", "url": "http://shop.example/login", "ip": "192.0.2.1"}
CONTEXT = {"userId": "ada", "action": "login", "session": {"id": "s-1"}}
NOBODY = Profile(*[0] * 13)
_unique = count()


def warded(store: Any = None) -> Doorward:
    ward = Doorward(
        rules=[shield(mode="LIVE")],
        characteristics=[f"report-{next(_unique)}"],
        refine={"mode": "LIVE"},
        store=store,
        secret="0123456789abcdef",
    )
    set_clock(ward, lambda: NOW)
    return ward


def weight(decision: Decision, name: str) -> int:
    signals = decision.to_dict()["refined"]["explanation"]
    return sum(signal["weight"] for signal in signals if signal["signal"] == name)


@pytest.mark.parametrize("by", [lambda decision: decision, lambda decision: decision.id])
def test_failures_that_are_reported_weigh_in_the_next_decision(by: Callable[..., Any]) -> None:
    ward = warded()
    more = ward.with_rule(detect_bot(mode="LIVE", allow=["CATEGORY:TOOL"]))
    decision = more.protect_sync(REQUEST, CONTEXT)
    for _ in range(8):
        ward.report(by(decision), login_failed=True)
        decision = more.protect_sync(REQUEST, CONTEXT)
    assert weight(decision, "address.failures") > 0


class Kept:
    """A store that remembers what it is told, and knows one thing of everybody."""

    def __init__(self, known: Any) -> None:
        self.told: list[Observed] = []
        self.known = known

    def take(self, _: Sequence[Any]) -> Sequence[Taken | Exception]:
        return []

    def profile(self, batch: Sequence[Observed]) -> Any:
        self.told += batch
        if isinstance(self.known, Exception):
            raise self.known
        return [self.known for _ in batch]


class Awaited(Kept):
    async def profile(self, batch: Sequence[Observed]) -> Any:
        await asyncio.sleep(0)
        return super().profile(batch)


FAILING = NOBODY._replace(first=NOW, last=NOW, requests=40_000, failed=39_000)


@pytest.mark.parametrize("kind", [Kept, Awaited])
def test_a_store_of_the_applications_keeps_behaviour_too(kind: type[Kept]) -> None:
    store = kind(FAILING)
    ward = warded(store)

    async def ask() -> Decision:
        decision = await ward.protect(REQUEST, CONTEXT)
        ward.report(decision, login_failed=True, chargeback=True)
        await asyncio.gather(*ward._telling)
        return decision

    decision = asyncio.run(ask())
    assert weight(decision, "address.failures") > 0
    assert not decision.degraded
    keys = {observed.key for observed in store.told}
    assert len(keys) == 3, "an address, a user and a session"
    for key in keys:
        assert re.fullmatch("[0-9a-f]{32}", key)
        look, request, outcome = (observed for observed in store.told if observed.key == key)
        assert look == Observed(key)
        assert request.requests == 1
        assert outcome == Observed(key, failed=1, bad=20)


def test_where_nothing_can_be_awaited_the_store_is_told_at_once() -> None:
    store = Kept(FAILING)
    decision = warded(store).protect_sync(REQUEST, CONTEXT)
    assert weight(decision, "address.failures") > 0
    assert [observed.requests for observed in store.told] == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("known", [RuntimeError("down"), None, (), "x", NOBODY._replace(last=-1)])
def test_behaviour_that_the_store_cannot_tell_is_not_known(known: Any) -> None:
    for store in (Kept(known), Awaited(known)):
        ward = warded(store)

        async def ask(ward: Doorward = ward) -> Decision:
            decision = await ward.protect(REQUEST, CONTEXT)
            ward.report(decision, login_failed=True)
            await asyncio.gather(*ward._telling)
            return decision

        decision = asyncio.run(ask())
        assert decision.degraded == ("profiles",)
        assert decision.conclusion == "ALLOW"


def failing(ward: Doorward) -> int:
    return weight(ward.protect_sync(environ(), CONTEXT), "address.failures")


@pytest.mark.parametrize("reports", [False, True])
def test_middlewares_report_the_status_unless_the_application_has_reported(reports: bool) -> None:
    ward = warded()

    async def app(scope: Any, _: Any, send: Any) -> None:
        if reports:
            ward.report(scope["state"]["doorward"], step_up_passed=True)
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body"})

    async def nothing(*_: Any) -> Any:
        return {"type": "http.request"}

    def wsgi(environ: Any, start_response: Any) -> list[bytes]:
        if reports:
            ward.report(environ["doorward.decision"], step_up_passed=True)
        start_response("401 Unauthorized", [])
        return []

    for _ in range(6):
        run(Asgi(app, ward)(scope(), nothing, nothing))
        Wsgi(wsgi, ward)(environ(), lambda *_: None)
    assert (failing(ward) > 0) is not reports
