"""Any WSGI application: Flask, Django, Pyramid.

    app.wsgi_app = DoorwardMiddleware(app.wsgi_app, ward)

Every request is judged before the application sees it. What only the
application knows (user, session, account) is not known yet here: where that
matters, call `ward.protect_sync` inside the handler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from ._decision import Decision
from ._ward import Doorward

__all__ = ["DoorwardMiddleware"]

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]


class DoorwardMiddleware:
    """Refuses what the ward denies; the decision is in `environ["doorward.decision"]`."""

    def __init__(
        self,
        app: App,
        ward: Doorward,
        *,
        context: Callable[[Environ], Mapping[str, Any] | None] | None = None,
    ) -> None:
        self._app = app
        self._ward = ward
        self._context = context

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        context = self._context(environ) if self._context else None
        decision = self._ward.protect_sync(environ, context)
        environ["doorward.decision"] = decision
        if not decision.is_denied():
            return self._app(environ, _watched(start_response, decision))
        answer = decision.to_response(environ.get("HTTP_ACCEPT", ""))
        headers = [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [answer.body]


def _watched(start_response: Any, decision: Decision) -> Any:
    """With the client's limits in the response's headers, whose status is seen."""
    headers = decision.headers()

    def start_watched(status: str, given: list[tuple[str, str]], *error: Any) -> Any:
        decision._answered(int(status[:3]))
        return start_response(status, [*given, *headers.items()], *error)

    return start_watched
