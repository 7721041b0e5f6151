"""Shares one run of the sync between concurrent callers: each gets a run that started after its call."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic

from qa_sync.modes.triggers.context import RunSync
from qa_sync.modes.triggers.gate import Gate

EDIT_AT = 0.3
"""The part of a run's duration after which an edit during the run is made: the sync has begun, and is not done."""


class SharedRun:
    """Runs a trigger, never twice at once and never during an edit; an error is raised for all callers of that run."""

    def __init__(self, work: RunSync, gate: Gate | None = None) -> None:
        self._work = work
        self._gate = gate or Gate()
        self._condition = Condition()
        self._begun = 0
        self._ended = 0
        self._starting = False
        self._failed: dict[int, Exception] = {}
        self._duration_s = 0.0

    def __call__(self) -> None:
        """Return when a run that started after this call has finished; raises its error."""
        with self._condition:
            mine = self._begun + 1
            while self._ended < mine and (self._starting or self._begun != self._ended):
                self._condition.wait()
            runs = self._ended < mine
            self._starting |= runs
        if runs:
            self._run()
        if failed := self._failed.get(mine):
            raise failed

    def during(self, action: Callable[[], None]) -> bool:
        """Call `action` while a run works; return whether it ended before the run did. Raises the error of the run."""
        errors: list[BaseException] = []

        def call() -> None:
            try:
                self()
            except BaseException as error:  # noqa: BLE001 - raised again by the caller
                errors.append(error)

        with self._condition:
            mine = self._begun + 1
        thread = Thread(target=call, daemon=True)
        thread.start()
        with self._condition:
            self._condition.wait_for(lambda: self._begun >= mine or errors)
            self._condition.wait_for(lambda: self._ended >= mine, timeout=self._duration_s * EDIT_AT)
        try:
            action()
        finally:
            with self._condition:
                in_time = self._ended < mine
            thread.join()
        if errors:
            raise errors[0]
        return in_time

    def _run(self) -> None:
        number = self._begun + 1
        try:
            with self._gate.cycle():
                began = monotonic()
                with self._condition:
                    self._begun = number
                    self._starting = False
                    self._condition.notify_all()
                self._work()
                self._duration_s = monotonic() - began
        except Exception as error:  # noqa: BLE001 - raised again for all callers of this run
            self._failed[number] = error
        finally:
            with self._condition:
                self._begun = self._ended = number
                self._starting = False
                self._condition.notify_all()
