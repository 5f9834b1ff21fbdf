"""The probes of ../next, in Python."""

from __future__ import annotations

from doorward import (
    Decision,
    Doorward,
    detect_bot,
    filter,  # noqa: A004 -- the rule's name
    fixed_window,
    shield,
    sliding_window,
)
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

app = FastAPI()

exact = Doorward(
    rules=[shield(mode="LIVE"), sliding_window(mode="LIVE", interval="24h", max=50)],
)
threaded = Doorward(
    rules=[sliding_window(id="threaded", mode="LIVE", interval="24h", max=50)],
)
believing = Doorward(
    proxies=["127.0.0.0/8"],
    rules=[fixed_window(mode="LIVE", window="24h", max=3)],
)
looking = Doorward(
    characteristics=["ip.src", "tenant"],
    rules=[
        detect_bot(mode="LIVE", allow=["CATEGORY:SEARCH_ENGINE"]),
        filter(
            id="plan",
            mode="LIVE",
            deny=['context["plan"] eq "free" and http.request.uri.args["q"] eq "costly"'],
        ),
        filter(id="header", mode="LIVE", deny=['http.request.headers["x-plan"] eq "free"']),
        sliding_window(mode="LIVE", interval="24h", max=100),
    ],
)


def _answer(decision: Decision, received: int = 0) -> Response:
    return JSONResponse({"received": received}, 429 if decision.is_denied() else 200)


@app.post("/api/probe/exact")
async def exactly(request: Request) -> Response:
    decision = await exact.protect(request)
    return _answer(decision, len(await request.body()))


@app.get("/api/probe/threads")
def exactly_in_threads(request: Request) -> Response:
    """Starlette runs it in a pool of 40 threads."""
    return _answer(threaded.protect_sync(request))


@app.get("/api/probe/believing")
async def believe(request: Request) -> Response:
    return _answer(await believing.protect(request))


@app.post("/api/probe/context")
async def context(request: Request) -> Response:
    decision = await looking.protect(request, await request.json())
    return JSONResponse({"decision": decision.to_dict(), "prototype": sorted(dir(object))})
