"""What adapters to libraries of models raise."""

from __future__ import annotations

from ._decision import Decision


class Refused(Exception):  # noqa: N818 -- the word for it everywhere
    """What the ward refused."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"refused: {decision.reason.code}")
        self.decision = decision
