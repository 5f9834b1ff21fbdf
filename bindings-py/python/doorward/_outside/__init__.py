"""Who answers what the engine needs to know: the store its quota, the outside its facts.

The engine asks in batches, at most `ROUNDS` for one request; every need of a
batch is answered, with an error where nobody can. Each request has a deadline
for all its facts. What is looked up is kept, so is that there was nothing; the
same question is asked once at a time; and a look-up that nobody waits for any
more still ends and is kept for the next. Look-ups run in threads of their own,
so that they hold up no event loop.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from .._store import (
    Observed,
    OnError,
    Store,
    profile_replies,
    profiles,
    profiles_now,
    takes,
    takes_now,
)
from ._bounds import Gate, Limits
from ._cache import Cache, Found, Looked
from ._dns import mx, names, resolver
from ._failure import Failure, code_of
from ._ip import IpDatabase, Reader, ip_facts
from ._key import Keys, KeySet, key, key_set
from ._verify import verify

__all__ = [
    "ROUNDS",
    "Facts",
    "Failure",
    "IpDatabase",
    "KeySet",
    "Keys",
    "Limits",
    "Outside",
    "Reader",
    "Turn",
    "settle",
    "settle_now",
]

ROUNDS = 3
"""Batches of needs for one request, at most."""

_MAX_NEEDS = 16
"""Needs of one request that are answered."""


@dataclass(frozen=True)
class Outside:
    """Who is asked about the outside, and how much. Nothing of it is part of the policy."""

    dns: str | Sequence[str] | None = None
    """Who resolves names: name servers by address (`192.0.2.53`, `[::1]:5353`), or the URL of a
    DNS-over-HTTPS resolver (needs `dnspython[doh]`). Default: the system's."""
    ip: IpDatabase | Sequence[IpDatabase] = ()
    """Databases of addresses: readers of MMDB files, or functions."""
    keys: Keys = field(default_factory=Keys)
    """Of directories of keys."""
    deadline: float = 1.0
    """For all facts of one request, in seconds."""
    limits: Limits = field(default_factory=Limits)
    """How much is looked up."""


class _Lookups:
    """The caches and bounds, shared by wards of the same options."""

    def __init__(self, outside: Outside) -> None:
        self.resolve = resolver(outside.dns)
        self.gate = Gate(outside.limits, time.monotonic())
        self.pool = ThreadPoolExecutor(outside.limits.concurrent, "doorward-outside")
        self.caches = {"mx": Cache(4096), "dns": Cache(4096), "key": Cache(128)}


_lookups: dict[str, _Lookups] = {}
_lock = threading.Lock()


class Facts:
    """The outside of a ward."""

    def __init__(self, outside: Outside | None = None) -> None:
        outside = outside or Outside()
        self._outside = outside
        ip = outside.ip
        self._databases = tuple(ip) if isinstance(ip, Sequence) else (ip,)
        pinned = outside.keys.pinned
        self._pinned = {url: key_set(keys) for url, keys in pinned.items()}
        dns = outside.dns if isinstance(outside.dns, str) else list(outside.dns or ()) or None
        hosts, ca = list(outside.keys.hosts), outside.keys.ca
        self._name = json.dumps([dns, hosts, ca, repr(outside.limits)])

    def turn(self) -> float:
        """Begins a request: until when its facts are waited for."""
        return time.monotonic() + self._outside.deadline

    def find(self, need: Mapping[str, Any], client: str) -> Found | Future[Found]:
        """What is known, or on its way. Never raises."""
        try:
            return self._find(need, client)
        except Exception as error:
            return {"error": code_of(error)}

    def _find(self, need: Mapping[str, Any], client: str) -> Found | Future[Found]:
        kind = need["kind"]
        if kind == "ip":
            return ip_facts(need["ip"], self._databases)
        if kind == "verify":
            return verify(need)
        if kind == "mx":
            return self._look(need, client, lambda asked: mx(need["domain"], asked.resolve))
        if kind == "dns":
            return self._look(need, client, lambda asked: names(need["ip"], asked.resolve))
        if kind == "key":
            url, options = need["url"], self._outside.keys
            if url in self._pinned:
                return self._pinned[url]
            return self._look(need, client, lambda asked: key(url, options, asked.resolve))
        return {"error": "unsupported"}

    def _look(
        self, need: Mapping[str, Any], client: str, work: Callable[[_Lookups], Looked]
    ) -> Found | Future[Found]:
        with _lock:
            lookups = _lookups.get(self._name)
            if lookups is None:
                lookups = _lookups[self._name] = _Lookups(self._outside)
        gate = lookups.gate
        return lookups.caches[need["kind"]].get(
            need["id"],
            lambda: work(lookups),
            lookups.pool,
            lambda: gate.enter(client, time.monotonic()),
            gate.leave,
        )


Replies = list[Mapping[str, Any]]
Needs = Sequence[Mapping[str, Any]]


class Turn:
    """Answers for one request."""

    def __init__(self, store: Store | None, facts: Facts, on_error: OnError) -> None:
        self._store = store
        self._facts = facts
        self._on_error = on_error
        self._until: float | None = None

    async def answer(self, needs: str) -> str:
        """The replies to a batch. Never raises."""
        asked = json.loads(needs)
        quota, actors, facts = _split(asked["needs"])
        found = self._begun(facts, asked.get("client", ""))
        flights = [one for one in found if isinstance(one, Future)]
        if flights:
            await _landed(flights, self._left())
        replies = _replies(facts, found)
        if self._store is not None and (quota or actors):
            now, store, fails = asked.get("now"), self._store, self._on_error
            keys = [Observed(need["key"]) for need in actors]
            # begun in one turn of the loop, so that a store can ask for both at once
            taken, known = await asyncio.gather(
                takes(store, quota, now, fails) if quota else _nothing(),
                profiles(store, keys, fails) if actors else _nothing(),
            )
            replies += [*taken, *profile_replies(actors, known)]
        return json.dumps({"replies": replies})

    def answer_now(self, needs: str) -> str:
        """The same where nothing can be awaited.

        Raises `TypeError` for a store that has to be awaited.
        """
        asked = json.loads(needs)
        quota, actors, facts = _split(asked["needs"])
        found = self._begun(facts, asked.get("client", ""))
        flights = [one for one in found if isinstance(one, Future)]
        if flights:
            wait(flights, self._left())
        replies = _replies(facts, found)
        if quota and self._store is not None:
            replies += takes_now(self._store, quota, asked.get("now"), self._on_error)
        if actors and self._store is not None:
            keys = [Observed(need["key"]) for need in actors]
            replies += profile_replies(actors, profiles_now(self._store, keys, self._on_error))
        return json.dumps({"replies": replies})

    def _begun(self, needs: Needs, client: str) -> list[Found | Future[Found]]:
        if needs and self._until is None:
            self._until = self._facts.turn()
        overload = {"error": "overloaded"}
        return [
            self._facts.find(need, client) if index < _MAX_NEEDS else overload
            for index, need in enumerate(needs)
        ]

    def _left(self) -> float:
        return max(0.0, (self._until or 0.0) - time.monotonic())


async def _landed(flights: Sequence[Future[Found]], seconds: float) -> None:
    """Waits for all of them, or until the time is up."""
    loop = asyncio.get_running_loop()

    def awaited(flight: Future[Found]) -> asyncio.Future[None]:
        here: asyncio.Future[None] = loop.create_future()

        def land() -> None:
            if not here.done():
                here.set_result(None)

        def tell(_: Future[Found]) -> None:
            try:
                loop.call_soon_threadsafe(land)
            except RuntimeError:  # the loop has ended; nobody waits any more
                return

        flight.add_done_callback(tell)
        return here

    await asyncio.wait([awaited(flight) for flight in flights], timeout=seconds)


def _replies(needs: Needs, found: Sequence[Found | Future[Found]]) -> Replies:
    replies: Replies = []
    for need, one in zip(needs, found, strict=True):
        if isinstance(one, Future):
            one = one.result() if one.done() else {"error": "timeout"}
        replies.append({**one, "id": need["id"]})
    return replies


def _split(needs: Needs) -> tuple[Needs, Needs, Needs]:
    """Quota, profiles, and facts of the outside."""
    quota = [need for need in needs if need["kind"] == "take"]
    actors = [need for need in needs if need["kind"] == "profile"]
    return quota, actors, [need for need in needs if need["kind"] not in ("take", "profile")]


async def _nothing() -> Sequence[Any]:
    return ()


async def settle(store: Store, wanted: str, on_error: OnError) -> None:
    """Has the store change what was taken in advance. Never raises."""
    await takes(store, json.loads(wanted), None, on_error, settle=True)


def settle_now(store: Store, wanted: str, on_error: OnError) -> None:
    """The same where nothing can be awaited."""
    takes_now(store, json.loads(wanted), None, on_error, settle=True)


def forget() -> None:
    """Lets go of what was looked up."""
    with _lock:
        old = list(_lookups.values())
        _lookups.clear()
    for lookups in old:
        lookups.pool.shutdown(wait=False)


def _after_fork() -> None:
    """A child has none of its parent's threads."""
    global _lock
    _lock = threading.Lock()
    _lookups.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
