from __future__ import annotations

from typing import Annotated

from common import known, ward
from doorward import Decision
from doorward.fastapi import Protect
from fastapi import Depends, FastAPI, Request

app = FastAPI()
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PROPFIND", "PUT", "get"]


def context(request: Request) -> dict[str, str]:
    return known(request.headers.get("x-email"))


@app.api_route("/{path:path}", methods=METHODS)
async def anything(
    decision: Annotated[Decision, Depends(Protect(ward, context=context))],
) -> dict[str, str]:
    return {"decision": decision.id}
