"""The ward: construction, modes, `with_rule`, reports, the host's store."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from resource import RUSAGE_SELF, getrusage
from typing import Any

import pytest
from doorward import (
    Decision,
    Doorward,
    PolicyError,
    Take,
    Taken,
    detect_bot,
    filter,  # noqa: A004 -- the rule's name
    fixed_window,
    sliding_window,
    token_bucket,
)
from doorward.testing import forget, set_clock
from support import IP, environ, run, scope

REQUEST = {"method": "GET", "url": "/", "headers": [("user-agent", "x")], "ip": IP}
SECRET = "sixteen characters"


def ward_of(maximum: int = 2, **more: Any) -> Doorward:
    return Doorward(rules=[sliding_window(mode="LIVE", interval=3600, max=maximum)], **more)


def test_policy_errors_name_rule_field_and_what_is_allowed() -> None:
    with pytest.raises(PolicyError, match=r'rules\[0\] "fixedWindow": max: found "abc", expected'):
        Doorward(rules=[fixed_window(window=60, max="abc")])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="expected one of"):
        Doorward(rules=[{"rule": "nonsense"}])
    with pytest.raises(PolicyError, match="an unknown key"):
        Doorward(rules=[{"rule": "fixedWindow", "window": 60, "max": 1, "colour": 1}])
    with pytest.raises(PolicyError, match="no JSON form"):
        Doorward(rules=[fixed_window(window=60, max=object())])  # type: ignore[arg-type]
    with pytest.raises(PolicyError, match="proxies"):
        Doorward(rules=[], proxies=["not an address"])
    for policy in ("{", "[]", '{"version":2,"rules":[]}', "7"):
        with pytest.raises(PolicyError):
            Doorward.from_policy(policy)
    with pytest.raises(PolicyError, match="onFault"):
        Doorward(rules=[], on_fault="maybe")  # type: ignore[arg-type]


def test_a_secret_is_checked_and_not_shown() -> None:
    with pytest.raises(PolicyError, match="secret") as caught:
        Doorward(rules=[], secret="hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_policy_round_trips() -> None:
    ward = Doorward(
        rules=[
            fixed_window(mode="LIVE", window="1h", max=1000),
            token_bucket(refill_rate=10, interval="60s", capacity=100, on_error="deny"),
            filter(mode="LIVE", deny=['http.request.uri.path eq "/admin"']),
        ],
        characteristics=["userId"],
        proxies=["10.0.0.0/8"],
        step_up=True,
        body={"maxBytes": 4096},
        store={"maxBytes": 1_000_000},
    )
    again = Doorward.from_policy(ward.to_json())
    assert again.to_json() == ward.to_json()
    assert Doorward.from_policy(ward.to_dict()).to_json() == ward.to_json()
    assert ward.to_dict()["rules"][1]["refillRate"] == 10


def test_a_rule_without_mode_is_a_dry_run_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ward = Doorward(rules=[fixed_window(window=60, max=0)])
    assert ward.protect_sync(REQUEST).is_allowed()
    assert ward.protect_sync(REQUEST).results[0].mode == "DRY_RUN"
    said = [record for record in caplog.records if "no mode" in record.message]
    assert len(said) == 1
    assert "fixedWindow" in said[0].message


def test_the_on_call_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORWARD_MODE", "DRY_RUN")
    decision = ward_of(0).protect_sync(REQUEST)
    assert decision.is_allowed()
    assert decision.results[0].conclusion == "DENY"
    assert decision.degraded == ("dry_run",)
    monkeypatch.delenv("DOORWARD_MODE")
    assert ward_of(0).protect_sync(REQUEST).is_denied()


def test_a_limit_is_exact_and_shared_by_wards_of_one_policy() -> None:
    first, second = ward_of(3), ward_of(3)
    decisions = [ward.protect_sync(REQUEST) for ward in (first, second, first, second)]
    assert [decision.conclusion for decision in decisions] == ["ALLOW"] * 3 + ["DENY"]
    denied = decisions[-1]
    assert denied.is_denied()
    assert denied.reason.is_rate_limit()
    assert (denied.reason.limit, denied.reason.max, denied.reason.remaining) == (3, 3, 0)
    assert denied.reason.window == 3600
    assert denied.reason.retry_after is not None
    assert denied.ttl == denied.reason.retry_after > 0
    assert denied.ip == IP
    forget()
    assert ward_of(3).protect_sync(REQUEST).is_allowed()


def test_the_clock_of_tests() -> None:
    ward = Doorward(rules=[fixed_window(mode="LIVE", window=60, max=1)])
    now = 1_800_000_000_000
    set_clock(ward, lambda: now)
    assert ward.protect_sync(REQUEST).is_allowed()
    assert ward.protect_sync(REQUEST).is_denied()
    now += 60_000
    assert ward.protect_sync(REQUEST).is_allowed()
    variant = ward.with_rule(fixed_window(mode="LIVE", window=60, max=0, id="none"))
    assert variant.protect_sync(REQUEST).results[1].reason.retry_after is None


def test_with_rule_in_a_handler() -> None:
    ward = ward_of(1_000_000)
    rule = fixed_window(mode="LIVE", window="1h", max=50_000, characteristics=["userId"])

    def handle(count: int) -> int:
        allowed = 0
        for _ in range(count):
            decision = ward.with_rule(dict(rule)).protect_sync(REQUEST, {"userId": "u"})
            allowed += decision.is_allowed()
        return allowed

    first = handle(10_000)
    before = getrusage(RUSAGE_SELF).ru_maxrss
    rest = handle(90_000)
    grown = getrusage(RUSAGE_SELF).ru_maxrss - before
    assert first + rest == 50_000
    assert grown < 4096, f"{grown} KiB more after 90,000 requests"
    assert ward.with_rule(rule) is ward.with_rule(dict(rule))


def test_variants_are_bounded_and_share_the_store() -> None:
    ward = ward_of(3)
    for number in range(600):
        ward.with_rule(fixed_window(mode="LIVE", window=60, max=1, id=f"r{number}"))
    assert len(ward._variants) <= 256
    dry = fixed_window(window=60, max=9, mode="DRY_RUN")
    wards = [
        ward,
        ward.with_rule(dry),
        ward.with_rule(dry, filter(deny=['http.host eq "x"'], mode="LIVE")),
    ]
    allowed = [w.protect_sync(REQUEST).is_allowed() for w in wards + wards]
    assert allowed == [True] * 3 + [False] * 3
    with pytest.raises(PolicyError):
        ward.with_rule({"rule": "nonsense"})


def test_a_decision_reads_as_its_line() -> None:
    decision = Doorward(rules=[detect_bot(mode="LIVE", deny=["CATEGORY:TOOL"])]).protect_sync(
        {**REQUEST, "headers": [("User-Agent", "curl/8.4.0")]}
    )
    assert decision.to_dict() == json.loads(decision.to_json())
    assert decision.conclusion == "DENY"
    assert decision.reason.is_bot()
    assert not decision.reason.is_error()
    assert decision.reason.bots
    assert "TOOL" in decision.reason.categories
    assert decision.results[0].is_denied()
    assert decision.results[0].score == 1
    assert decision.id in repr(decision)
    explained = decision.explain()
    assert explained.summary.startswith("DENY by detectBot")
    assert explained.rules[0].saw in str(explained)


def test_challenge_is_denied_unless_the_ward_can_step_up() -> None:
    rules = [
        sliding_window(
            mode="LIVE", interval=60, max=0, characteristics=["email"], on_error="challenge"
        )
    ]
    for step_up in (None, True):
        ward = Doorward(rules=rules, step_up=step_up)
        decision = ward.protect_sync(REQUEST, {"email": "a@example.com"})
        assert decision.conclusion == "CHALLENGE"
        assert decision.is_challenged()
        assert not decision.is_allowed()
        assert decision.is_denied() is (step_up is None)


def test_an_allow_without_judgement_warns_once(caplog: pytest.LogCaptureFixture) -> None:
    ward = ward_of()
    nowhere = {"method": "GET", "url": "/", "headers": []}
    for _ in range(3):
        decision = ward.protect_sync(nowhere)
        assert decision.undetermined == ("slidingWindow",)
        assert decision.results[0].reason.is_error()
    said = [record.message for record in caplog.records if "could not judge" in record.message]
    assert len(said) == 1
    assert "address is unknown" in said[0]


def test_the_log(caplog: pytest.LogCaptureFixture) -> None:
    lines: list[str] = []
    ward = ward_of(log=lines.append, secret=SECRET)
    decision = ward.protect_sync({**REQUEST, "url": "/reset/abc123?token=x"}, {"userId": "ana"})
    ward.report(decision, status=401, login_failed=True)
    ward.report(decision.id, chargeback=True)
    logged = [json.loads(line) for line in lines]
    assert [line["type"] for line in logged] == ["decision", "outcome", "outcome"]
    assert {line["id"] for line in logged} == {decision.id}
    assert logged[0]["route"] == "/reset/*"
    assert logged[1]["outcome"] == {"status": 401, "loginFailed": True}
    assert "ana" not in lines[0]
    assert IP not in lines[0]

    def broken(line: str) -> None:
        raise OSError(line)

    loud = ward_of(log=broken, secret=SECRET)
    assert [loud.protect_sync(REQUEST).is_allowed() for _ in range(2)] == [True, False]
    assert len([r for r in caplog.records if "decision log failed" in r.message]) == 1
    sink = logging.getLogger("decisions")
    with caplog.at_level(logging.INFO, "decisions"):
        ward_of(log=sink, secret=SECRET).protect_sync(REQUEST)
    assert json.loads(caplog.records[-1].message)["type"] == "decision"


def test_a_log_without_secret_says_that_identities_are_of_this_process(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ward_of(log=len)
    assert "cannot be joined" in caplog.text


class Shared:
    """A store as an application would write it, with one window."""

    def __init__(self) -> None:
        self.taken: dict[str, int] = {}
        self.batches = 0

    def now(self, batch: Sequence[Take]) -> list[Taken]:
        self.batches += 1
        answers = []
        for take in batch:
            used = self.taken.get(take.key, 0)
            allowed = used + take.cost <= take.limit["max"]
            self.taken[take.key] = used + take.cost * allowed
            left = take.limit["max"] - self.taken[take.key]
            answers.append(Taken(allowed, left, 1000.0, 0 if allowed else 500.0))
        return answers


class AsyncShared(Shared):
    async def take(self, batch: Sequence[Take]) -> list[Taken]:
        return self.now(batch)


class SyncShared(Shared):
    def take(self, batch: Sequence[Take]) -> list[Taken]:
        return self.now(batch)


def test_the_hosts_store_is_asked_once() -> None:
    store = AsyncShared()
    ward = ward_of(2, store=store, secret=SECRET)

    async def three() -> list[Decision]:
        return [await ward.protect(scope()) for _ in range(3)]

    decisions = run(three())
    assert [d.conclusion for d in decisions] == ["ALLOW", "ALLOW", "DENY"]
    assert decisions[-1].reason.retry_after == 1
    assert store.batches == 3
    assert decisions[-1].degraded == ()
    with pytest.raises(TypeError, match="use await protect"):
        ward.protect_sync(environ())
    with pytest.raises(PolicyError, match="HMACs"):
        ward_of(2, store=store)


def test_a_synchronous_store() -> None:
    store = SyncShared()
    ward = ward_of(1, store=store, secret=SECRET)
    assert [ward.protect_sync(environ()).conclusion for _ in range(2)] == ["ALLOW", "DENY"]
    assert run(ward.protect(scope())).is_denied()
    assert store.batches == 3


class Failing:
    def __init__(self, how: str) -> None:
        self.how = how

    async def take(self, batch: Sequence[Take]) -> Any:
        if self.how == "hang":
            await asyncio.sleep(60)
        if self.how == "raise":
            raise ConnectionError(f"{len(batch)} lost")
        return {"none": None, "short": [], "nan": [Taken(True, 1, float("nan"), 0)]}[self.how]


@pytest.mark.parametrize("how", ["hang", "raise", "none", "short", "nan"])
def test_a_failing_store_is_never_unlimited(how: str, caplog: pytest.LogCaptureFixture) -> None:
    ward = ward_of(1, store=Failing(how), secret=SECRET)

    async def two() -> list[Decision]:
        return [await ward.protect(scope()) for _ in range(2)]

    decisions = run(two())
    assert [d.conclusion for d in decisions] == ["ALLOW", "DENY"]
    assert decisions[0].degraded == ("store",)
    if how != "short":
        assert len([r for r in caplog.records if "store did not answer" in r.message]) == 1


def test_what_is_no_request_is_the_applications_mistake() -> None:
    for wrong in (None, 7, "GET /", object(), (1, 2)):
        with pytest.raises(TypeError, match="expected an ASGI scope"):
            ward_of().protect_sync(wrong)
