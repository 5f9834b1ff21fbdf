"""FastAPI: a dependency that judges the request and hands over the decision.

    @app.post("/login")
    async def login(decision: Annotated[Decision, Depends(Protect(ward))]): ...

Where the handler knows more (user, session), give `context`, or call
`ward.protect(request, {...})` in the handler itself.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import HTTPException, Request

from ._decision import Decision
from ._response import refusal
from ._ward import Doorward

__all__ = ["Protect"]

Context = Mapping[str, Any] | None


class Protect:
    """Raises `HTTPException` with 403 or 429 for what the ward denies."""

    def __init__(
        self,
        ward: Doorward,
        *,
        context: Callable[[Request], Context | Awaitable[Context]] | None = None,
    ) -> None:
        self._ward = ward
        self._context = context

    async def __call__(self, request: Request) -> Decision:
        context = self._context(request) if self._context else None
        if inspect.isawaitable(context):
            context = await context
        decision = await self._ward.protect(request, context)
        request.state.doorward = decision
        if decision.is_denied():
            answer = refusal(decision)
            # The body is FastAPI's own {"detail": …}, so its type is too.
            headers = {name: value for name, value in answer.headers if name != "content-type"}
            raise HTTPException(answer.status, detail=answer.problem, headers=headers)
        return decision
