"""How much work something is, in calls: of these no busy machine makes more, as it does of seconds."""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GUARD_S = 300.0
"""What takes time in proportion ends long before; what takes its square does not."""


def calls(work: Callable[[], object]) -> int:
    """Return how many functions, of Python and of C, were called in this thread."""
    count = 0

    def called(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@contextmanager
def comes_to_an_end() -> Iterator[None]:
    """End the process, and show where it was, when the block goes on and on."""
    faulthandler.dump_traceback_later(GUARD_S, exit=True, file=2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
