"""Shutdown on signals: the first one stops the command and cleans up; only an impatient second one exits immediately.

`timeout` and a closed terminal send a signal twice, to the process and to its group. So a second SIGTERM or SIGHUP
counts only after a second; a second Ctrl-C always does.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:  # `--help` needs no clock
    from qa_sync.clock import StopFlag

SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
NO_VERDICT: Final = 3
SHOW_CURSOR: Final = "\x1b[?25h"
STOP_S: Final = 0.8
"""The seconds in which work may stop by itself."""
REPEAT_S: Final = 1.0
"""The seconds in which a second SIGTERM or SIGHUP belongs to the first signal."""

_first_signals: Final[list[float]] = []
"""The times of the signals that have stopped something in this process; signals belong to a process as a whole."""


@contextmanager
def graceful_shutdown(announce: Callable[[], str] = lambda: "Interrupted: stopping.") -> Iterator[None]:
    """Print the announcement and raise KeyboardInterrupt at the first signal.

    At the second signal, exit without sending another request.
    """
    interrupted = False

    def leave(number: int, _frame: Any) -> None:
        nonlocal interrupted
        if is_repeated(number):
            return
        if interrupted:
            _exit_immediately()
        interrupted = True
        note_signal()
        _print(f"{announce()} A second signal exits immediately.")
        raise KeyboardInterrupt

    with handled(leave):
        yield


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Let every signal end a command as Ctrl-C does: temporary files are removed, and the exit code is 3."""

    def leave(number: int, _frame: Any) -> None:
        if not is_repeated(number):
            note_signal()
            raise KeyboardInterrupt

    with handled(leave):
        yield


@contextmanager
def stopped_by_signals() -> Iterator[StopFlag]:
    """Yield a flag that the first signal sets, for work that can stop at any point but stops better between two writes.

    KeyboardInterrupt is raised when the work has not stopped a second later, and at the second signal.
    """
    from qa_sync.clock import StopFlag  # noqa: PLC0415 - see above

    stop = StopFlag()

    def interrupt(_number: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    def leave(number: int, frame: Any) -> None:
        if is_repeated(number):
            return
        note_signal()
        if stop.is_set():
            interrupt(number, frame)
        stop.set()
        signal.setitimer(signal.ITIMER_REAL, STOP_S)

    with handled(leave):
        before = signal.signal(signal.SIGALRM, interrupt) if _in_main_thread() else None
        try:
            yield stop
        finally:
            if _in_main_thread():
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)


@contextmanager
def handled(handler: Callable[[int, Any], None]) -> Iterator[None]:
    """Set a handler for all signals that end a program; a SIGHUP that is ignored (`nohup`) stays ignored."""
    if not _in_main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, earlier in before.items():
        if number == signal.SIGINT or earlier is not signal.SIG_IGN:
            signal.signal(number, handler)
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def is_repeated(number: int) -> bool:
    """Return whether a signal is only the second half of the one before."""
    return number != signal.SIGINT and bool(_first_signals) and time.monotonic() - _first_signals[-1] < REPEAT_S


def note_signal() -> None:
    """Note that a signal has come."""
    _first_signals.append(time.monotonic())


def _print(line: str) -> None:
    """Print a line on standard error, which may be a terminal that is closed."""
    with suppress(OSError):
        os.write(2, f"{line}\n".encode(errors="backslashreplace"))


def _exit_immediately() -> NoReturn:
    cursor = SHOW_CURSOR if sys.stderr and sys.stderr.isatty() else ""
    _print(f"{cursor}Aborted; `qa-sync cleanup` removes the records of a live run.")
    os._exit(NO_VERDICT)
