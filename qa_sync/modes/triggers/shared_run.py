"""Shares the runs of the sync between the running sections: a run starts when all of them ask for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from time import monotonic
from typing import Final

from qa_sync.modes.triggers.context import RunSync
from qa_sync.modes.triggers.gate import Gate

GATHER_S: Final = 3.0
"""How long a run waits at most for the sections that do not ask for it yet, and never longer than a run takes."""


class SharedRun:
    """Runs a trigger, never twice at once and never during an edit; an error is raised for all sections of that run.

    Runs are numbered from 1. `gate` keeps them apart from edits; `duration_s` are the seconds of the last one.
    """

    def __init__(self, work: RunSync, gate: Gate | None = None, gather_s: float = GATHER_S) -> None:
        self.gate = gate or Gate()
        self._work = work
        self._gather_s = gather_s
        self._condition = Condition()
        self._begun = 0
        self._ended = 0
        self._is_starting = False
        self._sections = 0
        self._asked: list[int] = []
        self._failed: dict[int, Exception] = {}
        self._began_s: dict[int, float] = {}
        self.duration_s: float | None = None

    @property
    def begun(self) -> int:
        """The number of the last run that has begun."""
        return self._begun

    @property
    def ended(self) -> int:
        """The number of the last run that has ended."""
        return self._ended

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Let runs wait for another section as long as the context is open."""
        with self._condition:
            self._sections += 1
        try:
            yield
        finally:
            with self._condition:
                self._sections -= 1
                self._condition.notify_all()

    def serve(self, number: int) -> float:
        """Return when the run with that number has ended: the last one that has begun, or the next one.

        Returns how many seconds passed before it began; raises its error.
        """
        asked_s = monotonic()
        with self._condition:
            self._asked.append(number)
            self._condition.notify_all()
            while self._ended < number and (self._is_starting or self._begun != self._ended):
                self._condition.wait()
            runs = self._ended < number
            self._is_starting |= runs
        try:
            if runs:
                self._run(number)
        finally:
            with self._condition:
                self._asked.remove(number)
        if failed := self._failed.get(number):
            raise failed
        return max(0.0, self._began_s[number] - asked_s)

    def wait_until_begun(self, number: int, is_over: Callable[[], bool]) -> None:
        """Return when a run has begun, or when `is_over` returns True after a change."""
        with self._condition:
            self._condition.wait_for(lambda: self._begun >= number or is_over())

    def wait_until_ended(self, number: int, timeout_s: float) -> None:
        """Return when a run has ended, at the latest after the timeout."""
        with self._condition:
            self._condition.wait_for(lambda: self._ended >= number, timeout_s)

    def wake(self) -> None:
        """Let those who wait look at what has changed."""
        with self._condition:
            self._condition.notify_all()

    def _gather(self) -> None:
        """Wait for the sections that do not ask yet."""
        most_s = self._gather_s if self.duration_s is None else min(self._gather_s, self.duration_s)
        with self._condition:
            self._condition.wait_for(lambda: sum(n > self._ended for n in self._asked) >= self._sections, most_s)

    def _run(self, number: int) -> None:
        try:
            self._gather()
            with self.gate.cycle():
                with self._condition:
                    self._begun = number
                    self._began_s[number] = monotonic()
                    self._is_starting = False
                    self._condition.notify_all()
                self._work()
                self.duration_s = monotonic() - self._began_s[number]
        except Exception as error:  # noqa: BLE001 - raised again for all sections of this run
            self._failed[number] = error
        finally:
            with self._condition:
                self._begun = self._ended = number
                self._began_s.setdefault(number, monotonic())
                self._is_starting = False
                self._condition.notify_all()
