from __future__ import annotations

from common import known, ward
from doorward.asgi import DoorwardMiddleware, Scope
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.types import Receive, Send


async def anything(scope: Scope, receive: Receive, send: Send) -> None:
    decision = Request(scope).state.doorward
    await JSONResponse({"decision": decision.id})(scope, receive, send)


def context(scope: Scope) -> dict[str, str]:
    return known(Request(scope).headers.get("x-email"))


app = Starlette(
    routes=[Mount("/", anything)],
    middleware=[Middleware(DoorwardMiddleware, ward, context=context)],
)
