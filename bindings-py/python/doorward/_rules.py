"""What rule constructors return and what their options are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ._decision import Mode

Rule = dict[str, Any]
"""A rule as it stands in the canonical policy."""

Duration = int | float | str
"""Seconds, or text such as `"60s"` or `"1h30m"`."""

OnError = Literal["allow", "challenge", "deny"]
"""What applies when a rule cannot judge."""

__all__ = ["Duration", "Mode", "OnError", "Rule", "rule"]


def rule(name: str, options: Mapping[str, Any]) -> Rule:
    """A rule by its canonical name; options that are None are not given."""
    given = {key: value for key, value in options.items() if value is not None}
    return {"rule": name, **given}
