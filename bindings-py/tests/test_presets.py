"""Presets are compositions: their canonical rules are the same in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from doorward import (
    Doorward,
    detect_bot,
    protect_checkout,
    protect_login,
    protect_password_reset,
    protect_signup,
    sliding_window,
    validate_email,
)

EXPECTED: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "tests" / "presets.json").read_text()
)
PRESETS = {
    "signup": protect_signup,
    "login": protect_login,
    "password-reset": protect_password_reset,
    "checkout": protect_checkout,
}


@pytest.mark.parametrize("name", PRESETS)
def test_what_a_preset_expands_to(name: str) -> None:
    ward = Doorward(rules=PRESETS[name](mode="LIVE"))
    assert ward.to_dict()["rules"] == EXPECTED[name]


def test_parts_are_set_or_left_out() -> None:
    rules = protect_signup(
        mode="LIVE",
        bots=detect_bot(mode="DRY_RUN", allow=["CATEGORY:MONITOR"]),
        email=validate_email(id="mail", deny=["INVALID"]),
        rate_limit=sliding_window(interval="1m", max=2),
        velocity={"mailbox": {"interval": "1h", "max": 2}, "domain": False, "network": False},
    )
    kept = [(rule["id"], rule["mode"]) for rule in rules]
    assert kept == [
        ("signup-bots", "DRY_RUN"),
        ("mail", "LIVE"),
        ("signup-address", "LIVE"),
        ("signup-mailbox", "LIVE"),
        ("signup-device", "LIVE"),
        ("signup-payment", "LIVE"),
    ]
    assert rules[3]["max"] == 2
    left = protect_login(bots=False, rate_limit=False, velocity=False)
    assert left == []
    Doorward(rules=rules)
