"""Waiting for other processes: for what they do, never for a time.

A guard is there so that a test that cannot succeed ends; it is far above what a busy machine needs.
"""

from __future__ import annotations

import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, TypeVar

from cli_caller import ROOT

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP: to load certificates that no one needs takes longer than many requests."""
GUARD_S = 120.0
"""No success takes as long as this."""
LOOK_S = 0.05
LAST = "customwebshop"
"""The system that a sandbox names last, when all are served."""

T = TypeVar("T")


def until(look: Callable[[], T], process: subprocess.Popen[str] | None = None) -> T:
    """Return what `look` gives as soon as it gives something; fails when the process ends before."""
    deadline = time.monotonic() + GUARD_S
    while not (found := look()):
        assert process is None or process.poll() is None, "the process ended before it came to that"
        assert time.monotonic() < deadline, f"nothing after {GUARD_S:g} s"
        time.sleep(LOOK_S)
    return found


@contextmanager
def running(
    words: Sequence[str], *, env: Mapping[str, str] | None = None, err: int | IO[str] = subprocess.PIPE
) -> Iterator[subprocess.Popen[str]]:
    """Yield this Python with those words, started at the top of the project; it is over and closed afterwards."""
    command = [sys.executable, *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err, text=True, cwd=ROOT, env=env)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        if process.stdout and not process.stdout.closed:
            process.communicate()


@contextmanager
def sandbox(*words: str) -> Iterator[list[str]]:
    """Serve a sandbox with those words, and yield what it wrote until it served; it is stopped as a user does it."""
    with (
        TemporaryFile("w+", encoding="utf-8") as reported,
        running(["-m", "qa_sync", "sandbox", *words], err=reported) as process,
    ):
        lines = _until_served(process)
        yield lines
        process.send_signal(signal.SIGINT)
        ended(process)
        reported.seek(0)
        assert "Traceback" not in reported.read()
        assert process.returncode in {0, 3}


def _until_served(process: subprocess.Popen[str]) -> list[str]:
    lines = []
    for line in lines_of(process):
        lines.append(line)
        if line.startswith(LAST):
            return lines
    raise AssertionError(f"the sandbox ended before it served: {lines}")


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return what the process has written when it has come to its end by itself."""
    return process.communicate(timeout=GUARD_S)


def lines_of(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield the lines that a process writes; one that goes on too long without being asked to stop is killed."""
    assert process.stdout is not None
    guard = threading.Timer(GUARD_S, process.kill)
    guard.start()
    try:
        for line in process.stdout:  # noqa: UP028 - `yield from` would close it when no one wants more
            yield line
    finally:
        guard.cancel()
        guard.join()
