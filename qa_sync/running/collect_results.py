"""Collects the events of a run into its Results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.running.events import (
    CheckFinished,
    Event,
    Leftover,
    Observed,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
)
from qa_sync.running.results import Results, SectionResult, SpecResult
from qa_sync.running.section_checks import spilled_checks
from qa_sync.spill import SpillFile

SectionId = tuple[str, str]
"""The path of a spec and the key of a section."""


class SectionSoFar(Struct):
    """A section of a run that goes on; `started` is None before its first event."""

    started: SectionStarted | None = None
    checks: Sequence[CheckFinished] = ()
    leftovers: tuple[Leftover, ...] = ()
    observed: Observed | None = None


class RunSoFar(Struct):
    """The events of a run so far; with a `file`, the checks of finished sections are in it instead of memory."""

    file: SpillFile | None = None
    started: RunStarted | None = None
    specs: dict[str, SpecStarted] = field(default_factory=dict)
    sections: dict[SectionId, SectionSoFar] = field(default_factory=dict)
    open: dict[SectionId, list[CheckFinished]] = field(default_factory=dict)
    duration_s: float | None = None

    def add(self, event: Event) -> None:
        """Add an event."""
        match event:
            case CheckFinished():
                at = event.spec, event.key
                if at not in self.open:
                    self.open[at] = [*self._section(at).checks]
                self.open[at].append(event)
            case SectionFinished():
                at = event.spec, event.key
                self._section(at).leftovers += event.leftovers
                self._section(at).observed = event.observed
                self._close(at)
            case SectionStarted():
                self._section((event.spec, event.key)).started = event
            case SpecStarted():
                self.specs.setdefault(event.spec, event)
            case RunStarted():
                self.started = self.started or event
            case RunFinished():
                self.duration_s = (self.duration_s or 0.0) + event.duration_s
            case _:
                pass  # only progress shows steps and polls

    def results(self) -> Results:
        """Return the results so far; raises ValueError when the run has not started."""
        if self.started is None:
            raise ValueError("a stream of events starts with RunStarted")
        for at in [*self.open]:
            self._close(at)
        found: dict[str, list[SectionResult]] = {}
        for (spec, _), section in self.sections.items():
            if s := section.started:
                checks, observed = section.checks, section.observed
                one = SectionResult(s.key, s.ordinal, s.heading, s.line, s.duplicate_of, checks, observed)
                found.setdefault(spec, []).append(one)

        def in_order(spec: str) -> tuple[SectionResult, ...]:  # sections in parallel start in any order
            return tuple(sorted(found.get(spec, ()), key=lambda section: section.ordinal))

        return Results(
            mode=self.started.mode,
            seed=self.started.seed,
            started=self.started.started,
            duration_s=self.duration_s or 0.0,
            specs=tuple(
                SpecResult(e.spec, e.title, in_order(e.spec), simulated=e.simulated) for e in self.specs.values()
            ),
            simulated=self.started.simulated,
            leftovers=tuple(self.leftovers()),
        )

    def leftovers(self) -> Iterator[Leftover]:
        """Yield the records that were not cleaned up, in the order of the specs."""
        numbers = {spec: number for number, spec in enumerate(self.specs)}

        def place(item: tuple[SectionId, SectionSoFar]) -> tuple[int, int]:
            (spec, _), section = item
            return (numbers.get(spec, 0), section.started.ordinal) if section.started else (0, 0)

        lost = ((at, section) for at, section in self.sections.items() if section.leftovers)
        for _, section in sorted(lost, key=place):
            yield from section.leftovers

    def decided(self, at: SectionId) -> frozenset[str]:
        """Return the ids of a section's checks that have a verdict."""
        checks = self.open.get(at) or (self.sections[at].checks if at in self.sections else ())
        return frozenset(check.id for check in checks)

    def copy(self, file: SpillFile | None = None) -> RunSoFar:
        """Return an independent copy, which writes to its own file."""
        sections = {at: SectionSoFar(s.started, s.checks, s.leftovers) for at, s in self.sections.items()}
        unfinished = {at: [*checks] for at, checks in self.open.items()}
        return RunSoFar(file, self.started, dict(self.specs), sections, unfinished, self.duration_s)

    def close(self) -> None:
        """Remove the file; results are not readable afterwards."""
        if self.file:
            self.file.close()

    def _section(self, at: SectionId) -> SectionSoFar:
        return self.sections.setdefault(at, SectionSoFar())

    def _close(self, at: SectionId) -> None:
        """Put the checks of a section in order, and into the file."""
        checks = self.open.pop(at, None)
        if checks is None:
            return
        section = self._section(at)
        if section.started:
            place = {check: number for number, check in enumerate(section.started.checks)}
            checks.sort(key=lambda check: place.get(check.id, len(place)))
            if self.file and len(checks) >= len(place):  # no check follows
                section.started = replace(section.started, checks=())
        section.checks = spilled_checks(self.file, checks) if self.file else tuple(checks)


def collect_results(events: Iterable[Event]) -> Results:
    """Collect a stream of events into Results; raises ValueError when it does not start with RunStarted."""
    run = RunSoFar()
    for event in events:
        run.add(event)
    return run.results()
