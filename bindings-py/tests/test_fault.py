"""A panic of ours: reported, limits survive, the request is answered."""

from __future__ import annotations

import pytest
from doorward import Doorward, sliding_window
from doorward._doorward import Fault
from doorward.testing import fail_next
from support import IP, run, scope

REQUEST = {"method": "GET", "url": "/", "headers": [], "ip": IP}


def test_a_panic_is_reported_and_limits_survive(caplog: pytest.LogCaptureFixture) -> None:
    ward = Doorward(rules=[sliding_window(mode="LIVE", interval=3600, max=3)])
    assert ward.protect_sync(REQUEST).reason.code == "allow"
    fail_next(ward)
    assert ward.protect_sync(REQUEST).is_allowed()
    assert "a fault of ours" in caplog.text
    assert "engine.rs" in caplog.text
    fail_next(ward)
    assert run(ward.protect(scope())).is_allowed()
    assert ward.protect_sync(REQUEST).is_denied()


@pytest.mark.parametrize("on_fault", ["allow", "challenge", "deny"])
def test_an_engine_that_always_fails(on_fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Doorward(rules=[], on_fault=on_fault)  # type: ignore[arg-type]

    class Broken:
        def __getattr__(self, name: str) -> object:
            raise Fault("src/engine.rs:1:1")

    monkeypatch.setattr(ward._core, "engine", Broken())
    decision = ward.protect_sync(REQUEST)
    assert decision.conclusion == on_fault.upper()
    assert decision.reason.code == "fault"
    assert decision.degraded == ("fault",)
    assert decision.id != ward.protect_sync(REQUEST).id


def test_a_panic_is_an_exception_that_python_can_catch(capfd: pytest.CaptureFixture[str]) -> None:
    ward = Doorward(rules=[])
    fail_next(ward)
    with pytest.raises(Fault):
        ward._core.engine.ask(b"")
    assert capfd.readouterr().err == ""
