"""What every application of these tests has in common: its policy and its log."""

from __future__ import annotations

import os
import sys

from doorward import Doorward


def _log(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


ward = Doorward.from_policy(os.environ["HOSTS_POLICY"], log=_log)


def known(email: str | None) -> dict[str, str]:
    """What the application knows: here, the address that somebody signs up with."""
    return {"email": email} if email else {}
