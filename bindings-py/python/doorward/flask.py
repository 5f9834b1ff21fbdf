"""Flask: judge every request before it is dispatched.

    app.before_request(protect(ward, context=lambda: {"userId": session.get("user")}))

or call `ward.protect_sync(request, {...})` in a view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, g, request

from ._response import refusal
from ._ward import Doorward

__all__ = ["protect"]


def protect(
    ward: Doorward, *, context: Callable[[], Mapping[str, Any] | None] | None = None
) -> Callable[[], Response | None]:
    """A function for `before_request`; the decision is in `g.doorward`."""

    def before_request() -> Response | None:
        g.doorward = ward.protect_sync(request, context() if context else None)
        if not g.doorward.is_denied():
            return None
        answer = refusal(g.doorward)
        return Response(answer.body, answer.status, answer.headers)

    return before_request
