"""Shares one run of the sync between concurrent callers: each gets a run that started after its call."""

from __future__ import annotations

from threading import Condition

from qa_sync.modes.triggers.context import RunSync


class SharedRun:
    """Runs a trigger, never twice at once; an error is raised for all callers of that run."""

    def __init__(self, work: RunSync) -> None:
        self._work = work
        self._condition = Condition()
        self._begun = 0
        self._ended = 0
        self._failed: dict[int, Exception] = {}

    def __call__(self) -> None:
        """Return when a run that started after this call has finished; raises its error."""
        with self._condition:
            mine = self._begun + 1
            while self._ended < mine and self._begun != self._ended:
                self._condition.wait()
            runs = self._ended < mine
            if runs:
                self._begun += 1
        if runs:
            self._run()
        if failed := self._failed.get(mine):
            raise failed

    def _run(self) -> None:
        number = self._begun
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - raised again for all callers of this run
            self._failed[number] = error
        finally:
            with self._condition:
                self._ended = number
                self._condition.notify_all()
