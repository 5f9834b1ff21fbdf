"""Flask: judge every request before it is dispatched.

    app.before_request(protect(ward, context=lambda: {"userId": session.get("user")}))

one view:

    @app.post("/login")
    @protected(ward, context=lambda: {"email": request.form.get("email")})
    def login(): ...

or call `ward.protect_sync(request, {...})` in a view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Response, after_this_request, current_app, g, request

from ._decision import Decision
from ._ward import Doorward

__all__ = ["protect", "protected"]

P = ParamSpec("P")
R = TypeVar("R")


def protect(
    ward: Doorward, *, context: Callable[[], Mapping[str, Any] | None] | None = None
) -> Callable[[], Response | None]:
    """A function for `before_request`; the decision is in `g.doorward`."""

    def before_request() -> Response | None:
        g.doorward = ward.protect_sync(request, context() if context else None)
        if g.doorward.is_denied():
            answer = g.doorward.to_response(request.headers.get("Accept", ""))
            return Response(answer.body, answer.status, answer.headers)
        decision = g.doorward
        after_this_request(lambda response: _watched(response, decision))
        return None

    return before_request


def protected(
    ward: Doorward, *, context: Callable[[], Mapping[str, Any] | None] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """A decorator for a view, below the route's; the decision is in `g.doorward`."""
    judge = protect(ward, context=context)

    def decorate(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def judged(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            refused = judge()
            if refused is not None:
                return refused
            answer: R = current_app.ensure_sync(view)(*args, **kwargs)
            return answer

        return judged

    return decorate


def _watched(response: Response, decision: Decision) -> Response:
    decision._answered(response.status_code)
    for name, value in decision.headers().items():
        response.headers.add(name, value)
    return response
