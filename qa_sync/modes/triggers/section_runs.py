"""The runs of the sync that one section has been served by: each began after its last edit, and none counts twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Thread

from qa_sync.clock import Clock
from qa_sync.modes.triggers.shared_run import SharedRun
from qa_sync.running.needs import DuringCycle

EDIT_AT = 0.3
"""The part of a run's duration after which an edit during the run is made: the sync has begun, and is not done."""


class SectionRuns:
    """The share of a section in the runs; `queued_s` are the seconds that it has waited for a run to begin.

    A run that has begun after the section's last edit serves it, although the section asks for it only while the run
    works, or after it has ended.
    """

    def __init__(self, shared: SharedRun) -> None:
        self._shared = shared
        self._after = shared.begun
        self.queued_s = 0.0

    def __call__(self) -> None:
        """Return when a run has ended that began after the last edit and the last run that served the section."""
        self._serve(self._after + 1)

    def next_run(self) -> None:
        """Return when a run has ended that begins after this call."""
        self._serve(self._shared.begun + 1)

    def _serve(self, number: int) -> None:
        self._after = number = max(number, self._shared.ended)
        self.queued_s += self._shared.serve(number)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Let no run begin while the context is open; only runs after it serve the section."""
        with self._shared.gate.edit():
            try:
                yield
            finally:
                self._after = self._shared.begun

    def during(self, needs: Sequence[DuringCycle]) -> Sequence[bool]:
        """Call functions while a run works; return of each whether it ended before the run did.

        Raises the error of the run.
        """
        errors: list[BaseException] = []
        in_time: list[bool] = []
        number = begun = self._shared.begun + 1

        def call() -> None:
            try:
                self._serve(number)
            except BaseException as error:  # noqa: BLE001 - raised again by the caller
                errors.append(error)
                self._shared.wake()

        thread = Thread(target=call, daemon=True)
        thread.start()
        self._shared.wait_until_begun(number, lambda: bool(errors))
        self._shared.wait_until_ended(number, (self._shared.duration_s or 0.0) * EDIT_AT)
        try:
            for need in needs:
                need.action()
                in_time.append(self._shared.ended < number)
                begun = number if in_time[-1] else self._shared.begun
        finally:
            thread.join()
            self._after = begun
        if errors:
            raise errors[0]
        return in_time


class UnqueuedClock:
    """A clock that stands still while the section waits for a run to begin, so that this is not the sync's time."""

    def __init__(self, clock: Clock, runs: SectionRuns) -> None:
        self._clock = clock
        self._runs = runs

    def now(self) -> datetime:
        """Return the current time in UTC, less the time in which the section waited."""
        return self._clock.now() - timedelta(seconds=self._runs.queued_s)

    def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        self._clock.sleep(seconds)
