"""The application's context as JSON text, whatever it holds.

Context often carries what a client sent, so nothing in it may raise: what has
no JSON form (an object of the application's own, NaN, a cycle, the levels
beyond the core's depth) is left out or becomes null, which the core takes as
absent. Lone surrogates are escaped; the core reads them as U+FFFD.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any
from uuid import UUID

# The core reads 64 levels; an application's facts need a fraction of them.
_MAX_DEPTH = 32
_MAX_ITEMS = 10_000
_MAX_LENGTH = 1 << 20
_MAX_BITS = 126  # 38 digits

_encode = json.JSONEncoder(
    ensure_ascii=True, allow_nan=False, check_circular=True, separators=(",", ":")
).encode


def to_json(context: Mapping[str, Any] | None) -> bytes:
    """JSON text of the context; empty for none. Never raises."""
    if not context_given(context):
        return b""
    try:
        # Only an exact dict: its members are its own, whatever its class says.
        if type(context) is dict:
            text = _encode(context)
            if len(text) <= _MAX_LENGTH and text.count("{") + text.count("[") <= _MAX_DEPTH:
                return text.encode("ascii")
    except Exception:  # noqa: S110 -- the careful way below is the answer to every one of them
        pass
    try:
        return _encode(_Walk().value(context, 0)).encode("ascii")
    except Exception:
        return b""


def context_given(context: Mapping[str, Any] | None) -> bool:
    try:
        return context is not None and len(context) > 0
    except Exception:
        return context is not None


class _Walk:
    """Copies a value into plain dicts, lists, strings, numbers and booleans."""

    def __init__(self) -> None:
        self._items = 0
        self._room = _MAX_LENGTH

    def value(self, value: Any, depth: int) -> Any:
        self._items += 1
        if depth > _MAX_DEPTH or self._items > _MAX_ITEMS:
            return None
        try:
            return self._plain(value, depth)
        except Exception:
            return None

    def _plain(self, value: Any, depth: int) -> Any:
        if value is None or value is True or value is False:
            return value
        if isinstance(value, Enum):
            return self.value(value.value, depth + 1)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int):
            whole = int.__index__(value)
            return whole if whole.bit_length() <= _MAX_BITS else None
        if isinstance(value, float):
            number = float.__float__(value)
            return number if isfinite(number) else None
        if isinstance(value, bytes | bytearray | memoryview):
            return self._text(bytes(value[:_MAX_LENGTH]).decode("utf-8", "replace"))
        if isinstance(value, Decimal):
            # Integers stay exact; a fraction is read by the core to six decimals.
            if not value.is_finite():
                return None
            return int(value) if value == value.to_integral_value() else float(value)
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        if isinstance(value, timedelta):
            return value.total_seconds()
        if isinstance(value, UUID):
            return str(value)
        if isinstance(value, Mapping):
            return self._object(((key, value[key]) for key in value), depth)
        if is_dataclass(value) and not isinstance(value, type):
            names = (field.name for field in fields(value))
            return self._object(((name, getattr(value, name)) for name in names), depth)
        if isinstance(value, list | tuple | set | frozenset):
            return self._list(value, depth)
        dump = getattr(type(value), "model_dump", None)  # pydantic
        return self.value(dump(value), depth + 1) if callable(dump) else None

    def _list(self, items: Iterable[Any], depth: int) -> list[Any]:
        out = []
        for item in items:
            out.append(self.value(item, depth + 1))
            if self._items > _MAX_ITEMS:
                break
        return out

    def _object(self, members: Iterable[tuple[Any, Any]], depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, value in members:
            if isinstance(key, str):
                out[self._text(key)] = self.value(value, depth + 1)
            if self._items > _MAX_ITEMS:
                break
        return out

    def _text(self, text: str) -> str:
        kept = str.__str__(text)[: self._room]
        self._room -= len(kept)
        return kept
