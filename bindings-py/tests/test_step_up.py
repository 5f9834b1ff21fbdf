"""Proofs of a step-up: the same in both languages, once, and whatever a client sends is an
answer."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from doorward import Doorward, PolicyError, StepUpResult, Take, Taken, shield
from doorward._step_up import bound_to, token_of
from doorward.testing import set_clock
from hypothesis import given, settings
from hypothesis import strategies as st

VECTORS = json.loads((Path(__file__).parents[2] / "tests/step-up.json").read_text("utf-8"))
SECRET = "correct horse battery staple"
FACTS = {"session": "s-1", "action": "checkout", "origin": "https://shop.example"}
NAMES = {"session": "session", "userId": "user_id", "action": "action", "origin": "origin"}
_unique = count()


def warded(now: Callable[[], int] | None = None, **more: Any) -> Doorward:
    """A ward with a store of its own."""
    step_up = {"secret": SECRET, **more}
    ward = Doorward(rules=[], characteristics=[f"test-{next(_unique)}"], step_up=step_up)
    set_clock(ward, now)
    return ward


def said(found: StepUpResult) -> str:
    return "ok" if found.ok else str(found.reason)


def facts_of(facts: dict[str, Any]) -> dict[str, Any]:
    named = {"action": None, "origin": None}
    return {**named, **{NAMES[name]: fact for name, fact in facts.items()}}


@pytest.mark.parametrize("row", VECTORS["issued"], ids=lambda row: row["name"])
def test_tokens_are_issued_as_the_vectors_say(row: dict[str, Any]) -> None:
    facts = facts_of(row["facts"])
    names = (facts.get(name) for name in NAMES.values())
    bound = bound_to(*names)
    assert bound is not None
    nonce = bytes.fromhex(row["nonce"])
    assert token_of(row["secret"].encode(), bound, row["expires"], nonce) == row["token"]


@pytest.mark.parametrize("row", VECTORS["verified"], ids=lambda row: row["name"])
def test_tokens_are_verified_as_the_vectors_say(row: dict[str, Any]) -> None:
    ward = warded(lambda: int(row["now"]), secret=row["secrets"])
    found = ward.step_up.verify_sync(row["token"], **facts_of(row["facts"]))
    assert said(found) == row["expect"]


def test_a_token_counts_once_in_wards_made_from_the_ward_too() -> None:
    ward = warded()
    token = ward.step_up.issue(**FACTS)
    passed = ward.step_up.verify_sync(token, **FACTS)
    assert passed.ok
    assert passed.context == {"session": {"stepUpAgeSeconds": 0}}
    for again in (ward, ward.with_rule(shield(mode="LIVE"))):
        assert said(again.step_up.verify_sync(token, **FACTS)) == "used"
    elsewhere = {**FACTS, "action": "token_create"}
    other = ward.step_up.issue(**elsewhere)
    assert said(ward.step_up.verify_sync(other, **FACTS)) == "bound_elsewhere"
    assert ward.step_up.verify_sync(other, **elsewhere).ok, "a look elsewhere uses nothing up"


def test_of_many_who_bring_one_token_at_once_one_passes() -> None:
    ward = warded()
    token = ward.step_up.issue(**FACTS)

    async def bring() -> list[StepUpResult]:
        return await asyncio.gather(*(ward.step_up.verify(token, **FACTS) for _ in range(20)))

    assert sum(found.ok for found in asyncio.run(bring())) == 1


def test_a_token_expires_and_stays_used_as_long_as_it_lasts() -> None:
    now = [1_800_000_000_000]
    ward = warded(lambda: now[0], ttlSeconds=60)
    used, late = ward.step_up.issue(**FACTS), ward.step_up.issue(**FACTS)
    assert ward.step_up.verify_sync(used, **FACTS).ok
    now[0] += 59_999
    assert said(ward.step_up.verify_sync(used, **FACTS)) == "used"
    now[0] += 1
    assert said(ward.step_up.verify_sync(late, **FACTS)) == "expired"


def test_where_the_store_cannot_say_a_token_does_not_count() -> None:
    class Down:
        def take(self, _: Sequence[Take]) -> Sequence[Taken | Exception]:
            return [RuntimeError("down")]

    ward = Doorward(rules=[], step_up={}, store=Down(), secret=SECRET)
    token = ward.step_up.issue(**FACTS)
    assert said(ward.step_up.verify_sync(token, **FACTS)) == "unavailable"


_ward = warded()
_token = _ward.step_up.issue(**FACTS)
_alphabet = st.sampled_from("AZaz09-_")
_changed = st.tuples(st.integers(0, 95), _alphabet).map(
    lambda change: _token[: change[0]] + change[1] + _token[change[0] + 1 :]
)
_anything = st.one_of(st.none(), st.integers(), st.binary(), st.text(), st.lists(st.text()))


@settings(max_examples=300, deadline=None)
@given(
    sent=st.one_of(
        _anything,
        st.text(_alphabet, min_size=96, max_size=96),
        _changed.filter(lambda changed: changed != _token),
    ),
    about=st.fixed_dictionaries(dict.fromkeys(NAMES.values(), _anything)),
)
def test_whatever_a_client_sends_is_an_answer(sent: object, about: dict[str, Any]) -> None:
    assert not _ward.step_up.verify_sync(sent, **FACTS).ok
    assert not _ward.step_up.verify_sync(_token, **about).ok


def test_a_ward_says_what_it_lacks() -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"secret": "short"}, "secret"),
        ({"secret": []}, "secret: found nothing"),
        ({"secret": SECRET, "ttlSeconds": 5}, "ttlSeconds: found 5, expected a whole number"),
        ({"secret": SECRET, "ttl": 60}, "ttl: found an unknown key"),
    ]
    for step_up, message in wrong:
        with pytest.raises(PolicyError, match=message):
            Doorward(rules=[], step_up=step_up)
    with pytest.raises(TypeError, match="proves no step-ups"):
        _ = Doorward(rules=[], step_up=True).step_up
    ward = warded()
    assert ward.to_dict()["stepUp"] is True
    for without in ({**FACTS, "session": ""}, {**FACTS, "action": ""}):
        with pytest.raises(TypeError):
            ward.step_up.issue(**without)


def test_the_pages_program() -> None:
    page = (Path(__file__).parents[2] / "docs/step-up.md").read_text("utf-8")
    program = re.search(r"^```python\n(.*?)^```$", page, re.M | re.S)
    assert program
    made: dict[str, Any] = {}
    exec(program[1], made)  # noqa: S102 -- the page's own program
    session = {"id": "s-1", "userId": "ada"}

    def asked(token: str | None = None) -> int:
        headers = {"user-agent": "Mozilla/5.0", **({"x-step-up": token} if token else {})}
        request = {"method": "POST", "url": "/checkout", "headers": headers, "ip": "192.0.2.1"}
        return int(made["checkout"](request, session))

    assert asked() == 200
    context = {"userId": "ada", "session": {"id": "s-1"}}
    for _ in range(30):
        request = {"method": "POST", "url": "/login", "ip": "192.0.2.1"}
        made["ward"].report(made["ward"].protect_sync(request, context), login_failed=True)
    assert asked() == 401
    assert made["code_entered"](session, "0", lambda *_: False) is None
    token = made["code_entered"](session, "1", lambda *_: True)
    assert asked(token) == 200
    assert asked(token) == 401, "once"


def test_the_on_call_switch_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORWARD_MODE", "DRY_RUN")
    ward = warded()
    token = ward.step_up.issue(**FACTS)
    assert ward.step_up.verify_sync(token, **FACTS).ok
    assert said(ward.step_up.verify_sync(token, **FACTS)) == "used"
