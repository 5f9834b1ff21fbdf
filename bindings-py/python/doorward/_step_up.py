"""Proof that a user has stepped up: a token that is good for one session (or
user), one action and one origin, for a few minutes, once.

The application decides what a step-up is (a passkey, a code by e-mail) and
issues a token when it is passed; whoever brings it may do that one thing. A
token is 72 bytes in base64url: a version (1), when it expires (7, in ms since
the Unix epoch), a nonce (16), what it is bound to (16) and an HMAC-SHA-256 of
all that (32). It names nobody: what it is bound to is an HMAC too. The nonce is
taken from a bucket of one in the ward's own store, so with a store that several
processes share a token is good once among all of them.

`verify` is total: whatever a client sends is an answer, never an error. Where
the store cannot say whether the token was used, it does not count.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ._engine import PolicyError

if TYPE_CHECKING:
    from ._decision import Decision
    from ._ward import Doorward

Failed = Literal["malformed", "forged", "bound_elsewhere", "expired", "used", "unavailable"]

_VERSION = 1
_NONCE = 16
_BINDING = 16
_SIGNED = 8 + _NONCE + _BINDING
_TOKEN = re.compile(r"[A-Za-z0-9_-]{96}")
_MIN_SECONDS = 10
_MAX_SECONDS = 3600


# The rule that takes a nonce: a bucket of one, filled again long after any token has expired. The
# same whatever `ttlSeconds` is, because processes may differ in that.
_ONCE = {
    "rule": "tokenBucket",
    "id": "step_up",
    "mode": "LIVE",
    "capacity": 1,
    "refillRate": 1,
    "interval": f"{2 * _MAX_SECONDS}s",
    "characteristics": ["nonce"],
}


class StepUpResult(NamedTuple):
    """What came of a token."""

    ok: bool
    reason: Failed | None = None
    """Why it does not count."""

    @property
    def context(self) -> dict[str, Any]:
        """What belongs into the context of `protect`."""
        return {"session": {"stepUpAgeSeconds": 0}} if self.ok else {}


class Setup(NamedTuple):
    """How a ward's step-ups are proved."""

    secrets: tuple[bytes, ...]
    ttl: int
    """In ms."""


class StepUp:
    """Issues and verifies tokens: a ward's `step_up`."""

    def __init__(self, setup: Setup, ward: Doorward, clock: Callable[[], int]) -> None:
        self._secrets, self._ttl = setup
        self._ward = ward
        self._clock = clock

    def issue(
        self, *, action: str, origin: str, session: str | None = None, user_id: str | None = None
    ) -> str:
        """A token for somebody who has just passed the application's step-up.

        Raises `TypeError` where it would be bound to nobody, to no action or to
        no origin.
        """
        bound = bound_to(session, user_id, action, origin)
        if bound is None:
            said = (
                "step_up.issue: expected session or user_id, action and origin, each of them text"
            )
            raise TypeError(said)
        nonce = secrets.token_bytes(_NONCE)
        return token_of(self._secrets[0], bound, self._clock() + self._ttl, nonce)

    async def verify(
        self,
        token: object,
        *,
        action: str | None,
        origin: str | None,
        session: str | None = None,
        user_id: str | None = None,
    ) -> StepUpResult:
        """Whether a token counts for this request; from then on it does not count again."""
        found = self._looked(token, bound_to(session, user_id, action, origin))
        if isinstance(found, StepUpResult):
            return found
        rules, context = [_ONCE], {"nonce": found}
        return _taken(await self._ward.guard("step_up", rules=rules, context=context))

    def verify_sync(
        self,
        token: object,
        *,
        action: str | None,
        origin: str | None,
        session: str | None = None,
        user_id: str | None = None,
    ) -> StepUpResult:
        """The same where nothing can be awaited."""
        found = self._looked(token, bound_to(session, user_id, action, origin))
        if isinstance(found, StepUpResult):
            return found
        rules, context = [_ONCE], {"nonce": found}
        return _taken(self._ward.guard_sync("step_up", rules=rules, context=context))

    def _looked(self, token: object, bound: bytes | None) -> StepUpResult | str:
        """Why it does not count, or the nonce that is still to be taken."""
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            return StepUpResult(False, "malformed")
        raw = urlsafe_b64decode(token)
        if raw[0] != _VERSION:
            return StepUpResult(False, "malformed")
        signed, signature = raw[:_SIGNED], raw[_SIGNED:]
        signer = None
        for secret in self._secrets:
            if hmac.compare_digest(_signature(secret, signed), signature):
                signer = secret
        if signer is None:
            return StepUpResult(False, "forged")
        here = None if bound is None else _binding(signer, bound)
        if here is None or not hmac.compare_digest(here, signed[-_BINDING:]):
            return StepUpResult(False, "bound_elsewhere")
        if self._clock() >= int.from_bytes(signed[1:8], "big"):
            return StepUpResult(False, "expired")
        return signed[8 : 8 + _NONCE].hex()


def _taken(decision: Decision) -> StepUpResult:
    """A nonce is new if its bucket was full, and if it was the right bucket that was asked."""
    results = decision.results
    if results and results[0].conclusion == "DENY":
        return StepUpResult(False, "used")
    if not results or set(decision.degraded) - {"dry_run"}:
        return StepUpResult(False, "unavailable")
    return StepUpResult(True)


def setup_of(
    given: object, secret: bytes | None, checked: Callable[[Any], bytes | None]
) -> Setup | None:
    """The options given; nothing where the application has a step-up of its own, or none."""
    if not isinstance(given, Mapping):
        return None
    for name in given:
        if name not in ("secret", "ttlSeconds"):
            expected = "expected one of secret, ttlSeconds"
            raise PolicyError(f"policy: stepUp: {name}: found an unknown key, {expected}")
    own = given.get("secret")
    several = list(own) if isinstance(own, list | tuple) else [own if own is not None else secret]
    keys = [checked(one) for one in several if one is not None]
    if not keys or len(keys) < len(several):
        raise PolicyError(
            "policy: stepUp: secret: found nothing, expected text of at least 16 characters: "
            "tokens are HMACs under it"
        )
    seconds = given.get("ttlSeconds", 300)
    whole = isinstance(seconds, int) and not isinstance(seconds, bool)
    if not whole or not _MIN_SECONDS <= seconds <= _MAX_SECONDS:
        expected = f"a whole number from {_MIN_SECONDS} to {_MAX_SECONDS}"
        raise PolicyError(f"policy: stepUp: ttlSeconds: found {seconds!r}, expected {expected}")
    return Setup(tuple(key for key in keys if key is not None), seconds * 1000)


def bound_to(session: object, user_id: object, action: object, origin: object) -> bytes | None:
    """What facts are bound as; nothing for what no token can be bound to."""
    parts = ["" if part is None else part for part in (session, user_id, action, origin)]
    if not (parts[0] or parts[1]) or not parts[2] or not parts[3]:
        return None
    out = b""
    for part in parts:
        if not isinstance(part, str):
            return None
        try:
            text = part.encode()
        except UnicodeEncodeError:
            return None
        out += len(text).to_bytes(4, "big") + text
    return out


def token_of(secret: bytes, bound: bytes, expires: int, nonce: bytes) -> str:
    """A token as it is written."""
    signed = bytes([_VERSION]) + expires.to_bytes(7, "big") + nonce + _binding(secret, bound)
    return urlsafe_b64encode(signed + _signature(secret, signed)).decode()


def _binding(secret: bytes, bound: bytes) -> bytes:
    return hmac.digest(secret, b"doorward step-up facts\0" + bound, "sha256")[:_BINDING]


def _signature(secret: bytes, signed: bytes) -> bytes:
    return hmac.digest(secret, b"doorward step-up token\0" + signed, "sha256")
