"""A ward around the models and tools of LangChain, as callback handlers.

    from doorward.langchain import Guard

    guard = Guard(ward, rules=[token_bucket(...)], tool_rules=[...], result_rules=[...])
    answer = model.invoke(prompt, config={"callbacks": [guard]})

Before a model is asked the ward judges what was said last, and limits that
count units reserve tokens; when it has answered, or failed, they are settled
with what it used. A tool's input is judged before it runs, what it returned
before a model reads it. What is refused raises `Refused` in the chain.
`AsyncGuard` does the same for a ward whose store has to be awaited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from ._decision import Decision
from ._refused import Refused
from ._rules import Rule
from ._ward import Doorward

__all__ = ["AsyncGuard", "Guard", "Refused"]

_CHARACTERS = 4
"""Of a token, on average of English: what an estimate is made with."""

Context = Mapping[str, Any] | Callable[[], Mapping[str, Any]]


class _Guarding:
    """What both handlers share: what is asked, and which calls are open."""

    raise_error = True

    def __init__(
        self,
        ward: Doorward,
        *,
        rules: Sequence[Rule] = (),
        tool_rules: Sequence[Rule] = (),
        result_rules: Sequence[Rule] = (),
        context: Context | None = None,
        label: str = "model",
        reserve: int = 1000,
    ) -> None:
        self._ward = ward
        self._rules, self._tool_rules, self._result_rules = rules, tool_rules, result_rules
        self._context = context
        self._label = label
        self._reserve = reserve
        self._open: dict[UUID, tuple[Decision, int]] = {}
        self._tools: dict[UUID, str] = {}

    def _facts(self) -> dict[str, Any]:
        context = self._context() if callable(self._context) else self._context
        return dict(context or {})

    def _model(self, texts: Sequence[str]) -> tuple[dict[str, Any], int]:
        """What to ask about a call of a model, and its prompt's tokens, estimated."""
        estimate = -(-sum(map(len, texts)) // _CHARACTERS)
        work = {
            "label": self._label,
            "action": "inference",
            "text": texts[-1] if texts else "",
            "rules": self._rules,
            "context": {"requested": estimate + self._reserve, **self._facts()},
        }
        return work, estimate

    def _tool(self, name: str, text: str, rules: Sequence[Rule]) -> dict[str, Any]:
        facts = self._facts()
        return {"label": name, "action": "tool", "text": text, "rules": rules, "context": facts}

    def _ended(self, run_id: UUID, response: LLMResult | None) -> tuple[Decision, int] | None:
        """The decision to settle, and what was used: nothing where the model failed."""
        decision, estimate = self._open.pop(run_id, (None, 0))
        if decision is None:
            return None
        return decision, 0 if response is None else _used(response, estimate)


class Guard(_Guarding, BaseCallbackHandler):
    """For a ward that answers at once."""

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        **more: Any,
    ) -> None:
        self._begin(_texts(messages), run_id)

    def on_llm_start(
        self, serialized: dict[str, Any], prompts: list[str], *, run_id: UUID, **more: Any
    ) -> None:
        self._begin(prompts, run_id)

    def _begin(self, texts: Sequence[str], run_id: UUID) -> None:
        if not self._rules:
            return
        work, estimate = self._model(texts)
        decision = self._ward.guard_sync(**work)
        if decision.is_denied():
            self._ward.settle_sync(decision, 0)
            raise Refused(decision)
        self._open[run_id] = decision, estimate

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **more: Any) -> None:
        if ended := self._ended(run_id, response):
            self._ward.settle_sync(*ended)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **more: Any) -> None:
        if ended := self._ended(run_id, None):
            self._ward.settle_sync(*ended)

    def on_tool_start(
        self, serialized: dict[str, Any], input_str: str, *, run_id: UUID, **more: Any
    ) -> None:
        self._tools[run_id] = name = serialized.get("name", "tool")
        self._check(name, input_str, self._tool_rules)

    def on_tool_end(self, output: Any, *, run_id: UUID, **more: Any) -> None:
        name = self._tools.pop(run_id, "tool")
        self._check(f"{name} result", _text(output), self._result_rules)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **more: Any) -> None:
        self._tools.pop(run_id, None)

    def _check(self, name: str, text: str, rules: Sequence[Rule]) -> None:
        if not rules:
            return
        decision = self._ward.guard_sync(**self._tool(name, text, rules))
        if decision.is_denied():
            raise Refused(decision)


class AsyncGuard(_Guarding, AsyncCallbackHandler):
    """For a ward whose store has to be awaited; in asynchronous chains only."""

    async def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        **more: Any,
    ) -> None:
        await self._begin(_texts(messages), run_id)

    async def on_llm_start(
        self, serialized: dict[str, Any], prompts: list[str], *, run_id: UUID, **more: Any
    ) -> None:
        await self._begin(prompts, run_id)

    async def _begin(self, texts: Sequence[str], run_id: UUID) -> None:
        if not self._rules:
            return
        work, estimate = self._model(texts)
        decision = await self._ward.guard(**work)
        if decision.is_denied():
            await self._ward.settle(decision, 0)
            raise Refused(decision)
        self._open[run_id] = decision, estimate

    async def on_llm_end(self, response: LLMResult, *, run_id: UUID, **more: Any) -> None:
        if ended := self._ended(run_id, response):
            await self._ward.settle(*ended)

    async def on_llm_error(self, error: BaseException, *, run_id: UUID, **more: Any) -> None:
        if ended := self._ended(run_id, None):
            await self._ward.settle(*ended)

    async def on_tool_start(
        self, serialized: dict[str, Any], input_str: str, *, run_id: UUID, **more: Any
    ) -> None:
        self._tools[run_id] = name = serialized.get("name", "tool")
        await self._check(name, input_str, self._tool_rules)

    async def on_tool_end(self, output: Any, *, run_id: UUID, **more: Any) -> None:
        name = self._tools.pop(run_id, "tool")
        await self._check(f"{name} result", _text(output), self._result_rules)

    async def on_tool_error(self, error: BaseException, *, run_id: UUID, **more: Any) -> None:
        self._tools.pop(run_id, None)

    async def _check(self, name: str, text: str, rules: Sequence[Rule]) -> None:
        if not rules:
            return
        decision = await self._ward.guard(**self._tool(name, text, rules))
        if decision.is_denied():
            raise Refused(decision)


def _texts(batches: Sequence[Sequence[BaseMessage]]) -> list[str]:
    return [str(message.text) for messages in batches for message in messages]


def _text(output: Any) -> str:
    """What a tool returned, as a model would read it."""
    if isinstance(output, BaseMessage):
        return str(output.text)
    return output if isinstance(output, str) else str(output)


def _used(response: LLMResult, estimate: int) -> int:
    """Tokens as the provider counted them, else an estimate of what came."""
    total, counted, characters = 0, False, 0
    for batch in response.generations:
        for generation in batch:
            characters += len(generation.text)
            message = getattr(generation, "message", None)
            usage = getattr(message, "usage_metadata", None)
            if usage:
                total, counted = total + int(usage["total_tokens"]), True
    return total if counted else estimate + -(-characters // _CHARACTERS)
