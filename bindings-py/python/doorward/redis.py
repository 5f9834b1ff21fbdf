"""Limits and behaviour that several processes share, in Redis or Valkey (5 or later).

A take is one call of one script on one key, so it is atomic and costs one
round trip; the takes of a request share that, and so do those of requests that
ask in the same turn of an event loop. The server's clock counts. The arithmetic
is the embedded store's, to the unit and the millisecond. A profile is one key of
80 bytes and a script of its own; what a request adds to it is told after its
decision, which waits for that only where nothing can be awaited.

A take that fails or comes too late is answered by the embedded store, and the
decision says `degraded: ["store"]`; behaviour that does is not known to that
decision, which says `profiles`. Nothing is sent twice: only `NOSCRIPT`, with which
the server says that nothing happened, is followed by the script's text. A take
tells the server until when it is waited for, so one that a network holds back
and delivers later consumes nothing.

While a server is silent, one batch a second asks whether it does again;
the others do not wait for it.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
from collections.abc import Sequence
from importlib import resources
from math import ceil
from time import monotonic
from typing import Any

from ._store import Answers, Observed, Profile, Profiles, Store, Take, Taken, in_time

__all__ = ["redis_store"]

_Asked = Take | Observed
_Answer = Taken | Profile | Exception


def _script(name: str) -> tuple[bytes, str]:
    """A script, and the name under which a server knows it."""
    text = resources.files(__package__).joinpath(name).read_bytes()
    return text, hashlib.sha1(text, usedforsecurity=False).hexdigest()


_TAKE = _script("_take.lua")
_PROFILE = _script("_profile.lua")
_PAUSE = 1.0
_TOO_LATE = -1


def redis_store(client: Any, *, deadline: float = 0.05, prefix: str = "doorward:") -> Store:
    """A store for a ward's `store`, on the application's own client.

    `client` is a `redis.asyncio.Redis`, whose connections are used, for
    `protect`; or a `redis.Redis` for `protect_sync`: as a deadline cannot be set
    for a connection that others use too, the store then opens connections of its
    own with the client's settings. `deadline` is in seconds and holds for a
    batch; synchronously for each step of a connection, too.
    """
    pool = getattr(client, "connection_pool", None)
    get = getattr(pool, "get_connection", None)
    if get is None:
        raise TypeError("redis_store: expected a client of redis-py, redis.Redis or its async twin")
    if not deadline > 0:
        raise ValueError("redis_store: deadline: expected a number above 0")
    if not isinstance(prefix, str) or "{" in prefix or "}" in prefix:
        raise ValueError("redis_store: prefix: expected text without braces")
    if inspect.iscoroutinefunction(inspect.unwrap(get)):
        return _AsyncStore(pool, deadline, prefix)
    return _SyncStore(_own_pool(pool, deadline), deadline, prefix)


class _Server:
    """What is known of a server: does it answer, and what does its clock say?"""

    def __init__(self, deadline: float, prefix: str) -> None:
        self.deadline = deadline
        self.prefix = prefix
        self._again = 0.0
        self._heard = 0.0
        self._ahead: float | None = None

    def silent(self) -> bool:
        """It did not answer, and it is not yet time to ask again."""
        if not self._again:
            return False
        now = monotonic()
        if now < self._again:
            return True
        self._again = now + _PAUSE
        return False

    def late(self, begun: float) -> None:
        """What was begun then was not answered in time, nor was anything else."""
        if self._heard < begun:
            self._again = monotonic() + _PAUSE

    def answered(self) -> None:
        self._again = 0.0
        self._heard = monotonic()

    def set(self, sent: float, clock: int) -> None:
        """Its clock says this, in an answer to what was sent then."""
        # at most this much is it ahead of ours
        self._ahead = clock - sent * 1000

    def until(self, sent: float) -> int:
        """The server's time after which nobody waits; 0 if that is not known."""
        if self._ahead is None:
            return 0
        return ceil((sent + self.deadline) * 1000 + self._ahead)


class _Talk:
    """What is said to a server and heard of it about a batch, however it is sent."""

    def __init__(self, server: _Server, batch: Sequence[_Asked]) -> None:
        self._server = server
        self._batch = batch
        self._answers: list[_Answer | None] = [None] * len(batch)
        self._unknown = [False] * len(batch)
        self._late = [False] * len(batch)
        self._asked: list[int] = []
        self._sent = 0.0

    def commands(self) -> list[tuple[Any, ...]]:
        """What to send now; nothing when all is answered."""
        self._asked = [index for index, answer in enumerate(self._answers) if answer is None]
        self._sent = monotonic()
        until = self._server.until(self._sent)
        return [self._command(index, until) for index in self._asked]

    def _command(self, index: int, until: int) -> tuple[Any, ...]:
        asked = self._batch[index]
        text, sha = _TAKE if isinstance(asked, Take) else _PROFILE
        script = ("EVAL", text) if self._unknown[index] else ("EVALSHA", sha)
        key = f"{self._server.prefix}{{{asked.key}}}"
        if isinstance(asked, Take):
            return (*script, 1, key, *self._take(asked, until))
        return (*script, 1, key, *("" if fact is None else fact for fact in asked[1:]), "")

    @staticmethod
    def _take(take: Take, until: int) -> tuple[Any, ...]:
        limit = take.limit
        kind = limit["kind"]
        if kind == "fixedWindow":
            numbers = (limit["max"], 0, limit["window"])
        elif kind == "slidingWindow":
            numbers = (limit["max"], 0, limit["interval"])
        else:
            numbers = (limit["capacity"], limit["refillRate"], limit["interval"])
        now = "" if take.now is None else take.now
        settle = "1" if take.settle else ""
        return (kind, *numbers, take.cost, until, now, settle)

    def heard(self, replies: Sequence[Any]) -> None:
        for index, reply in zip(self._asked, replies, strict=True):
            try:
                self._answers[index] = self._understood(index, reply)
            except (TypeError, ValueError) as error:
                self._answers[index] = error

    def _understood(self, index: int, reply: Any) -> _Answer | None:
        if isinstance(reply, Exception):
            if type(reply).__name__ != "NoScriptError" or self._unknown[index]:
                return reply
            self._unknown[index] = True
            return None
        self._server.answered()
        if isinstance(self._batch[index], Observed):
            return Profile(*(int(number) for number in reply))
        clock, given, remaining, reset, wait = (int(number) for number in reply)
        self._server.set(self._sent, clock)
        if given != _TOO_LATE:
            return Taken(given == 1, remaining, reset, None if wait < 0 else wait)
        if self._late[index]:
            return TimeoutError("came too late")
        # it took nothing: its clock is not where it was
        self._late[index] = True
        return None

    def answers(self, otherwise: Exception | None = None) -> list[Any]:
        missing = otherwise or TimeoutError(f"no answer within {self._server.deadline} s")
        return [missing if answer is None else answer for answer in self._answers]


class _SyncStore:
    def __init__(self, pool: Any, deadline: float, prefix: str) -> None:
        self._pool = pool
        self._server = _Server(deadline, prefix)

    def take(self, batch: Sequence[Take]) -> Answers:
        return self._asked(batch)

    def profile(self, batch: Sequence[Observed]) -> Profiles:
        return self._asked(batch)

    def _asked(self, batch: Sequence[_Asked]) -> list[Any]:
        talk = _Talk(self._server, batch)
        if self._server.silent():
            return talk.answers()
        begun = monotonic()
        try:
            self._say(talk)
        except Exception as error:
            if "Timeout" in type(error).__name__:
                self._server.late(begun)
            return talk.answers(error)
        return talk.answers()

    def _say(self, talk: _Talk) -> None:
        until = monotonic() + self._server.deadline
        connection = self._pool.get_connection()
        try:
            while commands := talk.commands():
                if monotonic() > until:
                    raise TimeoutError("gave up before it was sent")
                connection.send_packed_command(
                    connection.pack_commands(commands), check_health=False
                )
                talk.heard([self._reply(connection) for _ in commands])
        except BaseException:
            connection.disconnect()
            raise
        finally:
            self._pool.release(connection)

    @staticmethod
    def _reply(connection: Any) -> Any:
        try:
            return connection.read_response()
        except Exception as error:
            if _from_server(error):
                return error
            raise


class _AsyncStore:
    def __init__(self, pool: Any, deadline: float, prefix: str) -> None:
        self.deadline = deadline
        self._pool = pool
        self._server = _Server(deadline, prefix)
        self._group: _Group | None = None
        self._talking: set[asyncio.Task[None]] = set()

    async def take(self, batch: Sequence[Take]) -> Answers:
        return await self._asked(batch)

    async def profile(self, batch: Sequence[Observed]) -> Profiles:
        return await self._asked(batch)

    async def _asked(self, batch: Sequence[_Asked]) -> list[Any]:
        group = self._group
        if group is None or group.loop is not asyncio.get_running_loop():
            group = self._group = _Group(self._run)
        begin = len(group.batch)
        group.batch.extend(batch)
        # a request that goes away does not take the others' answers with it
        answers = await asyncio.shield(group.answers)
        return answers[begin : begin + len(batch)]

    async def _run(self, group: _Group) -> list[Any]:
        if self._group is group:
            self._group = None
        talk = _Talk(self._server, group.batch)
        if self._server.silent():
            return talk.answers()
        begun = monotonic()
        talking = asyncio.ensure_future(self._say(talk))
        self._talking.add(talking)
        talking.add_done_callback(self._ended)
        if await in_time(talking, self.deadline):
            error = talking.exception()
            return talk.answers(error if isinstance(error, Exception) else None)
        talking.cancel()
        self._server.late(begun)
        return talk.answers()

    def _ended(self, talking: asyncio.Task[None]) -> None:
        self._talking.discard(talking)
        if not talking.cancelled():
            talking.exception()

    async def _say(self, talk: _Talk) -> None:
        connection = await self._pool.get_connection()
        try:
            while commands := talk.commands():
                await connection.send_packed_command(
                    connection.pack_commands(commands), check_health=False
                )
                talk.heard([await self._reply(connection) for _ in commands])
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        finally:
            await self._pool.release(connection)

    @staticmethod
    async def _reply(connection: Any) -> Any:
        try:
            return await connection.read_response()
        except Exception as error:
            if _from_server(error):
                return error
            raise


class _Group:
    """The batches of one turn of a loop, answered together in the next."""

    def __init__(self, run: Any) -> None:
        self.loop = asyncio.get_running_loop()
        self.batch: list[_Asked] = []
        self.answers: asyncio.Task[list[Any]] = self.loop.create_task(run(self))


def _from_server(error: Exception) -> bool:
    """An error that the server answered, so that the connection is as before."""
    return any(kind.__name__ == "ResponseError" for kind in type(error).__mro__)


def _own_pool(pool: Any, deadline: float) -> Any:
    """Connections to where the client's go, that give up in time and never try twice."""
    from redis.backoff import NoBackoff
    from redis.connection import ConnectionPool
    from redis.retry import Retry

    given = {
        name: value
        for name, value in pool.connection_kwargs.items()
        if not name.startswith(("maint_notifications", "orig_", "himport"))
    }
    given.update(
        socket_timeout=deadline,
        socket_connect_timeout=deadline,
        retry=Retry(NoBackoff(), 0),
        retry_on_timeout=False,
        retry_on_error=[],
    )
    return ConnectionPool(connection_class=pool.connection_class, **given)
