"""The ward: a policy at work in a Python application."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from time import time_ns
from typing import Any, cast

from ._body import NONE, UNSEEN, Body
from ._context import to_json
from ._decision import Decision
from ._doorward import Engine, outcome
from ._engine import Core, PolicyError, derived, shared
from ._outside import ROUNDS, Facts, Failure, Outside, Turn, settle, settle_now
from ._request import Misuse, Source, source
from ._rules import OnError, Rule
from ._step_up import StepUp, setup_of
from ._store import Observed, Store, keeps_profiles, profiles, profiles_now
from ._warning import warn

_log = logging.getLogger("doorward")

_MAX_VARIANTS = 256
_MAX_RECENT = 4096
_MIN_SECRET = 16

Clock = Callable[[], int]
"""Milliseconds since the Unix epoch."""

LogSink = Callable[[str], object] | logging.Logger


class Doorward:
    """Protects an application by a policy.

    >>> from doorward import Doorward, shield
    >>> ward = Doorward(rules=[shield(mode="LIVE")])
    >>> ward.protect_sync({"method": "GET", "url": "/", "ip": "203.0.113.7"}).conclusion
    'ALLOW'

    `proxies` are the addresses (or CIDR ranges) of reverse proxies whose
    forwarding headers are believed, or their number. `refine` asks for the second
    opinion: `{"mode": "LIVE"}` or `{"mode": "DRY_RUN"}`. `secret` (by default
    `DOORWARD_SECRET` of the environment) keys the identities in logs and in a
    store that several processes share. `on_fault` is what a request gets when
    the engine itself fails, twice. `step_up` says that the application can step up;
    as `{"secret": …, "ttlSeconds": …}` the ward proves step-ups, see its property
    `step_up`. `outside` says who is asked about names,
    addresses and keys, where a rule needs them. A wrong policy raises `PolicyError` here; a
    request never raises.
    """

    def __init__(
        self,
        *,
        rules: Iterable[Rule],
        characteristics: Sequence[str] | None = None,
        proxies: Sequence[str] | int | None = None,
        platform: str | None = None,
        body: Mapping[str, Any] | None = None,
        step_up: bool | Mapping[str, Any] | None = None,
        refine: Mapping[str, Any] | None = None,
        store: Store | Mapping[str, Any] | None = None,
        secret: str | bytes | None = None,
        log: LogSink | None = None,
        on_fault: OnError = "deny",
        outside: Outside | None = None,
    ) -> None:
        given = {
            "characteristics": characteristics,
            "proxies": proxies,
            "platform": platform,
            "body": body,
            "stepUp": step_up,
            "refine": refine,
            "store": store if isinstance(store, Mapping) else None,
        }
        policy: dict[str, Any] = {"version": 1}
        policy.update((key, value) for key, value in given.items() if value is not None)
        policy["rules"] = list(rules)
        host = None if isinstance(store, Mapping) else store
        self._begin(policy, store=host, secret=secret, log=log, on_fault=on_fault, outside=outside)

    @classmethod
    def from_policy(
        cls,
        policy: Mapping[str, Any] | str,
        *,
        store: Store | None = None,
        secret: str | bytes | None = None,
        log: LogSink | None = None,
        on_fault: OnError = "deny",
        outside: Outside | None = None,
    ) -> Doorward:
        """A ward of a canonical policy, as JSON text or as read from it."""
        if isinstance(policy, str):
            try:
                policy = json.loads(policy)
            except ValueError as error:
                raise PolicyError(f"policy: found text that is not JSON: {error}") from None
        if not isinstance(policy, Mapping):
            raise PolicyError(f"policy: found {type(policy).__name__}, expected an object")
        ward = cls.__new__(cls)
        ward._begin(policy, store=store, secret=secret, log=log, on_fault=on_fault, outside=outside)
        return ward

    def _begin(
        self,
        policy: Mapping[str, Any],
        *,
        store: Store | None,
        secret: str | bytes | None,
        log: LogSink | None,
        on_fault: OnError,
        outside: Outside | None,
    ) -> None:
        if on_fault not in ("allow", "challenge", "deny"):
            expected = '"allow", "challenge" or "deny"'
            raise PolicyError(f"policy: onFault: found {on_fault!r}, expected {expected}")
        self._store = store
        self._outside = _asked(outside)
        self._sink = log
        self._on_fault: OnError = on_fault
        self._clock: Clock | None = None
        self._root = self
        self._variants: dict[str, Doorward] = {}
        key = _secret(secret)
        self._recent: dict[str, str] = {}
        self._telling: set[asyncio.Task[Any]] = set()
        self._proofs = setup_of(policy.get("stepUp"), key, _secret)
        if self._proofs is not None:
            policy = {**policy, "stepUp": True}
        if store is not None and key is None:
            raise PolicyError(
                f"policy: secret: found nothing, expected {_SECRET}: "
                "the store's keys are HMACs under it"
            )
        if log is not None and key is None:
            said = "no secret is set, so logged identities cannot be joined after a restart"
            warn(("secret",), said)
            key = process_secret()
        log_secret = key if log is not None else None
        store_secret = key if store is not None else None
        told = keeps_profiles(store)
        self._use(policy, shared(_text(policy), log_secret, store_secret, told))

    def _use(self, policy: Mapping[str, Any], engine: Engine) -> None:
        self._core = Core(engine, self._on_fault)
        self._given = policy
        self._step_up = self.to_dict().get("stepUp") is True
        for rule in engine.modeless():
            self._warn(("mode", rule), f"rule {rule!r} has no mode: it is DRY_RUN")

    async def protect(self, request: Any, context: Mapping[str, Any] | None = None) -> Decision:
        """Judges a request of an asynchronous application.

        `request` is a Starlette or FastAPI `Request`, `(scope, receive)` with a
        `doorward.asgi.Replay`, or anything that `protect_sync` takes. The body
        is looked at within the policy's bounds and stays readable.
        """
        read = source(request)
        body = NONE
        if self._core.bounds is not None:
            try:
                body = await read.look(self._core.bounds)
            except Exception as error:
                body = self._unseen(error)
        frame = self._frame(read, context, body)
        text = self._core.ask(frame)
        asked = Turn(self._store, self._outside, self._store_failed)
        replies: list[str] = []
        while text[0] == "N" and len(replies) < ROUNDS:
            replies.append(await asked.answer(text[1:]))
            text = self._core.answer(frame, "\n".join(replies))
        decision = self._decided(text, context)
        self._tell(decision._observed)
        return decision

    def protect_sync(self, request: Any, context: Mapping[str, Any] | None = None) -> Decision:
        """Judges a request where nothing can be awaited.

        `request` is a WSGI environ, a Flask or Werkzeug `Request`, an ASGI
        scope, or a mapping with `method`, `url`, `headers`, `ip` and `body`. A
        WSGI body is looked at and stays readable; an ASGI body is seen only if
        the framework has already read it.
        """
        read = source(request)
        body = NONE
        if self._core.bounds is not None:
            try:
                body = read.look_now(self._core.bounds)
            except Exception as error:
                body = self._unseen(error)
        frame = self._frame(read, context, body)
        text = self._core.ask(frame)
        asked = Turn(self._store, self._outside, self._store_failed)
        replies: list[str] = []
        while text[0] == "N" and len(replies) < ROUNDS:
            replies.append(asked.answer_now(text[1:]))
            text = self._core.answer(frame, "\n".join(replies))
        decision = self._decided(text, context)
        self._tell(decision._observed)
        return decision

    def with_rule(self, *rules: Rule) -> Doorward:
        """A ward with these rules after its own; it shares this ward's store.

        Cheap enough for a handler: the same rules give the same ward.
        """
        return self._variant({**self._given, "rules": [*self._given["rules"], *rules]})

    def _variant(self, policy: Mapping[str, Any]) -> Doorward:
        """A ward with another policy on the same store, made once."""
        key = _text(policy)
        ward = self._variants.pop(key, None)
        if ward is None:
            ward = type(self).__new__(type(self))
            ward._store, ward._outside = self._store, self._outside
            ward._sink, ward._on_fault = self._sink, self._on_fault
            ward._root, ward._variants = self._root, {}
            ward._proofs = self._proofs
            ward._use(policy, derived(self._core.engine, key))
        self._variants[key] = ward
        while len(self._variants) > _MAX_VARIANTS:
            self._variants.pop(next(iter(self._variants)), None)
        return ward

    def report(
        self,
        decision: Decision | str,
        *,
        status: int | None = None,
        login_failed: bool | None = None,
        step_up_passed: bool | None = None,
        chargeback: bool | None = None,
        abuse: bool | None = None,
    ) -> None:
        """Says what became of a decision, now or weeks later; once for each thing that did.

        Where the policy has `refine` it counts in how those who took part behave:
        always for a decision that is still held, by id for the latest 4096 of this
        ward. It goes to the decision log in any case; `abuse`, an analyst's word, is for
        `doorward calibrate` alone. Middlewares that see the response report a status from
        400 on themselves, to no log, where the application has not reported the decision.
        """
        what = {
            "status": status,
            "loginFailed": login_failed,
            "stepUpPassed": step_up_passed,
            "chargeback": chargeback,
            "abuse": abuse,
        }
        text = json.dumps({key: value for key, value in what.items() if value is not None})
        decision_id = decision if isinstance(decision, str) else decision.id
        self._write(outcome(decision_id, text))
        if not isinstance(decision, str):
            decision._told = True
            if decision._follow is not None:
                decision._follow(text)
                return
        actors = self._root._recent.get(decision_id)
        if actors:
            self._followed(actors, text)

    def _followed(self, actors: str, what: str) -> None:
        """Adds what followed to how those behave who took part."""
        self._tell(self._core.report(actors, what, self._now()))

    @property
    def step_up(self) -> StepUp:
        """Issues and verifies proofs of a step-up; the ward was built with options of `step_up`."""
        if self._proofs is None:
            raise TypeError(
                "step_up: this ward proves no step-ups: "
                'give Doorward() the option step_up={"secret": ...}'
            )
        return StepUp(self._proofs, self, self._now)

    def _now(self) -> int:
        clock = self._root._clock
        return clock() if clock else time_ns() // 1_000_000

    def _tell(self, observed: str) -> None:
        """Tells the store what actors did: beside the loop that runs, or else at once."""
        if not observed or self._store is None:
            return
        batch = [Observed(**one) for one in json.loads(observed)]
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            profiles_now(self._store, batch, self._store_failed)
            return
        telling = self._root._telling
        task = loop.create_task(profiles(self._store, batch, self._store_failed))
        telling.add(task)
        task.add_done_callback(telling.discard)

    async def settle(self, decision: Decision, used: int) -> None:
        """Says how many units were really used of those that `requested` reserved.

        The rest is given back, what was used beyond is taken as far as there is
        any; 0 refunds all. Once for each decision; where nothing was reserved
        nothing happens.
        """
        wanted = self._settled(decision, used)
        if wanted and self._store is not None:
            await settle(self._store, wanted, self._store_failed)

    def settle_sync(self, decision: Decision, used: int) -> None:
        """The same where nothing can be awaited."""
        wanted = self._settled(decision, used)
        if wanted and self._store is not None:
            settle_now(self._store, wanted, self._store_failed)

    def _settled(self, decision: Decision, used: int) -> str:
        """What the host's store has to settle, if it is the host's."""
        if not isinstance(used, int) or used < 0:
            raise ValueError(f"settle: found {used!r}, expected a whole number of units")
        reserved, decision._reserved = decision._reserved, ""
        if not reserved:
            return ""
        return self._core.settle(reserved, min(used, _MAX_UNITS), self._now())

    async def guard(
        self,
        label: str,
        *,
        rules: Sequence[Rule],
        action: str | None = None,
        context: Mapping[str, Any] | None = None,
        text: str | None = None,
    ) -> Decision:
        """Judges what is no HTTP request: a tool call, a tool's result, a job, a message.

        `label` names the kind of work, `text` is what it was given or has
        returned; rules read it as `message`. The rules are the call's own, on
        this ward's store; their limits are counted for each label, and for each
        user where the context names one, unless a rule says otherwise.
        """
        facts = _facts(label, action, context, text)
        return await self._guarded(rules, facts).protect(_NO_REQUEST, facts)

    def guard_sync(
        self,
        label: str,
        *,
        rules: Sequence[Rule],
        action: str | None = None,
        context: Mapping[str, Any] | None = None,
        text: str | None = None,
    ) -> Decision:
        """The same where nothing can be awaited."""
        facts = _facts(label, action, context, text)
        return self._guarded(rules, facts).protect_sync(_NO_REQUEST, facts)

    def _guarded(self, rules: Sequence[Rule], facts: Mapping[str, Any]) -> Doorward:
        characteristics = ["label", "userId"] if "userId" in facts else ["label"]
        return self._variant({"characteristics": characteristics, "rules": list(rules)})

    def to_dict(self) -> dict[str, Any]:
        """The canonical policy."""
        return cast("dict[str, Any]", json.loads(self._core.engine.policy()))

    def to_json(self) -> str:
        """The canonical policy as JSON text."""
        return self._core.engine.policy()

    def __repr__(self) -> str:
        rules = ", ".join(rule.get("id", rule["rule"]) for rule in self.to_dict()["rules"])
        return f"<Doorward {self._core.engine.hash()}: {rules}>"

    def _frame(self, read: Source, context: Mapping[str, Any] | None, body: Body) -> bytes:
        clock = self._root._clock
        now = None if clock is None else clock()
        return self._core.frame(read, now, to_json(context), body)

    def _unseen(self, error: Exception) -> Body:
        """A framework's request that is not as we know it: judged without its body."""
        if isinstance(error, Misuse):
            raise error
        cause = ("body", type(error).__name__)
        self._warn(cause, f"the body could not be looked at: {error!r}")
        return UNSEEN

    def _store_failed(self, error: Exception) -> None:
        cause = ("store", type(error).__name__)
        self._warn(cause, f"the store did not answer, the embedded store does: {error!r}")

    def _again(self, line: str, context: Mapping[str, Any]) -> Decision | None:
        """The decision reconsidered; nothing where the engine failed."""
        answer = self._core.refine(line, to_json(context).decode())
        return self._decided(answer, context) if answer else None

    def _decided(self, text: str, context: Mapping[str, Any] | None) -> Decision:
        text, *more = text.split("\n")
        decision = Decision(text, self._step_up)
        decision._again = lambda line, more: self._again(line, {**(context or {}), **(more or {})})
        for line in more:
            if line[0] == "R":
                decision._reserved = line[1:]
            elif line[0] == "P":
                self._follow(decision, text, line[1:])
            elif line[0] == "O":
                decision._observed = line[1:]
            else:
                self._write(line)
        # Inside a JSON string the quotes would be escaped, so this is the member.
        if text[0] == "A" and '"undetermined":[]' not in text:
            hint = "" if decision.ip else _ADDRESS_HINT
            for result in decision.results:
                if result.id in decision.undetermined:
                    code = result.reason.code
                    said = f"rule {result.id!r} could not judge: {code}.{hint}"
                    self._warn((result.id, code), said)
        return decision

    def _follow(self, decision: Decision, text: str, actors: str) -> None:
        """Remembers who took part, for a while by the decision's id."""
        decision._follow = lambda what: self._followed(actors, what)
        recent = self._root._recent
        # the id is the line's first member, which spares parsing the rest
        recent[text.split('"', 4)[3]] = actors
        while len(recent) > _MAX_RECENT:
            recent.pop(next(iter(recent), ""), None)

    def _write(self, line: str) -> None:
        if self._sink is None or not line:
            return
        try:
            if isinstance(self._sink, logging.Logger):
                self._sink.info("%s", line)
            else:
                self._sink(line)
        except Exception as error:
            self._warn(("log", type(error).__name__), f"the decision log failed: {error!r}")

    def _warn(self, cause: tuple[str, ...], message: str) -> None:
        """Says it once for each policy and cause."""
        warn((self._core.engine.hash(), *cause), message)


_MAX_UNITS = 4_294_967_295
_NO_REQUEST = {"headers_complete": False}


def _facts(
    label: str, action: str | None, context: Mapping[str, Any] | None, text: str | None
) -> dict[str, Any]:
    given = {"label": label, "action": action, "message": text}
    return {**(context or {}), **{key: fact for key, fact in given.items() if fact is not None}}


_ADDRESS_HINT = (
    " The client's address is unknown here: set platform or proxies, or pass ip in the context."
)
_SECRET = f"text of at least {_MIN_SECRET} characters"


@cache
def process_secret() -> bytes:
    """A secret for the life of this process, and of those forked from it."""
    return secrets.token_bytes(_MIN_SECRET)


def _asked(outside: object) -> Facts:
    if outside is not None and not isinstance(outside, Outside):
        found = type(outside).__name__
        raise PolicyError(f"policy: outside: found {found}, expected doorward.Outside")
    try:
        return Facts(outside)
    except Failure as error:
        raise PolicyError(f"policy: outside: {error}") from None


def _secret(given: str | bytes | None) -> bytes | None:
    secret = given if given is not None else os.environ.get("DOORWARD_SECRET") or None
    if secret is None:
        return None
    if not isinstance(secret, str | bytes) or len(secret) < _MIN_SECRET:
        # not shown: it may be one that is used elsewhere
        raise PolicyError(f"policy: secret: found something else, expected {_SECRET}")
    return secret.encode() if isinstance(secret, str) else secret


def _text(policy: Any) -> str:
    try:
        return json.dumps(policy, allow_nan=False, separators=(",", ":"), default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise PolicyError(f"policy: found a value that has no JSON form: {error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return list(value)
    raise TypeError(f"{type(value).__name__} ({value!r:.80})")
