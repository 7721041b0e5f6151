"""A program for tests: `qa-sync` with a death at a chosen point, or the number of points.

    killed_run.py COUNTS|- POINT NUMBER WORD...

POINT is `before` (a request is sent), `after` (its response arrived) or `noted` (the journal has been written); at
the NUMBER-th of these the process sends itself the signals named in QA_SYNC_DEATH, by default KILL; two of them as
`timeout` of coreutils does, at nearly the same time. NUMBER 0 never comes; COUNTS is a file for the counts of a run
that never got its signals.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from qa_sync import clock
from qa_sync.cli.main import run_guarded
from qa_sync.modes import live
from qa_sync.modes.live_systems import run_journal as ledger
from qa_sync.systems.journal import database as journal_file
from qa_sync.systems.rest import live_connection as line

COUNTS, POINT, NUMBER, *WORDS = sys.argv[1:]
DEATH = [signal.Signals[f"SIG{name}"] for name in os.environ.get("QA_SYNC_DEATH", "KILL").split()]
passed: Counter[str] = Counter()
lock = threading.Lock()


def passing(point: str) -> None:
    with lock:
        passed[point] += 1
        if point == POINT and passed[point] == int(NUMBER):
            for number in DEATH:
                os.kill(os.getpid(), number)


class Deadly(httpx.BaseTransport):
    def __init__(self, *_: object) -> None:
        self.inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        passing("before")
        response = self.inner.handle_request(request)
        response.read()
        passing("after")
        return response

    def close(self) -> None:
        self.inner.close()


transaction = journal_file.JournalFile.transaction


@contextmanager
def noting(self: journal_file.JournalFile) -> Iterator[Any]:
    with transaction(self) as db:
        yield db
    passing("noted")


if "SKEW_S" in os.environ:  # the systems are on this machine, so their clocks are its own
    for module in (ledger, live):
        vars(module)["SKEW"] = timedelta(seconds=float(os.environ["SKEW_S"]))
sleep = clock.InterruptibleClock.sleep


def sleep_less(self: clock.InterruptibleClock, seconds: float) -> None:
    """Make the deliberate waits of a run shorter, which take most of its time: requests and writes are all there."""
    sleep(self, seconds / float(os.environ.get("QA_SYNC_SPEED", "1")))


vars(line)["live_transport"] = Deadly
clock.InterruptibleClock.sleep = sleep_less  # type: ignore[method-assign]
journal_file.JournalFile.transaction = noting  # type: ignore[method-assign]
sys.argv = ["qa-sync", *WORDS]
code = run_guarded()
if COUNTS != "-" and not 0 < int(NUMBER) <= passed[POINT]:
    Path(COUNTS).write_text(json.dumps(passed), encoding="utf-8")
sys.exit(code)
