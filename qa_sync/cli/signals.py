"""Shutdown on signals: the first one stops the run and cleans up, the second one exits immediately."""

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
def graceful_shutdown(announcement: str = "Interrupted: stopping.") -> Iterator[None]:
    """Print the announcement and raise KeyboardInterrupt at the first signal.

    At the second signal, exit without sending another request.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interrupted = False

    def leave(_number: int, _frame: Any) -> None:
        nonlocal interrupted
        if interrupted:
            _exit_immediately()
        interrupted = True
        os.write(2, f"{announcement} A second signal exits immediately.\n".encode())
        raise KeyboardInterrupt

    before = {number: signal.signal(number, leave) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit_immediately() -> NoReturn:
    cursor = SHOW_CURSOR if sys.stderr.isatty() else ""
    os.write(2, f"{cursor}Aborted; `qa-sync cleanup` removes the records of a live run.\n".encode())
    os._exit(NO_VERDICT)
