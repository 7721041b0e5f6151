"""Resumes an interrupted run: keeps the verdicts of finished sections, and runs the others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from qa_sync.checklist.model import Checklist, SectionPlan
from qa_sync.dataflow.model import Origin
from qa_sync.errors import NoVerdict, UsageError
from qa_sync.modes.job import Job
from qa_sync.modes.live_systems.cleanup import clean_up
from qa_sync.modes.live_systems.run_journal import RunJournal, journal_path
from qa_sync.running.events import (
    CheckFinished,
    Event,
    Leftover,
    RecordRef,
    RunStarted,
    SectionFinished,
    SectionStarted,
    Status,
)
from qa_sync.systems.journal.journal import Journal
from qa_sync.systems.journal.rows import JournaledRun

SectionId = tuple[str, str]
"""The path of a spec and the key of a section."""


class InterruptedRun(Struct, frozen=True):
    """The interrupted run: its seed and its finished sections."""

    run: str
    seed: str
    sections: Mapping[tuple[str, str, str], str]

    def known_sections(self, fingerprints: Mapping[SectionId, str]) -> dict[SectionId, tuple[Event, ...]]:
        """Return the events of the finished sections that are unchanged; raises UsageError when all are finished."""
        kept = {at: self.sections.get((*at, mark)) for at, mark in fingerprints.items()}
        known_sections = {at: _read(text) for at, text in kept.items() if text is not None}
        if fingerprints and len(known_sections) == len(fingerprints):
            message = f"--resume: the run {self.run} was not interrupted, it finished every section"
            raise UsageError(message, hint="omit --resume to run everything again")
        return known_sections


def find_interrupted_run(job: Job) -> InterruptedRun:
    """Find the last run of the job's specs; raises UsageError when there is none."""
    specs = tuple(dataflow.path for dataflow in job.dataflows)
    path = journal_path(job.settings)
    with ExitStack() as exits:
        found: list[JournaledRun] = []
        if path.exists():
            journal = Journal(path)
            exits.callback(journal.close)
            found = [run for run in journal.runs() if run.specs == specs and journal.sections(run.id)]
        if not found:
            message = f"there is no run of {', '.join(specs)} with a finished section"
            raise UsageError(f"--resume: {message}", hint="omit --resume")
        run = max(found, key=lambda run: run.started)
        sections = journal.sections(run.id)
    return InterruptedRun(run.id, run.seed, sections)


def clean_up_interrupted(earlier: InterruptedRun, journal: RunJournal) -> None:
    """Delete the records of the interrupted run; records that remain are reported with those of the new run."""
    cleaned = clean_up(journal.job.settings, earlier.run)
    journal.inherited = tuple(lost for each in cleaned for lost in each.not_removed)


def next_seed(seed: str) -> str:
    """Return a seed with other marks, so that records of the interrupted run are not confused with new ones."""
    name, plus, number = seed.rpartition("+")
    return f"{name}+{int(number) + 1}" if plus and number.isdecimal() else f"{seed}+1"


@dataclass(slots=True)
class ProgressRecorder:
    """The finished sections of the interrupted run; adds those of the resumed run to `journal` as it progresses."""

    journal: RunJournal
    fingerprints: Mapping[SectionId, str]
    known_sections: Mapping[SectionId, tuple[Event, ...]]
    _open: dict[SectionId, list[Event]] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes about the origin of the verdicts."""
        if not self.known_sections:
            return ()
        known, total = len(self.known_sections), len(self.fingerprints)
        return (f"{known} of {total} sections keep their verdicts of the interrupted run",)

    def __call__(self, events: Iterator[Event]) -> Iterator[Event]:
        """Yield the events; those of known sections are from the interrupted run."""
        for at, known_sections in self.known_sections.items():
            self._write(at, known_sections)
        for event in events:
            match event:
                case RunStarted():
                    yield replace(event, checks=event.checks + sum(map(_checks, self.known_sections.values())))
                case SectionStarted() | CheckFinished() | SectionFinished():
                    yield from self._of_section(event)
                case _:
                    yield event

    def _of_section(self, event: SectionStarted | CheckFinished | SectionFinished) -> Iterator[Event]:
        at = event.spec, event.key
        if at in self.known_sections:
            if isinstance(event, SectionStarted):
                yield from self.known_sections[at]
            return
        self._open.setdefault(at, []).append(event)
        if isinstance(event, SectionFinished):
            self._save_if_complete(at, self._open.pop(at))
        yield event

    def _save_if_complete(self, at: SectionId, events: Sequence[Event]) -> None:
        """Record a section when each of its checks has a verdict, which an interrupted section does not."""
        first = events[0]
        if isinstance(first, SectionStarted) and at in self.fingerprints and _checks(events) == len(first.checks):
            self._write(at, events)

    def _write(self, at: SectionId, events: Sequence[Event]) -> None:
        """Record a section; an error of the journal must not lose a verdict."""
        if self.journal.owned is not None:
            with suppress(NoVerdict):
                spec, key = at
                owned = self.journal.owned
                owned.journal.save_section(owned.run.id, spec, key, self.fingerprints[at], _written(events))


def section_fingerprints(checklists: Sequence[Checklist]) -> Mapping[SectionId, str]:
    """Return, for each section that is run, a fingerprint of everything that its verdicts depend on."""
    plans = ((c.dataflow.path, plan) for c in checklists for plan in c.sections)
    return {(spec, plan.section.key): _fingerprint(plan) for spec, plan in plans if plan.scenarios}


def skip_known(checklist: Checklist, known_sections: Mapping[SectionId, Any]) -> Checklist:
    """Return the checklist without the scenarios of known sections."""
    spec = checklist.dataflow.path
    plans = (
        replace(plan, checks=(), scenarios=()) if (spec, plan.section.key) in known_sections else plan
        for plan in checklist.sections
    )
    return replace(checklist, sections=tuple(plans))


def _fingerprint(plan: SectionPlan) -> str:
    return hashlib.sha256(repr((plan.section, plan.pairs, plan.checks)).encode()).hexdigest()[:16]


def _checks(events: Sequence[Event]) -> int:
    return sum(isinstance(event, CheckFinished) for event in events)


def _written(events: Sequence[Event]) -> str:
    return json.dumps([[type(event).__name__, event] for event in events], default=_members)


def _read(text: str) -> tuple[Event, ...]:
    return tuple(READERS[name](members) for name, members in json.loads(text))


def _started(members: dict[str, Any]) -> Event:
    return SectionStarted(**{**members, "checks": tuple(members["checks"])})


def _finished(members: dict[str, Any]) -> Event:
    many = {name: tuple(value) for name, value in members.items() if isinstance(value, list) and name not in JSON}
    return CheckFinished(
        **{
            **members,
            **many,
            "status": Status(members["status"]),
            "origin": members["origin"] and Origin(members["origin"]),
            "records": tuple(RecordRef(**record) for record in members["records"]),
        }
    )


def _ended(members: dict[str, Any]) -> Event:
    return SectionFinished(**{**members, "leftovers": tuple(Leftover(**lost) for lost in members["leftovers"])})


JSON: Final = frozenset({"expected", "actual"})
READERS: Final[Mapping[str, Callable[[dict[str, Any]], Event]]] = {
    "SectionStarted": _started,
    "CheckFinished": _finished,
    "SectionFinished": _ended,
}


def _members(value: object) -> object:
    """Return a frozen value as its fields, any other value that JSON does not support as text."""
    return asdict(value) if isinstance(value, Struct) else str(value)
