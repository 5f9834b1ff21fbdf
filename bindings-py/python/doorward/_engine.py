"""One engine and store per process and policy, and what happens when it fails.

A panic in the core is a fault of ours: it is caught at the border, reported
through `logging`, and the request is judged once more; if that fails too, the
ward's `on_fault` answers. It is never an exception of the request.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

from ._body import Body, Bounds
from ._doorward import Engine, Fault, forked
from ._request import Source
from ._rules import OnError

_log = logging.getLogger("doorward")

T = TypeVar("T")

# A process has a handful of policies; one that makes a policy per request gets
# a bound instead of a leak.
_MAX_ENGINES = 64
_ATTEMPTS = 2


class PolicyError(ValueError):
    """The policy is wrong: the message names rule, field, what was found and
    what is allowed."""


class Core:
    """An engine whose faults are reported instead of raised."""

    def __init__(self, engine: Engine, on_fault: OnError) -> None:
        self.engine = engine
        self._on_fault: OnError = on_fault
        reads = json.loads(engine.reads())
        self.bounds = _bounds(reads["body"])

    def frame(self, source: Source, now: int | None, context: bytes, body: Body) -> bytes:
        """The request as one frame; if that failed an empty one, which the core
        answers as a fault."""
        return self._guarded(lambda: source.frame(self.engine, now, context, body), lambda: b"")

    def ask(self, frame: bytes) -> str:
        """The decision, or the needs that the host has to answer."""
        return self._guarded(lambda: self.engine.ask(frame), self._faulted)

    def answer(self, frame: bytes, replies: str) -> str:
        """The same with the replies to each batch of needs, a line for each."""
        return self._guarded(lambda: self.engine.answer(frame, replies), self._faulted)

    def settle(self, reserved: str, used: int, now: int) -> str:
        """What the host's store has to settle; where the engine fails, nothing is."""
        return self._guarded(lambda: self.engine.settle(reserved, used, now), str)

    def report(self, actors: str, what: str, now: int) -> str:
        """What the host's store is to be told of what followed a request; otherwise it is added
        here."""
        return self._guarded(lambda: self.engine.report(actors, what, now), str)

    def refine(self, line: str, context: str) -> str | None:
        """A decision line reconsidered with a context."""
        return self._guarded(lambda: self.engine.refine(line, context), lambda: None)

    def _guarded(self, call: Callable[[], T], otherwise: Callable[[], T]) -> T:
        """Tries twice: what failed once may have been the state it met."""
        for _ in range(_ATTEMPTS):
            try:
                return call()
            except Fault as fault:
                _log.error("doorward: a fault of ours, please report it: %s", fault)
        return otherwise()

    def _faulted(self) -> str:
        """The decision where no engine could make one."""
        conclusion = self._on_fault.upper()
        line = {
            "id": str(uuid4()),
            "conclusion": conclusion,
            "reason": {"code": "fault"},
            "results": [],
            "undetermined": [],
            "degraded": ["fault"],
            "ip": None,
            "actor": None,
            "engine": "fault",
        }
        return conclusion[0] + json.dumps(line, separators=(",", ":"))


def _bounds(body: Any) -> Bounds | None:
    if body is None:
        return None
    return Bounds(body["maxBytes"], body["spoolBytes"], body["deadlineMs"] / 1000)


_engines: dict[tuple[Any, ...], Engine] = {}
_lock = threading.Lock()


def shared(
    policy: str, log_secret: bytes | None, store_secret: bytes | None, store_profiles: bool = False
) -> Engine:
    """The engine of this policy in this process."""
    platform, dry = _platform(), dry_run()
    made = _construct(
        lambda: Engine(
            policy,
            platform=platform,
            dry_run=dry,
            log_secret=log_secret,
            store_secret=store_secret,
            store_profiles=store_profiles,
        )
    )
    key = (made.policy(), platform, dry, log_secret, store_secret, store_profiles)
    with _lock:
        engine = _engines.pop(key, made)
        _engines[key] = engine  # newest last
        while len(_engines) > _MAX_ENGINES:
            del _engines[next(iter(_engines))]
    return engine


def derived(engine: Engine, policy: str) -> Engine:
    """An engine of another policy that shares this one's store."""
    return _construct(lambda: engine.derive(policy))


def _construct(make: Callable[[], Engine]) -> Engine:
    try:
        return make()
    except ValueError as error:
        raise PolicyError(str(error)) from None


def forget() -> None:
    """Lets go of every engine, so that the next ward begins with an empty store."""
    with _lock:
        _engines.clear()


def dry_run() -> bool:
    """The on-call switch is set."""
    return os.environ.get("DOORWARD_MODE") == "DRY_RUN"


def _platform() -> str:
    """The hosting platform, by the variables that it sets itself."""
    env = os.environ
    if env.get("VERCEL") == "1":
        return "vercel"
    if env.get("FLY_APP_NAME"):
        return "fly"
    return "render" if env.get("RENDER") == "true" else ""


def _after_fork() -> None:
    """A child has nobody to release a lock that another thread of its parent
    held, and must not go on with its parent's ids."""
    global _lock
    _lock = threading.Lock()
    forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
