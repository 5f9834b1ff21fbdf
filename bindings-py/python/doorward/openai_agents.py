"""A ward around agents of the OpenAI Agents SDK, in the SDK's own terms.

    from doorward.openai_agents import Guard

    guard = Guard(ward, input_rules=[...], budget=[...], tool_rules=[...], result_rules=[...])
    agent = Agent(
        name="shop",
        model=guard.model(OpenAIChatCompletionsModel("gpt-5", client)),
        input_guardrails=[guard.input],
        output_guardrails=[guard.output],
        tools=[guard.tool(search)],
    )

What is put to the agent is judged before its model is asked, and what it finally says before
anybody reads it: what is refused trips the guardrail, whose `output_info` is the decision. Each
call of a model reserves tokens of the limits that count units and settles what it used, however it
ends; a refused one raises `Refused`. A tool's arguments are judged before it runs, what it returned
before a model reads it: what is refused tells the model so, and the run goes on.

Limits count for each agent, tool or model label, and for each user where the context names one.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from agents import (
    Agent,
    FunctionTool,
    GuardrailFunctionOutput,
    InputGuardrail,
    Model,
    ModelResponse,
    OutputGuardrail,
    RunContextWrapper,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolInputGuardrailData,
    ToolOutputGuardrail,
    ToolOutputGuardrailData,
)
from agents.items import TResponseStreamEvent

from ._decision import Decision
from ._refused import Refused
from ._rules import Rule
from ._ward import Doorward

__all__ = ["Guard", "Refused"]

_CHARACTERS = 4
"""Of a token, on average of English: what an estimate is made with."""

Context = Mapping[str, Any] | Callable[[], Mapping[str, Any]]


class Guard:
    """What an agent, its model and its tools are guarded with.

    `context` is what the application knows of who is served; a guard is cheap enough to be made
    for each run. `reserve` is how many tokens are reserved for an answer whose settings name no
    `max_tokens`.
    """

    def __init__(
        self,
        ward: Doorward,
        *,
        input_rules: Sequence[Rule] = (),
        output_rules: Sequence[Rule] = (),
        tool_rules: Sequence[Rule] = (),
        result_rules: Sequence[Rule] = (),
        budget: Sequence[Rule] = (),
        context: Context | None = None,
        label: str = "model",
        reserve: int = 1000,
    ) -> None:
        self._ward = ward
        self._context = context
        self._budget, self._label, self._reserve = budget, label, reserve
        self._tool_rules, self._result_rules = tool_rules, result_rules

        async def judge_input(
            _: RunContextWrapper[Any], agent: Agent[Any], given: Any
        ) -> GuardrailFunctionOutput:
            texts = _texts(given)
            return await self._tripped(agent.name, texts[-1] if texts else "", input_rules)

        async def judge_output(
            _: RunContextWrapper[Any], agent: Agent[Any], said: Any
        ) -> GuardrailFunctionOutput:
            return await self._tripped(f"{agent.name} output", _text(said), output_rules)

        self.input = InputGuardrail[Any](
            judge_input,
            name="doorward input",
            # before the model, not beside it
            run_in_parallel=False,
        )
        """For an agent's `input_guardrails`."""
        self.output = OutputGuardrail[Any](judge_output, name="doorward output")
        """For an agent's `output_guardrails`."""

    def tool(self, tool: FunctionTool) -> FunctionTool:
        """The tool, guarded."""
        before = ToolInputGuardrail[Any](self._before_tool, name="doorward tool")
        after = ToolOutputGuardrail[Any](self._after_tool, name="doorward result")
        return replace(
            tool,
            tool_input_guardrails=[*(tool.tool_input_guardrails or ()), before],
            tool_output_guardrails=[*(tool.tool_output_guardrails or ()), after],
        )

    def model(self, model: Model) -> Model:
        """The model, whose calls cost what they use of the budget."""
        return _Budgeted(model, self)

    async def judge(
        self,
        label: str,
        action: str,
        text: str,
        rules: Sequence[Rule],
        requested: int | None = None,
    ) -> Decision | None:
        """What the ward says; nothing where there is no rule."""
        if not rules:
            return None
        facts = dict(self._context() if callable(self._context) else self._context or {})
        if requested is not None:
            facts = {"requested": requested, **facts}
        return await self._ward.guard(label, action=action, text=text, rules=rules, context=facts)

    async def _tripped(
        self, label: str, text: str, rules: Sequence[Rule]
    ) -> GuardrailFunctionOutput:
        decision = await self.judge(label, "inference", text, rules)
        denied = decision is not None and decision.is_denied()
        return GuardrailFunctionOutput(output_info=decision, tripwire_triggered=denied)

    async def _before_tool(self, data: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
        call = data.context
        decision = await self.judge(call.tool_name, "tool", call.tool_arguments, self._tool_rules)
        return _told(decision, "This call was refused.")

    async def _after_tool(self, data: ToolOutputGuardrailData) -> ToolGuardrailFunctionOutput:
        label, text = f"{data.context.tool_name} result", _text(data.output)
        decision = await self.judge(label, "tool", text, self._result_rules)
        return _told(decision, "What this tool returned was refused.")

    async def begin(self, given: tuple[Any, ...], more: Mapping[str, Any]) -> _Call:
        """Reserves what a call of a model may use; its arguments are those of the SDK."""
        names = ("system_instructions", "input", "model_settings")
        known = {**dict(zip(names, given, strict=False)), **more}
        texts = _texts(known.get("input"))
        characters = sum(map(len, texts)) + len(known.get("system_instructions") or "")
        answer = getattr(known.get("model_settings"), "max_tokens", None)
        estimate = _tokens(characters)
        decision = await self.judge(
            self._label,
            "inference",
            texts[-1] if texts else "",
            self._budget,
            estimate + (self._reserve if answer is None else answer),
        )
        if decision is not None and decision.is_denied():
            await self._ward.settle(decision, 0)
            raise Refused(decision)
        return _Call(self._ward, decision, estimate)


class _Call:
    """A call of a model that has begun."""

    def __init__(self, ward: Doorward, decision: Decision | None, estimate: int) -> None:
        self._ward, self._decision = ward, decision
        self._estimate = estimate
        self._characters = 0
        self._used: int | None = None

    def said(self, text: object) -> None:
        """A piece of the answer."""
        if isinstance(text, str):
            self._characters += len(text)

    def told(self, usage: Any) -> None:
        """What the provider says was used, where it says anything."""
        if usage is not None and usage.total_tokens:
            self._used = int(usage.total_tokens)

    async def settle(self, *, failed: bool) -> None:
        """A call that fails before anything came of it costs nothing."""
        if self._decision is None:
            return
        if self._used is not None:
            used = self._used
        elif failed and self._characters == 0:
            used = 0
        else:
            used = self._estimate + _tokens(self._characters)
        await self._ward.settle(self._decision, used)


class _Budgeted(Model):
    def __init__(self, model: Model, guard: Guard) -> None:
        self._model, self._guard = model, guard

    async def get_response(self, *given: Any, **more: Any) -> ModelResponse:
        call = await self._guard.begin(given, more)
        failed = True
        try:
            response = await self._model.get_response(*given, **more)
            failed = False
            call.told(response.usage)
            call.said(json.dumps([item.model_dump() for item in response.output], default=str))
            return response
        finally:
            await call.settle(failed=failed)

    async def stream_response(
        self, *given: Any, **more: Any
    ) -> AsyncIterator[TResponseStreamEvent]:
        call = await self._guard.begin(given, more)
        failed = True
        try:
            async for event in self._model.stream_response(*given, **more):
                call.said(getattr(event, "delta", None))
                call.told(getattr(getattr(event, "response", None), "usage", None))
                yield event
            failed = False
        finally:
            await call.settle(failed=failed)

    async def close(self) -> None:
        await self._model.close()

    def get_retry_advice(self, request: Any) -> Any:
        return self._model.get_retry_advice(request)


def _told(decision: Decision | None, message: str) -> ToolGuardrailFunctionOutput:
    """The model hears that something was refused, and not by what."""
    if decision is not None and decision.is_denied():
        return ToolGuardrailFunctionOutput.reject_content(message, output_info=decision)
    return ToolGuardrailFunctionOutput.allow(output_info=decision)


def _texts(given: Any) -> list[str]:
    """What a model is given to read, each item's text."""
    if isinstance(given, str):
        return [given]
    return [_text(item) for item in given or ()]


def _text(value: Any) -> str:
    """The text of an item, of its parts, or of what a tool or an agent returned."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        for name in ("content", "output", "text", "arguments"):
            if value.get(name) is not None:
                return _text(value[name])
    if isinstance(value, Sequence):
        return "\n".join(map(_text, value))
    return str(value)


def _tokens(characters: int) -> int:
    return -(-characters // _CHARACTERS)
