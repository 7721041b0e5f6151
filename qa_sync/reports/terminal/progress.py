"""The progress of a run: a tally of its events, and plain lines for a pipe."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.reports.shared.page_options import OutputOptions
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


class SectionProgress(Struct):
    """A section that has started: its verdicts so far, its current step, and the last poll of a wait.

    Times are in seconds of the clock of the tally; `ended` is None while the section runs. With `simulated`, those of
    its events are of a simulated clock.
    """

    section: SectionStarted
    began: float = 0.0
    verdicts: Counter[Status] = field(default_factory=Counter)
    step: str = ""
    last_poll: Looked | None = None
    last_poll_at: float = 0.0
    ended: float | None = None
    simulated: bool = False

    def update(self, event: StepStarted | Looked, now: float) -> None:
        """Record the current step or poll."""
        if isinstance(event, StepStarted):
            self.step, self.last_poll = event.text, None
        else:
            self.last_poll, self.last_poll_at = event, now


class RunProgress(Struct):
    """The tally of the events so far; sections may run in parallel."""

    expected: int = 0
    began: float = 0.0
    specs: int = 0
    simulated: bool = False
    simulated_specs: set[str] = field(default_factory=set)
    verdicts: Counter[Status] = field(default_factory=Counter)
    sections: dict[tuple[str, str], SectionProgress] = field(default_factory=dict)

    def add(self, event: Event, now: float = 0.0) -> None:
        """Add an event; `now` is in seconds of any clock."""
        match event:
            case RunStarted():
                self.expected, self.began, self.simulated = event.checks, now, event.simulated
            case SpecStarted():
                self.specs += 1
                self.simulated_specs |= {event.spec} if event.simulated else set()
            case SectionStarted():
                simulated = self.is_simulated(event.spec)
                section = replace(event, checks=())  # a run of many specs has very many
                self.sections[event.spec, event.key] = SectionProgress(section, now, simulated=simulated)
            case StepStarted() | Looked():
                self.of(event).update(event, now)
            case CheckFinished():
                self.verdicts[event.status] += 1
                self.of(event).verdicts[event.status] += 1
            case SectionFinished():
                self.of(event).ended = now
            case RunFinished():
                pass

    def is_simulated(self, spec: str) -> bool:
        """Return whether the times of a spec are of a simulated clock."""
        return self.simulated or spec in self.simulated_specs

    def of(self, event: StepStarted | Looked | CheckFinished | SectionFinished) -> SectionProgress:
        """Return the progress of an event's section."""
        return self.sections[event.spec, event.key]


def current_activity(section: SectionProgress, now: float | None = None) -> str:
    """Return what a section is doing: its step, or what it is waiting for and how long (until `now`)."""
    last_poll = section.last_poll
    if last_poll is None:
        return section.step
    passed = 0.0 if now is None or section.simulated else now - section.last_poll_at
    waited = min(last_poll.waited_s + passed, last_poll.timeout_s)
    what = f"waiting for {last_poll.what}" if last_poll.what else section.step
    simulated = " simulated" * section.simulated
    return f"{what}, {ordinal(last_poll.look)} poll, {waited:.1f} of {last_poll.timeout_s:g} s{simulated}"


class PlainProgress:
    """Prints a line per section (`verbose`: also per step, poll and check), without control characters."""

    def __init__(self, err: TextIO, output: OutputOptions) -> None:
        self._err = err
        self._output = output
        self._tally = RunProgress()

    def handle(self, event: Event) -> None:
        """Print a line for the event, if it has one."""
        self._tally.add(event)
        if isinstance(event, SectionFinished):
            self._print(self._section(self._tally.of(event)))
        elif isinstance(event, StepStarted | Looked) and self._output.verbose:
            section = self._tally.of(event)
            name = f"{section.section.ordinal} {section.section.heading}"
            self._print(f"{event.spec}  {name}: {current_activity(section)}")
        elif isinstance(event, CheckFinished) and self._output.verbose:
            latency = seconds(event.latency_s, simulated=self._tally.is_simulated(event.spec))
            time = f"  {latency}" if latency else ""
            self._print(f"{event.spec}:{event.line}  {event.status}  {event.kind}  {event.title}{time}")

    def close(self) -> None:
        """Do nothing: plain lines stay."""

    def _section(self, done: SectionProgress) -> str:
        section, tally = done.section, self._tally
        if section.duplicate_of is not None:
            summary = f"repeats section {section.duplicate_of}"
        else:
            summary = counted(done.verdicts) or "nothing to check"
        far = f"[{tally.verdicts.total()}/{tally.expected}]"
        return f"{far} {section.spec}  {section.ordinal} {section.heading}: {summary}"

    def _print(self, text: str) -> None:
        self._err.write(self._output.text(text) + "\n")
        self._err.flush()


def counted(verdicts: Counter[Status]) -> str:
    """Return `18 passed, 1 failed`, an empty text without verdicts."""
    return ", ".join(f"{verdicts[status]} {status}" for status in Status if verdicts[status])
