"""Routes that know their customers: what rules conclude is weighed with who it is."""

from __future__ import annotations

import hmac
import os
import secrets
import time
from typing import Any, NamedTuple

from demo import Doorward  # in your application: from doorward import Doorward
from doorward import fixed_window
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from shared import COMMON, fields, refusal, text

ORIGIN = "https://shop.example"

customers = Doorward(
    **COMMON,
    # It may also ask for a step-up where no rule objects: a session that is not where it was.
    refine={"mode": "LIVE", "harden": True},
    step_up={
        "secret": os.environ.get("DOORWARD_SECRET", "for this demo alone: set DOORWARD_SECRET")
    },
)

# Stands in for your database of customers.
ACCOUNTS = {
    "ana": {"ageDays": 812, "orders": 14, "emailVerified": True},
    "ben": {"ageDays": 400, "orders": 3, "emailVerified": True, "mfa": True},
    "ida": {"ageDays": 100, "orders": 1, "emailVerified": True},
    "jon": {"ageDays": 60, "orders": 2, "emailVerified": True},
    "kim": {"ageDays": 2, "orders": 0, "emailVerified": True},
    "lea": {"ageDays": 640, "orders": 11, "emailVerified": True},
    "max": {"ageDays": 90, "orders": 2, "emailVerified": True},
    "noa": {"ageDays": 500, "orders": 5, "emailVerified": True},
    "zoe": {"ageDays": 120, "orders": 1, "emailVerified": True},
}

# Stands in for your API tokens.
TOKENS = {"Bearer ben-s-token": "ben"}

# Stands in for your sessions, which know where they began.
began: dict[str, tuple[str, str | None]] = {}


class Customer(NamedTuple):
    """Who asks: by an API token, or by a session's cookie, which is its user's name here."""

    user_id: str | None
    session: dict[str, Any]


def customer(request: Request) -> Customer:
    cookie = request.cookies.get("session", "")
    session: dict[str, Any] = {}
    if cookie in ACCOUNTS:
        session = {"id": cookie, **moved(cookie, request)}
    user_id = TOKENS.get(request.headers.get("authorization", ""), session.get("id"))
    return Customer(user_id, session)


def moved(session: str, request: Request) -> dict[str, bool]:
    """Whether a session is where it began, and with the same browser."""
    # the last address is the one that our reverse proxy saw
    ip = request.headers.get("x-forwarded-for", "").split(",")[-1].strip()
    agent = request.headers.get("user-agent")
    first_ip, first_agent = began.setdefault(session, (ip, agent))
    return {"ipChanged": first_ip != ip, "userAgentChanged": first_agent != agent}


async def judge(request: Request, action: str) -> Response | None:
    """The refusal of what a customer wants to do; nothing where it may be done."""
    user_id, session = customer(request)
    # the proof of a step-up, which opens this one action of this one session, once
    proof = request.headers.get("x-step-up")
    passed = await customers.step_up.verify(
        proof, session=session.get("id"), action=action, origin=ORIGIN
    )

    decision = await customers.protect(
        request,
        {
            **known(userId=user_id, account=ACCOUNTS.get(user_id or "")),
            "action": action,
            "session": {**session, **passed.context.get("session", {})},
        },
    )
    if passed.ok:
        customers.report(decision, step_up_passed=True)
    if decision.is_allowed() or (decision.is_challenged() and passed.ok):
        return None

    # why, for the log of the application: a client never hears it
    for one in decision.explain().refined:
        print(f"{decision.id} {one.weight} {one.signal}: {one.says}", flush=True)
    return refusal(decision)


def known(**facts: Any) -> dict[str, Any]:
    """Facts that there are."""
    return {name: fact for name, fact in facts.items() if fact is not None}


router = APIRouter()


@router.get("/api/orders")
async def orders(request: Request) -> Response:
    refused = await judge(request, "read")
    return refused or JSONResponse({"orders": []})


@router.post("/api/orders")
async def order(request: Request) -> Response:
    refused = await judge(request, "checkout")
    return refused or JSONResponse({"ok": True}, 201)


@router.post("/api/posts")
async def post(request: Request) -> Response:
    # What customers write to each other: prose and code, by design.
    refused = await judge(request, "post_content")
    return refused or JSONResponse({"ok": True}, 201)


class Code(NamedTuple):
    code: str
    until: float
    tries_left: int


# Stands in for your database of codes; one for each user.
sent: dict[str, Code] = {}
SECONDS = 300
TRIES = 5


def mail(user: str, words: str) -> None:
    """Stands in for your mail: another way to the customer than the session that asks."""
    print(f"mail to {user}: {words}", flush=True)


def send_code(user: str) -> None:
    """Sends a code of six digits, good for some minutes and a few tries."""
    code = f"{secrets.randbelow(1_000_000):06}"
    sent[user] = Code(code, time.monotonic() + SECONDS, TRIES)
    mail(user, f"your code is {code}")


def is_right(user: str, entered: str) -> bool:
    """Whether it is the code that was sent, which is then used up."""
    code, until, tries_left = sent.get(user, Code("", 0, 0))
    if time.monotonic() >= until or tries_left <= 0:
        return False
    sent[user] = Code(code, until, tries_left - 1)
    right = hmac.compare_digest(entered.encode(errors="replace"), code.encode())
    if right:
        del sent[user]
    return right


codes = customers.with_rule(
    # Codes sent and codes entered, together, for each account: nobody guesses one in a million.
    fixed_window(
        id="codes-per-user",
        mode="LIVE",
        on_error="deny",
        window="1h",
        max=10,
        characteristics=["userId"],
    ),
)


@router.post("/api/step-up")
async def step_up(request: Request) -> Response:
    """`{action}` sends a code by mail; `{action, code}` makes a proof of it for that action, once.

    With passkeys, verify the assertion where the code is compared.
    """
    user_id, session = customer(request)
    form = await fields(request)
    action, code = text(form.get("action")), text(form.get("code"))

    decision = await codes.protect(request, {"action": "step_up", **known(userId=user_id)})
    if decision.is_denied():
        return refusal(decision)

    if user_id is None or not session or not action:
        return JSONResponse({"ok": False}, 400)
    if code is None:
        send_code(user_id)
        return JSONResponse({"ok": True}, 202)
    if not is_right(user_id, code):
        codes.report(decision, login_failed=True)
        return JSONResponse({"error": "Not the code we sent you"}, 401)
    token = customers.step_up.issue(session=session["id"], action=action, origin=ORIGIN)
    return JSONResponse({"token": token})
