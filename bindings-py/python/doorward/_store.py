"""A store outside the process, for limits and behaviour that several processes share.

The engine says which quota it wants; the host's store takes it. An awaited
batch has a deadline of its own, so a store that hangs never makes a request
hang: what it did not answer in time, the embedded store answers, and the
decision says `degraded: ["store"]`. An indeterminate failure is never retried:
it would count twice.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from math import ceil, isfinite
from typing import Any, NamedTuple, Protocol, TypeVar, cast

T = TypeVar("T")

DEADLINE = 0.05
_STEPS = 10


class Take(NamedTuple):
    """Quota asked for."""

    key: str
    """32 hexadecimal digits: an HMAC of whose quota it is."""
    limit: Mapping[str, Any]
    """`kind` (`fixedWindow`, `slidingWindow`, `tokenBucket`) and its numbers, times in ms."""
    cost: int
    """Units; 0 only looks."""
    now: int | None = None
    """A recording's time in ms, in a replay; otherwise the store's own clock counts."""
    settle: bool = False
    """Changes what is taken by `cost`, negative for what is given back, whatever is left: to
    at most the whole quota and at least nothing. Its answer is not looked at."""


class Taken(NamedTuple):
    """Quota given or refused; a refused take consumes nothing. Times in ms."""

    allowed: bool
    remaining: int
    reset: float
    retry_after: float | None
    """0 when given; None when it can never be."""


class Observed(NamedTuple):
    """What happened, to be added to an actor's profile; only a key looks."""

    key: str
    """32 hexadecimal digits: an HMAC of who it is."""
    requests: int = 0
    flagged: int = 0
    failed: int = 0
    good: int = 0
    bad: int = 0
    path: int | None = None
    """This and the next two: hashes of what was seen."""
    other: int | None = None
    agent: int | None = None
    number: int | None = None
    """What the path names."""


class Profile(NamedTuple):
    """How an actor has behaved; all zero for one never seen. Times in ms."""

    first: int
    last: int
    requests: int
    """This and the next two: counts that halve every ten minutes, in thousandths."""
    flagged: int
    failed: int
    good: int
    bad: int
    swing: int
    beats: int
    walked: int
    paths: int
    others: int
    agents: int


Answers = Sequence[Taken | Exception]
Profiles = Sequence[Profile | Exception]


class Store(Protocol):
    """Keeps quotas.

    `take` answers a batch in its order, with an exception for a take that it
    could not answer: awaitable for `protect`, at once for `protect_sync`, which
    cannot wait for it and bounds nothing, so a synchronous store needs a timeout
    of its own. A store that keeps a deadline of its own while it is awaited says
    it, in seconds, as `deadline`; otherwise it is 50 ms.

    A store may have a method `profile`, too: it adds what happened to each
    profile of a batch of `Observed` and answers with what it then is, a `Profile`
    each, by the arithmetic of the embedded store. Without one, each process
    remembers behaviour for itself.
    """

    def take(self, batch: Sequence[Take], /) -> Answers | Awaitable[Answers]: ...


OnError = Callable[[Exception], None]


Needs = Sequence[Mapping[str, Any]]
Replies = list[Mapping[str, Any]]


async def takes(
    store: Store, wanted: Needs, now: int | None, on_error: OnError, *, settle: bool = False
) -> Replies:
    """The replies to needs of quota. Never raises."""
    batch = _batch(wanted, now, settle)

    async def taken() -> Answers:
        answer = store.take(batch)
        return await answer if inspect.isawaitable(answer) else answer

    try:
        return _replies(wanted, await _within(store, taken()), on_error)
    except Exception as error:
        on_error(error)
        return _replies(wanted, (), on_error)


async def profiles(store: Store, batch: Sequence[Observed], on_error: OnError) -> Profiles:
    """What the store knows of actors, nothing where it does not say. Never raises."""

    async def told() -> Profiles:
        answer = _profile(store, batch)
        return cast("Profiles", await answer if inspect.isawaitable(answer) else answer)

    try:
        return _known(await _within(store, told()), on_error)
    except Exception as error:
        on_error(error)
        return ()


def profiles_now(store: Store, batch: Sequence[Observed], on_error: OnError) -> Profiles:
    """The same where nothing can be awaited; nothing is known by a store that has to be."""
    try:
        answer = _profile(store, batch)
        if inspect.iscoroutine(answer):
            answer.close()
            return ()
        return _known(answer, on_error)
    except Exception as error:
        on_error(error)
        return ()


def _profile(store: Store, batch: Sequence[Observed]) -> Any:
    # not among the protocol's methods, because a store need not have it
    method: Callable[[Sequence[Observed]], Any] = getattr(store, "profile")  # noqa: B009
    return method(batch)


def _known(answers: Profiles, on_error: OnError) -> Profiles:
    failed = next((answer for answer in answers if isinstance(answer, Exception)), None)
    if failed is not None:
        on_error(failed)
    return answers


def keeps_profiles(store: Store | None) -> bool:
    """A store that remembers behaviour."""
    return callable(getattr(store, "profile", None))


def profile_replies(wanted: Needs, known: Profiles) -> Replies:
    """The replies to needs of profiles."""
    replies: Replies = []
    for index, need in enumerate(wanted):
        answer = known[index] if index < len(known) else None
        told = answer._asdict() if isinstance(answer, Profile) else {"error": "not answered"}
        replies.append({"id": need["id"], **told})
    return replies


async def _within(store: Store, work: Coroutine[Any, Any, T]) -> T:
    # a store that keeps its own deadline is given up only when it does not
    own: float | None = getattr(store, "deadline", None)
    asked = asyncio.ensure_future(work)
    try:
        if not await in_time(asked, DEADLINE if own is None else 2 * own):
            raise TimeoutError("no answer in time")
    finally:
        asked.cancel()
    return asked.result()


def takes_now(
    store: Store, wanted: Needs, now: int | None, on_error: OnError, *, settle: bool = False
) -> Replies:
    """The same where nothing can be awaited.

    Raises `TypeError` for a store that has to be awaited.
    """
    batch = _batch(wanted, now, settle)
    try:
        answer = store.take(batch)
        if not inspect.isawaitable(answer):
            return _replies(wanted, answer, on_error)
    except Exception as error:
        on_error(error)
        return _replies(wanted, (), on_error)
    if inspect.iscoroutine(answer):
        answer.close()
    raise TypeError("protect_sync cannot wait for this ward's store: use await protect()")


async def in_time(work: asyncio.Future[Any], deadline: float) -> bool:
    """Waits until it is done, or until the deadline has passed, in steps.

    A loop that was busy for longer than the deadline takes one step, reads its
    sockets and finds the answers that came meanwhile, instead of calling them
    late.
    """
    for _ in range(_STEPS):
        done, _ = await asyncio.wait((work,), timeout=deadline / _STEPS)
        if done:
            return True
    return False


def _batch(wanted: Needs, now: int | None, settle: bool) -> list[Take]:
    return [Take(need["key"], need["limit"], need["cost"], now, settle) for need in wanted]


def _replies(wanted: Needs, taken: Answers, on_error: OnError) -> Replies:
    failed = next((answer for answer in taken if isinstance(answer, Exception)), None)
    if failed is not None:
        on_error(failed)
    replies: Replies = []
    for index, need in enumerate(wanted):
        answer = taken[index] if index < len(taken) else None
        reply = _reply(answer) if isinstance(answer, tuple) else None
        replies.append({"id": need.get("id"), **(reply or {"error": "not answered"})})
    return replies


def _reply(taken: Taken) -> Mapping[str, Any]:
    allowed, remaining, reset, retry_after = taken
    times = [reset, remaining] if retry_after is None else [reset, remaining, retry_after]
    if not all(isfinite(number) for number in times):
        raise ValueError("a take was answered with a number that is not finite")
    return {
        "allowed": bool(allowed),
        "remaining": max(0, int(remaining)),
        "reset": max(0, ceil(reset)),
        "retryAfter": None if retry_after is None else max(0, ceil(retry_after)),
    }
