"""How much of the outside is asked (law 9): at a time, a second, by one client.

Clients decide what is looked up, so without bounds they would decide how much.
What exceeds one is refused at once and its fact is undetermined.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

BURST_SECONDS = 2
"""Of `per_second`, what may come at once after a pause."""

_MAX_CLIENTS = 4096


@dataclass(frozen=True)
class Limits:
    """The bounds of a ward's look-ups."""

    concurrent: int = 32
    """Look-ups under way at the same time."""
    per_second: float = 50
    """Look-ups a second, of all clients."""
    per_client_per_minute: float = 20
    """Look-ups a minute in the name of one client (an IPv4 address, an IPv6 /64)."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise ValueError(f"{name}: found {value!r}, expected a number above 0")


class _Bucket:
    """Fills with time, up to a size."""

    def __init__(self, size: float, per_second: float, now: float) -> None:
        self._size = self._level = size
        self._per_second = per_second
        self._seen = now

    def has(self, now: float) -> bool:
        gained = max(0.0, now - self._seen) * self._per_second
        self._level = min(self._size, self._level + gained)
        self._seen = now
        return self._level >= 1

    def take(self) -> None:
        self._level -= 1


class Gate:
    """Lets look-ups through."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._all = _Bucket(limits.per_second * BURST_SECONDS, limits.per_second, now)
        self._clients: dict[str, _Bucket] = {}
        self._running = 0
        self._lock = threading.Lock()

    def enter(self, client: str, now: float) -> bool:
        """Whether one more may begin; then `leave` is called when it has ended."""
        with self._lock:
            if self._running >= self._limits.concurrent:
                return False
            # clients that nobody can tell apart are bounded together, by what all may ask
            own = self._of(client, now) if client else None
            if own is not None and not own.has(now):
                return False
            if not self._all.has(now):
                return False
            if own is not None:
                own.take()
            self._all.take()
            self._running += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._running -= 1

    def _of(self, client: str, now: float) -> _Bucket:
        rate = self._limits.per_client_per_minute
        bucket = self._clients.pop(client, None) or _Bucket(rate, rate / 60, now)
        self._clients[client] = bucket
        if len(self._clients) > _MAX_CLIENTS:
            del self._clients[next(iter(self._clients))]
        return bucket
