"""A second opinion, inside the call and after it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from doorward import Doorward, detect_bot, sliding_window
from doorward.refine import refine

RULES = [detect_bot(mode="LIVE", allow=[])]
LOYAL = {
    "userId": "ada",
    "account": {"ageDays": 812, "orders": 14, "emailVerified": True, "mfa": True},
    "session": {"id": "s1", "ageSeconds": 4000, "stepUpAgeSeconds": 100},
}


def request(ip: str) -> dict[str, Any]:
    headers = [("User-Agent", "curl/8.5.0")]
    return {"method": "GET", "url": "/api/orders", "headers": headers, "ip": ip}


def test_a_good_customer_is_not_denied_for_a_tool() -> None:
    ward = Doorward(rules=RULES, step_up=True)
    decision = ward.protect_sync(request("192.0.2.1"))
    assert decision.is_denied()
    second = refine(decision, LOYAL)
    assert not second.is_denied()
    assert second.to_dict()["conclusion"] == "DENY"
    assert second.to_dict()["refined"]["conclusion"] == second.conclusion
    assert second.to_dict()["refined"]["explanation"]
    # the first stays as it was, and nothing known changes nothing
    assert decision.is_denied()
    assert refine(decision).conclusion == "DENY"


def test_inside_the_call_by_the_policy_and_a_dry_run_changes_nothing() -> None:
    live = Doorward(rules=RULES, step_up=True, refine={"mode": "LIVE"})
    refined = live.protect_sync(request("192.0.2.2"), LOYAL)
    assert not refined.is_denied()
    assert refined.to_dict()["conclusion"] == "DENY"
    dry = Doorward(rules=RULES, step_up=True, refine={"mode": "DRY_RUN"})
    assert dry.protect_sync(request("192.0.2.3"), LOYAL).is_denied()


def test_a_contract_stands() -> None:
    limit = sliding_window(mode="LIVE", interval="60s", max=1, characteristics=["userId"])
    ward = Doorward(rules=[limit], step_up=True, refine={"mode": "LIVE"})
    ward.protect_sync(request("192.0.2.4"), LOYAL)
    second = ward.protect_sync(request("192.0.2.4"), LOYAL)
    assert second.is_denied()
    assert refine(second, LOYAL).is_denied()


def test_the_program_of_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs/refine.md").read_text("utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102 -- the page's own
    session = {"id": "s1", "ageSeconds": 4000, "stepUpAgeSeconds": 100}
    ada = {"id": "ada", "ageDays": 812, "orders": 14}
    eve = {"id": "eve", "ageDays": 0, "orders": 0}
    assert names["checkout"](request("192.0.2.5"), ada, session) == 200
    assert names["checkout"](request("192.0.2.6"), eve, {}) == 403
