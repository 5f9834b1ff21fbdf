"""For tests of applications and drills of failure."""

from __future__ import annotations

from collections.abc import Callable

from ._engine import forget as _forget_engines
from ._outside import forget as _forget_outside
from ._ward import Doorward
from ._warning import forget as _forget_warnings

__all__ = ["fail_next", "forget", "set_clock"]


def fail_next(ward: Doorward) -> None:
    """Makes the engine fail in the ward's next decision, as a defect of ours would.

    The fault is in the log of `doorward`, the request is judged again, and
    limits are as they were.
    """
    ward._core.engine.fail_next()


def forget() -> None:
    """Wards built from now on begin with an empty store, look everything up, and warn again."""
    _forget_engines()
    _forget_outside()
    _forget_warnings()


def set_clock(ward: Doorward, clock: Callable[[], int] | None) -> None:
    """The ward, and wards made from it by `with_rule`, see this time
    (milliseconds since the Unix epoch) instead of the machine's."""
    ward._root._clock = clock
