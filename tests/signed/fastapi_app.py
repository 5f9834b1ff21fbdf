"""The FastAPI twin of `express.mjs`."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict
from typing import Any

from doorward import Doorward, Keys, Outside
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

logging.getLogger("doorward").setLevel(logging.ERROR)
asked = json.loads(os.environ["OUTSIDE"])
ward = Doorward.from_policy(
    os.environ["POLICY"].replace("{port}", os.environ["PORT"]),
    outside=Outside(dns=asked.get("dns"), keys=Keys(**asked.get("keys", {}))),
)

app = FastAPI()


@app.api_route("/{path:path}", methods=["GET", "POST"])
async def anything(request: Request) -> JSONResponse:
    decision = await ward.protect(request)
    told: dict[str, Any] = {
        "conclusion": decision.conclusion,
        "codes": [result.reason.code for result in decision.results],
        "actor": asdict(decision.actor) if decision.actor else None,
        "undetermined": list(decision.undetermined),
    }
    return JSONResponse(told, 200 if decision.reason.code == "allow" else 403)
