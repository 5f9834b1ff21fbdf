"""Context to JSON: whatever the application holds, it never raises."""

from __future__ import annotations

import json
import math
from collections import OrderedDict, UserDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from doorward import Doorward, sliding_window
from doorward._context import to_json
from hypothesis import given
from hypothesis import strategies as st


def told(context: Any) -> Any:
    return json.loads(to_json(context) or b"{}")


class Hostile:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __str__(self) -> str:
        raise RuntimeError("str")

    def __len__(self) -> int:
        raise RuntimeError("len")

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("iter")

    __hash__ = None  # type: ignore[assignment]


class HostileMapping(Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        if key == "bad":
            raise RuntimeError(key)
        return key

    def __iter__(self) -> Iterator[str]:
        yield "good"
        yield "bad"
        raise RuntimeError("iter")

    def __len__(self) -> int:
        raise RuntimeError("len")


class Plan(Enum):
    PRO = "pro"


@dataclass
class Account:
    ageDays: int  # noqa: N815 -- a name of the policy's
    mfa: bool


class Text(str):
    def __str__(self) -> str:
        raise RuntimeError("str")


def test_plain_values_stay() -> None:
    context = {"userId": "u1", "n": 1.5, "ok": True, "none": None, "list": [1, {"a": "b"}]}
    assert told(context) == context


def test_what_applications_hold() -> None:
    when = datetime(2026, 11, 21, tzinfo=timezone.utc)
    context = {
        "bytes": b"a\xff",
        "decimal": Decimal("12.50"),
        "many": Decimal(10**30),
        "when": when,
        "day": when.date(),
        "uuid": UUID(int=1),
        "plan": Plan.PRO,
        "account": Account(3, True),
        "set": {"x"},
        "text": Text("x"),
        "mapping": UserDict({"a": 1}),
        1: "not a name",
    }
    assert told(context) == {
        "bytes": "a\ufffd",
        "decimal": 12.5,
        "many": 10**30,
        "when": when.isoformat(),
        "day": "2026-11-21",
        "uuid": str(UUID(int=1)),
        "plan": "pro",
        "account": {"ageDays": 3, "mfa": True},
        "set": ["x"],
        "text": "x",
        "mapping": {"a": 1},
    }


def test_pydantic_models() -> None:
    pydantic = pytest.importorskip("pydantic")
    model = pydantic.create_model("User", id=(str, ...))
    assert told({"user": model(id="u1")}) == {"user": {"id": "u1"}}


def test_what_has_no_json_form_is_absent() -> None:
    context = {
        "nan": math.nan,
        "inf": math.inf,
        "huge": 10**5000,
        "decimal": Decimal("NaN"),
        "object": object(),
        "hostile": Hostile(),
        "function": told,
        "userId": "u1",
    }
    assert {k: v for k, v in told(context).items() if v is not None} == {"userId": "u1"}


def test_hostile_context() -> None:
    assert told(Hostile()) in ({}, None)
    assert told({"a": HostileMapping(), "userId": "u"})["userId"] == "u"
    to_json(HostileMapping())
    to_json([1, 2])  # type: ignore[arg-type]
    to_json(7)  # type: ignore[arg-type]


def test_cycles_and_depth() -> None:
    cycle: dict[str, Any] = {"userId": "u"}
    cycle["self"] = cycle
    assert told(cycle)["userId"] == "u"
    deep: Any = "end"
    for _ in range(100_000):
        deep = [deep]
    assert told({"deep": deep, "userId": "u"})["userId"] == "u"
    for _ in range(50):
        deep = {"a": 1, "deep": deep if isinstance(deep, dict) else {}}
    assert told({"deep": deep, "userId": "u"})["userId"] == "u"


def test_size_is_bounded() -> None:
    big = {"text": "x" * 10_000_000, "list": list(range(1_000_000))}
    assert len(to_json(big)) < 2_000_000


def test_surrogates_and_dunder_names() -> None:
    context = {"__proto__": {"userId": "x"}, "__class__": "y", "name": "a\ud800b"}
    assert told(context) == context  # escaped: the core reads U+FFFD
    assert told(OrderedDict(context)) == context


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=10)
    | st.binary(max_size=10)
    | st.decimals()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(), max_size=10) | st.integers(), values, max_size=4))
def test_any_context_is_read(context: dict[Any, Any]) -> None:
    ward = Doorward(
        rules=[sliding_window(mode="LIVE", interval=60, max=2**31, characteristics=["userId"])]
    )
    request = {"method": "GET", "url": "/", "headers": [], "ip": "203.0.113.7"}
    decision = ward.protect_sync(request, {"userId": "u1", **context})
    assert "context" not in decision.degraded
    assert decision.is_allowed() or "requested" in context
