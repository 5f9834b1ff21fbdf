"""A second opinion on a decision, with what the application has learnt since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._decision import Decision

__all__ = ["refine"]


def refine(decision: Decision, context: Mapping[str, Any] | None = None) -> Decision:
    """The decision reconsidered: softer where what the application knows speaks for
    the client, never harder unless the policy's `refine` says so.

    `context` is put over the one that `protect` was given, field by field. The
    first decision stays readable in `to_dict()`; `conclusion`, `is_denied()` and
    `is_challenged()` are the second opinion's. A ward whose policy has `refine` has
    heard it already, with the request and with how the client behaved; here are
    only the rules' results and the context. Quotas that a denied request did not
    take are not taken now, so such a request softens to CHALLENGE at most.
    """
    again = decision._again
    refined = None if again is None else again(decision.to_json(), context)
    return refined or decision
