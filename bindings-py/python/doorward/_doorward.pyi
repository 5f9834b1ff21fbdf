"""The core's shell: bytes in, text out. Private; `doorward` is the interface."""

from collections.abc import Mapping
from typing import Any, final

__all__ = [
    "Calibrate",
    "Engine",
    "Fault",
    "Replay",
    "Scan",
    "__version__",
    "canary",
    "check_output",
    "explain",
    "forked",
    "har_lines",
    "headers",
    "outcome",
    "redact",
    "respond",
    "with_canary",
]

__version__: str

class Fault(Exception):  # noqa: N818 -- the house's word for our own bug
    """A panic of ours, caught at the border: its message and place."""

@final
class Engine:
    """A compiled policy and the store it shares with the engines derived from it."""

    def __new__(
        cls,
        policy: str,
        *,
        platform: str = ...,
        dry_run: bool = False,
        log_secret: bytes | None = None,
        store_secret: bytes | None = None,
        store_profiles: bool = False,
    ) -> Engine: ...
    def derive(self, policy: str) -> Engine: ...
    def refine(self, decision: str, context: str) -> str | None: ...
    def policy(self) -> str: ...
    def hash(self) -> str: ...
    def reads(self) -> str: ...
    def modeless(self) -> list[str]: ...
    def frame_asgi(
        self,
        scope: Mapping[str, Any],
        peer: str | None,
        now: int | None,
        context: bytes,
        head: bytes,
        tail: bytes,
        truncated: bool,
        late: bool,
    ) -> bytes: ...
    def frame_wsgi(
        self,
        environ: Mapping[str, Any],
        now: int | None,
        context: bytes,
        head: bytes,
        tail: bytes,
        truncated: bool,
        late: bool,
    ) -> bytes: ...
    def frame_plain(
        self,
        name: object,
        method: object,
        url: object,
        headers: object,
        complete: bool,
        ordered: bool,
        ip: object,
        now: int | None,
        context: bytes,
        head: bytes,
        tail: bytes,
        truncated: bool,
        late: bool,
    ) -> bytes: ...
    def ask(self, frame: bytes) -> str: ...
    def answer(self, frame: bytes, replies: str) -> str: ...
    def settle(self, reserved: str, used: int, now: int) -> str: ...
    def report(self, actors: str, outcome: str, now: int) -> str: ...
    def fail_next(self) -> None: ...

@final
class Replay:
    """Recorded traffic through a policy, and through a second one beside it."""

    def __new__(
        cls,
        policy: str,
        against: str | None = None,
        *,
        dry_run: bool = False,
        log_secret: bytes | None = None,
        store_secret: bytes | None = None,
    ) -> Replay: ...
    def push(self, place: str, line: bytes, replies: str | None = None) -> str | None: ...
    def summary(self, nanos: list[int]) -> str: ...

@final
class Calibrate:
    """A decision log being read."""

    def __new__(cls, asked: str) -> Calibrate: ...
    def push(self, place: str, line: bytes) -> None: ...
    def finish(self) -> str: ...

@final
class Scan:
    """Lines of text through one detector."""

    def __new__(cls, kind: str, field: str | None = None) -> Scan: ...
    def push(self, place: str, line: bytes) -> str | None: ...

def explain(decision: str) -> str: ...
def headers(decision: str) -> str: ...
def respond(decision: str, accept: bytes) -> str: ...
def outcome(decision_id: str, outcome: str) -> str: ...
def canary(chance: bytes) -> str: ...
def check_output(answer: str, against: str) -> str: ...
def with_canary(prompt: str, canary: str) -> str: ...
def har_lines(har: bytes) -> list[str]: ...
def forked() -> None: ...
def redact(options: str, context: bytes, text: bytes, last: bool) -> str: ...
