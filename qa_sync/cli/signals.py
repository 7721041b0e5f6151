"""Leaving a run that writes to systems: a first signal ends it and what was made is removed, a second ends at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
NO_VERDICT: Final = 3
SHOW_CURSOR: Final = "\x1b[?25h"


@contextmanager
def graceful_shutdown() -> Iterator[None]:
    """Raise KeyboardInterrupt at the first signal; at the second, leave without another word to any system."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told = False

    def leave(_number: int, _frame: Any) -> None:
        nonlocal told
        if told:
            _exit_immediately()
        told = True
        raise KeyboardInterrupt

    before = {number: signal.signal(number, leave) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit_immediately() -> NoReturn:
    cursor = SHOW_CURSOR if sys.stderr.isatty() else ""
    os.write(2, f"{cursor}Left at once; what a live run has made, `qa-sync cleanup` removes.\n".encode())
    os._exit(NO_VERDICT)
