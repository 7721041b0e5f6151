"""Writes the results so far to the JSON reports of a run that goes on, for `qa-sync report --serve`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.checklist.model import Checklist
from qa_sync.files import write_atomically
from qa_sync.reports.formats import results_json
from qa_sync.running.collect_results import RunSoFar
from qa_sync.running.events import CheckFinished, Event, RunFinished
from qa_sync.running.interrupted import UNFINISHED, missing_events
from qa_sync.running.results import Results
from qa_sync.spill import SpillFile

FIRST_S: Final = 0.5
"""The seconds before the first write; most replays are over by then."""
PAUSE_S: Final = 1.0
"""The least pause between two writes in seconds."""
SHARE: Final = 20
"""The pause is at least this many times as long as the last write took, so that writing never slows a run."""


class PartialResults(Struct, frozen=True):
    """Where and how the results so far are written; `narrow` reduces events to those of the selected checks.

    Who takes the events adds them to `so_far`.
    """

    paths: Sequence[Path]
    so_far: RunSoFar
    checklists: Sequence[Checklist]
    complete: Callable[[Results], Results]
    narrow: Callable[[Iterator[Event]], Iterator[Event]]
    now: Callable[[], float] = time.monotonic

    def follow(self, events: Iterator[Event]) -> Iterator[Event]:
        """Pass events through, and write the results so far from time to time, but not at the end."""
        began = self.now()
        due, is_new = began + FIRST_S, True
        for event in events:
            yield event
            is_new = is_new or isinstance(event, CheckFinished)
            if is_new and self.now() >= due and not isinstance(event, RunFinished):
                started = self.now()
                self._write(started - began)
                due, is_new = self.now() + max(PAUSE_S, SHARE * (self.now() - started)), False

    def _write(self, duration_s: float) -> None:
        """Write the results; a file that cannot be written is an error at the end of the run, not here."""
        file = SpillFile() if self.so_far.file else None
        whole = self.so_far.copy(file)
        try:
            for event in self.narrow(missing_events(self.so_far, self.checklists, duration_s, reason=UNFINISHED)):
                whole.add(event)
            results = self.complete(replace(whole.results(), unfinished=True))
            with suppress(OSError):
                for path in self.paths:
                    if path.is_file() or not path.exists():  # a pipe gets the results once, at the end
                        write_atomically(path, results_json.pieces(results))
        finally:
            whole.close()
