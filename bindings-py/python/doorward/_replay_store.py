"""The store behind `doorward replay --store redis://…`.

Its keys are HMACs under a secret of this run alone: what is replayed never
counts against anybody, and the next run begins afresh. The clock is the
recording's.
"""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlsplit

from ._outside import Facts, Turn
from .redis import redis_store

# A replay waits longer than a request would: nobody is kept waiting.
_DEADLINE = 1.0
_CONNECT = 5.0
_URL = re.compile(r"rediss?://", re.IGNORECASE)


def is_redis_url(text: str) -> bool:
    """Is this where a Redis is, rather than the name of another store?"""
    return _URL.match(text) is not None


class ReplayStore:
    """Answers a replay's needs. `ValueError` says why it cannot."""

    def __init__(self, url: str) -> None:
        try:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError:
            said = "--store redis://… needs the package redis: pip install redis"
            raise ValueError(said) from None
        where = _shown(url)
        try:
            retry = Retry(NoBackoff(), 0)
            self._client = redis.Redis.from_url(url, socket_connect_timeout=_CONNECT, retry=retry)
            self._client.ping()
        except (redis.RedisError, ValueError, OSError) as error:
            said = f"found no server at --store {where} ({error}), expected Redis or Valkey"
            raise ValueError(said) from None
        self.secret = secrets.token_bytes(32)
        self._store = redis_store(self._client, deadline=_DEADLINE)
        self._failures = 0
        self._cause = ""

    def answer(self, needs: str) -> str:
        return Turn(self._store, Facts(), self._failed).answer_now(needs)

    def end(self) -> str:
        """Lets go of the server; what to say of it, if something."""
        self._client.close()
        if not self._failures:
            return ""
        return (
            f"doorward replay: the store did not answer {self._failures} times, "
            f"the embedded one did: {self._cause}\n"
        )

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        self._cause = str(error)


def _shown(url: str) -> str:
    """The address without what is secret in it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host:
        raise ValueError("found a --store that is no address, expected redis://HOST:PORT")
    return f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{parts.path}"
