"""FastAPI: a dependency that judges the request and hands over the decision.

    @app.post("/login")
    async def login(decision: Annotated[Decision, Depends(Protect(ward))]): ...

Where the handler knows more (user, session), give `context`, or call
`ward.protect(request, {...})` in the handler itself. A handler that returns a
`Response` of its own puts `decision.headers()` on it itself.
"""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import HTTPException, Request, Response

from ._decision import Decision
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

    async def __call__(self, request: Request, response: Response) -> Decision:
        context = self._context(request) if self._context else None
        if inspect.isawaitable(context):
            context = await context
        decision = await self._ward.protect(request, context)
        request.state.doorward = decision
        if decision.is_denied():
            answer = decision.to_response()
            # The body is FastAPI's own {"detail": …} whatever is asked for, so its type is too.
            headers = {
                name: value
                for name, value in answer.headers.items()
                if name not in ("Content-Type", "Vary")
            }
            raise HTTPException(answer.status, detail=json.loads(answer.body), headers=headers)
        for name, value in decision.headers().items():
            response.headers.append(name, value)
        return decision
