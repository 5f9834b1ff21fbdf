"""Any ASGI application: Starlette, FastAPI, Litestar, Django.

    app = DoorwardMiddleware(app, ward)

Every HTTP request is judged before the application sees it. What only the
application knows (user, session, account) is not known yet here: where that
matters, call `ward.protect` inside the handler.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

from ._body import Message, Receive, Replay
from ._decision import Decision
from ._ward import Doorward

__all__ = ["DoorwardMiddleware", "Replay"]

Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]


class DoorwardMiddleware:
    """Refuses what the ward denies; the decision is in `scope["state"]["doorward"]`."""

    def __init__(
        self,
        app: App,
        ward: Doorward,
        *,
        context: Callable[[Scope], Mapping[str, Any] | None] | None = None,
    ) -> None:
        self._app = app
        self._ward = ward
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        replay = Replay(receive)
        context = self._context(scope) if self._context else None
        decision = await self._ward.protect((scope, replay), context)
        scope.setdefault("state", {})["doorward"] = decision
        if not decision.is_denied():
            await self._app(scope, replay, _watched(send, decision))
            return
        answer = decision.to_response(_accept(scope))
        headers = [*_lines(answer.headers), (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


def _watched(send: Send, decision: Decision) -> Send:
    """With the client's limits in the response's headers, whose status is seen."""
    headers = _lines(decision.headers())

    async def send_watched(message: Message) -> None:
        if message["type"] == "http.response.start":
            decision._answered(message["status"])
            if headers:
                message = {**message, "headers": [*message.get("headers", ()), *headers]}
        await send(message)

    return send_watched


def _lines(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _accept(scope: Scope) -> str:
    """Several lines of a list are one."""
    headers: Iterable[tuple[bytes, bytes]] = scope.get("headers") or ()
    return b",".join(value for name, value in headers if name == b"accept").decode("latin-1")
