"""The routes of examples/nextjs, guarded by Doorward with the same policies, in Python.

uvicorn main:app --no-proxy-headers    the policy says whose X-Forwarded-For is believed
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from customers import router
from demo import Doorward, Shown  # in your application: from doorward import Doorward
from doorward import (
    detect_prompt_injection,
    filter,  # noqa: A004 -- the rule's name
    fixed_window,
    redact,
    sensitive_info,
    sliding_window,
    token_bucket,
    validate_email,
)
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from model import ask
from shared import COMMON, fields, refusal, text

# A CHALLENGE has an answer of its own, see refusal().
ward = Doorward(**COMMON, step_up=True)

app = FastAPI()
app.add_middleware(Shown)
app.include_router(router)


PLANS = {"ana": "free", "ben": "team", "kim": "free"}


def session(request: Request) -> dict[str, str]:
    """Stands in for your sessions. A cookie that was never issued names nobody."""
    user_id = request.cookies.get("session", "")
    plan = PLANS.get(user_id)
    return {"plan": "guest"} if plan is None else {"userId": user_id, "plan": plan}


login_ward = ward.with_rule(
    # Guessing from one address: refused. Its neighbours and the account's owner are not affected.
    sliding_window(
        id="login-per-address",
        mode="LIVE",
        interval="1h",
        max=3,
        characteristics=["ip.src", "email"],
    ),
    # Guessing from many addresses: anybody can name an account, so this can only ask for a step-up.
    sliding_window(
        id="login-per-account",
        mode="LIVE",
        interval="1h",
        max=6,
        characteristics=["email"],
    ),
)


@app.post("/api/login")
async def login(request: Request) -> Response:
    form = await fields(request)
    email, password = text(form.get("email")), text(form.get("password"))

    decision = await login_ward.protect(request, {"action": "login", "email": email})
    if not decision.is_allowed():
        return refusal(decision)

    complete = email is not None and password is not None
    return JSONResponse({"ok": complete}, 200 if complete else 400)


signup_ward = ward.with_rule(
    validate_email(mode="LIVE", on_error="deny", deny=["INVALID"]),
    fixed_window(id="signup-per-address", mode="LIVE", window="1h", max=2),
)


@app.post("/api/signup")
async def signup(request: Request) -> Response:
    email = text((await fields(request)).get("email"))

    decision = await signup_ward.protect(request, {"action": "signup", "email": email})
    if not decision.is_allowed():
        return refusal(decision)

    return JSONResponse({"ok": True}, 201)


search_ward = ward.with_rule(
    # A hosting network that resells our results; only customers who pay may search from there.
    filter(
        id="reseller-network",
        mode="LIVE",
        deny=['ip.src in {192.0.2.0/24} and context["plan"] ne "team"'],
    ),
    # Would a tighter limit hurt? A dry run reports what it would do, and does nothing.
    sliding_window(id="search-tighter", mode="DRY_RUN", interval="1h", max=5),
)


@app.get("/api/search")
async def search(request: Request) -> Response:
    decision = await search_ward.protect(request, {"action": "search", **session(request)})
    if not decision.is_allowed():
        return refusal(decision)

    return JSONResponse({"found": []})


chat_ward = ward.with_rule(
    # "Ignore what you were told": refused. Questions about such sentences are not.
    detect_prompt_injection(mode="LIVE"),
    # Whoever pastes a key should hear of it; what people share on purpose is redacted below.
    sensitive_info(mode="LIVE", deny=["API_KEY", "JWT", "PRIVATE_KEY", "URL_CREDENTIALS"]),
    # A budget of model tokens for each user; who is not signed in shares that of the address.
    token_bucket(
        id="chat-tokens",
        mode="LIVE",
        on_error="deny",
        refill_rate=500,
        interval="1h",
        capacity=2000,
        characteristics=["userId"],
    ),
)


@app.post("/api/chat")
async def chat(request: Request) -> Response:
    form = await fields(request)
    message, max_tokens = text(form.get("message")), form.get("maxTokens", 256)

    decision = await chat_ward.protect(
        request,
        {
            "action": "inference",
            "userId": session(request).get("userId"),
            "message": message,
            # Reserved before the model is asked. What is no number is refused by the rule.
            "requested": max_tokens,
            # Prose by design: a question about SQL is no injection.
            "freeText": ["message"],
        },
    )
    if not decision.is_allowed() or message is None:
        await chat_ward.settle(decision, 0)
        return JSONResponse({"ok": False}, 400) if decision.is_allowed() else refusal(decision)

    # Who has little left is answered by a cheaper model.
    left = next((r.reason.remaining for r in decision.results if r.id == "chat-tokens"), None)
    model = "small" if (left or 0) < 500 else "large"

    # The model reads <CREDIT_CARD_NUMBER_1>, the user the number itself.
    redacted, unredact = redact(message)
    try:
        answer = await ask(model, redacted, max_tokens)
    except ConnectionError:
        await chat_ward.settle(decision, 0)
        return JSONResponse({"error": "The assistant is away"}, 502)

    async def settled() -> AsyncIterator[str]:
        """What the model says; however it ends, what it used is settled."""
        used = 0
        try:
            async for said, used in answer:  # noqa: B007 -- the last is settled
                yield said
        finally:
            await answer.aclose()
            # also where this task is cancelled because nobody listens any more
            await asyncio.shield(chat_ward.settle(decision, used))

    return StreamingResponse(unredact.stream(settled()), media_type="text/plain")


# What no other route answers: scanners and exploits of other products hear 403, visitors 404.
@app.api_route("/{path:path}", methods=["DELETE", "GET", "PATCH", "POST", "PUT"])
async def anything(request: Request) -> Response:
    decision = await ward.protect(request)
    if not decision.is_allowed():
        return refusal(decision)

    return JSONResponse({"error": "Not found"}, 404)
