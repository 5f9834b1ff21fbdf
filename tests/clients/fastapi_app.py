"""The FastAPI twin of `express.mjs`."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from doorward import Doorward, detect_bot
from fastapi import FastAPI, Request, Response

ward = Doorward(rules=[detect_bot(mode="LIVE", allow=[])])
page = Path(__file__).with_name("page.html").read_text("utf-8")
decided: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

app = FastAPI()


@app.get("/decided/{folder}")
def told(folder: str) -> list[dict[str, Any]]:
    return decided[folder]


@app.api_route("/{path:path}", methods=["GET", "POST", "HEAD"])
async def anything(request: Request) -> Response:
    path = request.url.path
    decision = await ward.protect(request)
    reason = decision.results[0].reason
    decided[path.split("/")[1]].append(
        {
            "path": path,
            "conclusion": decision.conclusion,
            "code": reason.code,
            "spoofed": decision.reason.is_spoofed(),
            "contradictions": reason.details.get("contradictions"),
        }
    )
    # the page is shown whatever was decided, so that its parts are asked for
    shown = path.endswith("/")
    return Response(page if shown else "", media_type="text/html" if shown else "text/plain")
