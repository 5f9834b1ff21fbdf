"""What a model's answer must not hold: a canary, the system prompt, links that carry data
away, keys and passwords.

mark = canary()
system = with_canary("You are the assistant of a bank. ...", mark)
leaks = check_output(answer, canaries=[mark], prompt=system, hosts=["bank.example"])
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from . import _doorward


@dataclass(frozen=True)
class OutputLeak:
    """A place in an answer, in code points; `end` is behind its last."""

    start: int
    end: int
    type: str
    """`CANARY`, `SYSTEM_PROMPT`, `IMAGE`, `LINK` or `SECRET`."""


def check_output(
    answer: str,
    *,
    canaries: Sequence[str] = (),
    prompt: str = "",
    hosts: Sequence[str] = (),
) -> list[OutputLeak]:
    """What is in an answer that must not be, at most 64 places in order.

    `hosts` are those that links and images may name, with their subdomains.
    """
    against = json.dumps({"canaries": list(canaries), "prompt": prompt, "hosts": list(hosts)})
    return [OutputLeak(**leak) for leak in json.loads(_doorward.check_output(answer, against))]


def canary() -> str:
    """A word of chance to put into a system prompt."""
    return _doorward.canary(secrets.token_bytes(16))


def with_canary(prompt: str, canary: str) -> str:
    """A prompt with a canary in it."""
    return _doorward.with_canary(prompt, canary)
