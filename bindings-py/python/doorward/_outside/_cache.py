"""What was looked up, for as long as it is good: bounded, the least used first to go."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from typing import Any, NamedTuple

from ._failure import Failure, code_of

_FAILED = 30.0
"""Seconds for which a failure is not asked again."""

Found = Mapping[str, Any]
"""The members of a reply: a fact's, or `error`."""


class Looked(NamedTuple):
    """What a look-up came to and for how many seconds that holds."""

    fact: Found
    ttl: float


class Cache:
    """Facts by the id of their need."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: dict[str, tuple[Found, float]] = {}
        self._flights: dict[str, Future[Found]] = {}
        self._lock = threading.Lock()

    def get(
        self,
        name: str,
        work: Callable[[], Looked],
        pool: Executor,
        enter: Callable[[], bool],
        leave: Callable[[], None],
    ) -> Found | Future[Found]:
        """What is known, or on its way; looked up once for all who ask meanwhile."""
        now = time.monotonic()
        with self._lock:
            kept = self._kept.pop(name, None)
            if kept is not None and kept[1] > now:
                self._kept[name] = kept
                return kept[0]
            flight = self._flights.get(name)
            if flight is not None:
                return flight
            if not enter():
                raise Failure("overloaded")
            flight = Future()
            self._flights[name] = flight
        try:
            pool.submit(self._look, name, work, flight, leave)
        except RuntimeError:  # the interpreter is about to end
            leave()
            self._land(name, flight, {"error": "failed"}, 0.0)
        return flight

    def _look(
        self,
        name: str,
        work: Callable[[], Looked],
        flight: Future[Found],
        leave: Callable[[], None],
    ) -> None:
        try:
            found, ttl = work()
        except Exception as error:
            found, ttl = {"error": code_of(error)}, _FAILED
        finally:
            leave()
        self._land(name, flight, found, ttl)

    def _land(self, name: str, flight: Future[Found], found: Found, ttl: float) -> None:
        with self._lock:
            self._flights.pop(name, None)
            self._kept[name] = (found, time.monotonic() + ttl)
            if len(self._kept) > self._size:
                del self._kept[next(iter(self._kept))]
        flight.set_result(found)
