"""How far a run is: a tally of its events, and plain lines for a pipe."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TextIO

from qa_sync.reports.shared.page_options import Page
from qa_sync.reports.shared.wording import ordinal, seconds
from qa_sync.running.events import (
    CheckFinished,
    Event,
    Looked,
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
    """A section whose turn has come: its verdicts so far, its current step in words, the last look in a wait.

    Times are in seconds by the clock that the tally is kept with; `ended` is None while the section runs.
    """

    section: SectionStarted
    began: float = 0.0
    verdicts: Counter[Status] = field(default_factory=Counter)
    step: str = ""
    looked: Looked | None = None
    looked_at: float = 0.0
    ended: float | None = None

    def go_on(self, event: StepStarted | Looked, now: float) -> None:
        """Take note of what is being done."""
        if isinstance(event, StepStarted):
            self.step, self.looked = event.text, None
        else:
            self.looked, self.looked_at = event, now


@dataclass(slots=True)
class Tally:
    """What a stream of events has told so far; sections may run side by side."""

    expected: int = 0
    began: float = 0.0
    specs: int = 0
    verdicts: Counter[Status] = field(default_factory=Counter)
    sections: dict[tuple[str, str], Running] = field(default_factory=dict)

    def add(self, event: Event, now: float = 0.0) -> None:
        """Take note of an event that is told now (in seconds of any clock)."""
        match event:
            case RunStarted():
                self.expected, self.began = event.checks, now
            case SpecStarted():
                self.specs += 1
            case SectionStarted():
                self.sections[event.spec, event.key] = Running(event, now)
            case StepStarted() | Looked():
                self.of(event).go_on(event, now)
            case CheckFinished():
                self.verdicts[event.status] += 1
                self.of(event).verdicts[event.status] += 1
            case SectionFinished():
                self.of(event).ended = now
            case RunFinished():
                pass

    def of(self, event: StepStarted | Looked | CheckFinished | SectionFinished) -> Running:
        """Return the section that an event is about."""
        return self.sections[event.spec, event.key]


def doing(section: Running, now: float | None = None) -> str:
    """Return what a section does, in words: its step, or how long it has waited (until now) and for what."""
    looked = section.looked
    if looked is None:
        return section.step
    passed = 0.0 if now is None else now - section.looked_at
    waited = min(looked.waited_s + passed, looked.timeout_s)
    what = f"waiting for {looked.what}" if looked.what else section.step
    return f"{what}, {ordinal(looked.look)} look, {waited:.1f} s of {looked.timeout_s:g} s"


class PlainProgress:
    """A line a section (`verbose`: a step, a look and a check, too), without any control character."""

    def __init__(self, err: TextIO, page: Page) -> None:
        self._err = err
        self._page = page
        self._tally = Tally()

    def handle(self, event: Event) -> None:
        """Tell of an event at once."""
        self._tally.add(event)
        if isinstance(event, SectionFinished):
            self._say(self._section(self._tally.of(event)))
        elif isinstance(event, StepStarted | Looked) and self._page.verbose:
            section = self._tally.of(event)
            name = f"{section.section.ordinal} {section.section.heading}"
            self._say(f"{event.spec}  {name}: {doing(section)}")
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
