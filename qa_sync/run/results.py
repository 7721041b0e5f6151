"""Events folded once into Results: what every report is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from qa_sync.run.events import (
    CheckFinished,
    Event,
    Leftover,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
    Status,
)

WORST_FIRST = (Status.FAILED, Status.ERROR, Status.MANUAL, Status.PASSED, Status.SKIPPED)


@dataclass(frozen=True, slots=True)
class SectionResult:
    """A section's checks in the order of their verdicts."""

    key: str
    ordinal: int
    heading: str
    line: int
    duplicate_of: int | None
    checks: tuple[CheckFinished, ...]

    @property
    def status(self) -> Status:
        """The worst status of its checks; `skipped` when it has none."""
        found = {c.status for c in self.checks}
        return next((s for s in WORST_FIRST if s in found), Status.SKIPPED)


@dataclass(frozen=True, slots=True)
class SpecResult:
    """A document's sections in their order."""

    spec: str
    title: str
    sections: tuple[SectionResult, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """A whole run. `started` is in UTC, `duration_s` real seconds."""

    mode: str
    seed: str
    started: datetime
    duration_s: float
    specs: tuple[SpecResult, ...]
    leftovers: tuple[Leftover, ...]

    @property
    def checks(self) -> tuple[CheckFinished, ...]:
        """All checks of all sections."""
        return tuple(c for spec in self.specs for section in spec.sections for c in section.checks)

    @property
    def totals(self) -> dict[Status, int]:
        """The number of checks of each status, all five always present."""
        count = Counter(c.status for c in self.checks)
        return {status: count[status] for status in Status}

    @property
    def exit_code(self) -> int:
        """0 every check that ran passed, 1 a promise does not hold, 3 something could not be found out.

        Nothing ran (no check passed or failed) is 3, never success.
        """
        totals = self.totals
        if totals[Status.FAILED]:
            return 1
        return 3 if totals[Status.ERROR] or not totals[Status.PASSED] else 0


def fold(events: Iterable[Event]) -> Results:
    """Fold a stream of events into Results; raises ValueError on a stream that does not start with RunStarted."""
    sections: dict[str, dict[str, SectionStarted]] = {}
    titles: dict[str, str] = {}
    checks: dict[tuple[str, str], list[CheckFinished]] = {}
    leftovers: list[Leftover] = []
    started: RunStarted | None = None
    duration = 0.0
    for event in events:
        match event:
            case RunStarted():
                started = event
            case SpecStarted():
                titles[event.spec] = event.title
                sections[event.spec] = {}
            case SectionStarted():
                sections[event.spec][event.key] = event
            case CheckFinished():
                checks.setdefault((event.spec, event.key), []).append(event)
            case SectionFinished():
                leftovers.extend(event.leftovers)
            case RunFinished():
                duration = event.duration_s
            case _:
                pass
    if started is None:
        raise ValueError("a stream of events starts with RunStarted")
    specs = tuple(
        SpecResult(spec, title, tuple(_section(s, checks.get((spec, s.key), [])) for s in sections[spec].values()))
        for spec, title in titles.items()
    )
    return Results(started.mode, started.seed, started.started, duration, specs, tuple(leftovers))


def _section(started: SectionStarted, checks: list[CheckFinished]) -> SectionResult:
    return SectionResult(
        started.key, started.ordinal, started.heading, started.line, started.duplicate_of, tuple(checks)
    )
