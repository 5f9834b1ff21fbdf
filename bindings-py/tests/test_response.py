"""A decision as HTTP: its limits as header fields, and how it is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from doorward import Decision, Doorward, Refusal, filter, fixed_window, shield  # noqa: A004
from doorward._doorward import Fault
from doorward.asgi import DoorwardMiddleware
from support import Client, run, scope

REQUEST = {"method": "GET", "url": "/", "ip": "203.0.113.7"}
ATTACK = {**REQUEST, "url": "/?q=%3Cscript%3E"}
LIMIT = fixed_window(id="per-address", mode="LIVE", window="1h", max=1)


def refused(request: dict[str, Any] = REQUEST, **options: Any) -> Decision:
    """The last of two decisions of a ward with a shield and a limit of one."""
    ward = Doorward(rules=[shield(mode="LIVE"), LIMIT], **options)
    ward.protect_sync(request)
    decision = ward.protect_sync(request)
    assert decision.is_denied()
    return decision


def test_a_limit_tells_what_is_left() -> None:
    ward = Doorward(rules=[LIMIT])
    first = ward.protect_sync(REQUEST).headers()
    assert list(first) == ["RateLimit-Policy", "RateLimit"]
    assert first["RateLimit-Policy"] == '"per-address";q=1;w=3600'
    assert first["RateLimit"].startswith('"per-address";r=0;t=')
    second = ward.protect_sync(REQUEST)
    headers = second.headers()
    assert headers["Retry-After"] == str(second.reason.retry_after)
    assert second.to_response().headers.items() >= headers.items()


def test_without_a_limit_nothing_crosses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorward._response.headers", None)
    assert Doorward(rules=[shield(mode="LIVE")]).protect_sync(ATTACK).headers() == {}


@pytest.mark.parametrize("accept", ["", None, "*/*", "\ud800", "text/html;q=" * 10_000])
def test_a_problem_says_which_decision_and_not_why(accept: str | None) -> None:
    decision = refused(ATTACK)
    status, headers, body = decision.to_response(accept)
    assert (status, headers["Content-Type"]) == (403, "application/problem+json")
    assert json.loads(body) == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "decision": decision.id,
    }


def test_a_browser_gets_a_page() -> None:
    decision = refused()
    answer = decision.to_response("text/html,application/xml;q=0.9,*/*;q=0.8")
    assert isinstance(answer, Refusal)
    assert (answer.status, answer.headers["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert int(answer.headers["Retry-After"]) >= 1
    assert decision.id.encode() in answer.body
    assert b"per-address" not in answer.body


def test_a_challenge_is_refused_too() -> None:
    rule = filter(mode="LIVE", deny=['http.request.headers["x-old"] eq "1"'], on_error="challenge")
    decision = Doorward(rules=[rule]).protect_sync(REQUEST)
    assert decision.is_challenged()
    assert decision.to_response().status == 403


def test_a_fault_still_refuses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> str:
        raise Fault("drill")

    decision = refused()
    monkeypatch.setattr("doorward._response.headers", fails)
    monkeypatch.setattr("doorward._response.respond", fails)
    assert decision.headers() == {}
    assert decision.to_response("text/html").status == 403
    assert caplog.text.count("a fault of ours") == 2


def test_wards_around_each_other_each_tell_their_limits() -> None:
    sent: list[Any] = []

    async def app(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message)

    def with_limit(rule_id: str, app: Any) -> Any:
        rules = [fixed_window(id=rule_id, mode="LIVE", window=60, max=5)]
        return DoorwardMiddleware(app, Doorward(rules=rules))

    run(with_limit("outer", with_limit("inner", app))(scope(), Client(b""), send))
    policies = [value for name, value in sent[0]["headers"] if name == b"ratelimit-policy"]
    assert policies == [b'"inner";q=5;w=60', b'"outer";q=5;w=60']
    assert sent[0]["headers"][0] == (b"a", b"b")
