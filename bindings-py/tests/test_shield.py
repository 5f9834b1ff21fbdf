"""The shield's options: their types, their errors, and the program of docs/shield.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from doorward import Doorward, PolicyError, ShieldProbing, shield
from support import IP

PAGE = (Path(__file__).parents[2] / "docs/shield.md").read_text("utf-8")
ATTACK = "/?q=1%20OR%201=1"


def request(url: str) -> dict[str, Any]:
    return {"method": "GET", "url": url, "headers": [], "ip": IP}


def test_the_program_of_the_page() -> None:
    (program,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)

    def decide(url: str) -> Any:
        names: dict[str, Any] = {"request": request(url), "session_id": "s1"}
        exec(program, names)  # noqa: S102 -- the page's own
        return names["decision"]

    assert decide("/?id=12&sort=asc&comment=1%20OR%201=1").is_allowed()
    words = decide("/?id=twelve")
    assert words.is_allowed()
    assert words.results[0].score == 0.2
    denied = decide("/?id=12%27")
    assert denied.is_denied()
    assert denied.reason.code == "shield.expectation"
    assert denied.reason.details["field"] == "id"
    assert denied.reason.details["expected"] == "integer"


def test_options_reach_the_policy_and_back() -> None:
    probing: ShieldProbing = {"max": 3, "interval": "1h"}
    ward = Doorward(
        rules=[
            shield(
                mode="LIVE",
                expect={"id": "integer", "sort": ("asc", "desc")},
                classes=["sqli", "xss"],
                excerpt=True,
                probing=probing,
            )
        ]
    )
    (rule,) = ward.to_dict()["rules"]
    assert rule == {
        "rule": "shield",
        "mode": "LIVE",
        "expect": {"id": "integer", "sort": ["asc", "desc"]},
        "classes": ["sqli", "xss"],
        "excerpt": True,
        "probing": {"max": 3, "interval": "1h"},
    }
    reason = ward.protect_sync(request(ATTACK)).reason
    assert reason.details["excerpt"] == "0 OR 0=0"


def test_errors_name_the_field_and_what_is_allowed() -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"expect": {"id": "int"}}, r'expect\.id: found "int", expected one of integer, number'),
        ({"expect": ["id"]}, "expect: found .* expected an object of names of fields"),
        ({"expect": {"sort": []}}, r"expect\.sort: found \[\], expected at least one value"),
        ({"expect": {"id": "integer"}, "ignore": ["id"]}, "that ignore names too"),
        ({"classes": ["sql"]}, r'classes\[0\]: found "sql", expected an array of sqli'),
        ({"probing": {"max": 1}}, r"probing\.interval: found nothing"),
        ({"excerpt": 1}, "excerpt: found 1, expected true or false"),
    ]
    for options, message in wrong:
        with pytest.raises(PolicyError, match=message):
            Doorward(rules=[shield(**options)])


def test_a_derived_ward_shares_what_is_remembered() -> None:
    ward = Doorward(
        rules=[
            shield(
                mode="LIVE",
                id="derived",
                expect={"id": "integer"},
                probing={"max": 2, "interval": "1h"},
            )
        ]
    )
    more = ward.with_rule(shield(mode="DRY_RUN", classes=[]))
    session = {"session": {"id": "s1"}}
    for _ in range(2):
        assert more.protect_sync(request(ATTACK), session).is_denied()
    weak = ward.protect_sync(request("/?id=1:5"), session)
    assert weak.reason.code == "shield.probing"
    assert weak.is_denied()
    assert not weak.is_challenged()
    by_address = ward.protect_sync(request("/?id=1:5"))
    assert by_address.is_allowed()
