"""What wards have to say to the people who run them: once for each cause."""

from __future__ import annotations

import logging

_log = logging.getLogger("doorward")

_MAX_SAID = 512
_said: set[tuple[str, ...]] = set()


def warn(cause: tuple[str, ...], message: str) -> None:
    """Says it the first time."""
    if cause not in _said and len(_said) < _MAX_SAID:
        _said.add(cause)
        _log.warning("doorward: %s", message)


def forget() -> None:
    """Says everything once more."""
    _said.clear()
