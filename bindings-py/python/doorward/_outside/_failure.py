"""What the outside could not say, as one of the words in docs/outside.md."""

from __future__ import annotations


class Failure(Exception):  # noqa: N818 -- a failure of the world is an answer
    """A fact that there is no answer to."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


def code_of(error: BaseException) -> str:
    """The word for what was raised."""
    return error.code if isinstance(error, Failure) else "failed"
