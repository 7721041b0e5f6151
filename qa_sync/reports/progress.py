"""How far a run is: a tally of its events, and plain lines for a pipe."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TextIO

from qa_sync.reports.page import Page
from qa_sync.reports.wording import seconds
from qa_sync.running.events import (
    CheckFinished,
    Event,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
    Status,
    StepStarted,
)


@dataclass(slots=True)
class Running:
    """A section whose turn it is, its verdicts so far, and its current step in words."""

    section: SectionStarted
    verdicts: Counter[Status] = field(default_factory=Counter)
    step: str = ""


@dataclass(slots=True)
class Tally:
    """What a stream of events has told so far; sections may run side by side."""

    expected: int = 0
    verdicts: Counter[Status] = field(default_factory=Counter)
    running: dict[tuple[str, str], Running] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Take note of an event; a section leaves only with `finished`."""
        match event:
            case RunStarted():
                self.expected = event.checks
            case SectionStarted():
                self.running[event.spec, event.key] = Running(event)
            case StepStarted():
                self.running[event.spec, event.key].step = event.text
            case CheckFinished():
                self.verdicts[event.status] += 1
                self.running[event.spec, event.key].verdicts[event.status] += 1
            case SpecStarted() | SectionFinished() | RunFinished():
                pass

    def finished(self, event: SectionFinished) -> Running:
        """Return a section that is done, and forget it."""
        return self.running.pop((event.spec, event.key))


class PlainProgress:
    """A line a section (`verbose`: a check, too), without any control character."""

    def __init__(self, err: TextIO, page: Page) -> None:
        self._err = err
        self._page = page
        self._tally = Tally()

    def handle(self, event: Event) -> None:
        """Tell of an event at once."""
        self._tally.add(event)
        if isinstance(event, SectionFinished):
            self._say(self._section(self._tally.finished(event)))
        elif isinstance(event, CheckFinished) and self._page.verbose:
            time = f"  {seconds(event.latency_s)}" if event.latency_s is not None else ""
            self._say(f"{event.spec}:{event.line}  {event.status}  {event.kind}  {event.title}{time}")

    def close(self) -> None:
        """Have nothing to put away."""

    def _section(self, done: Running) -> str:
        section, tally = done.section, self._tally
        if section.duplicate_of is not None:
            said = f"repeats section {section.duplicate_of}"
        else:
            said = counted(done.verdicts) or "nothing to check"
        far = f"[{tally.verdicts.total()}/{tally.expected}]"
        return f"{far} {section.spec}  {section.ordinal} {section.heading}: {said}"

    def _say(self, text: str) -> None:
        self._err.write(self._page.text(text) + "\n")
        self._err.flush()


def counted(verdicts: Counter[Status]) -> str:
    """Return `18 passed, 1 failed`, an empty text for none."""
    return ", ".join(f"{verdicts[status]} {status}" for status in Status if verdicts[status])
