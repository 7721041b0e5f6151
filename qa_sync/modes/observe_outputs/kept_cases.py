"""`--keep-cases DIR`: a JSON file for each late or lost case; `--replay-case FILE` reads them again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from qa_sync.audit.planning import AuditConfig, plan_sections
from qa_sync.errors import UsageError
from qa_sync.files import read_limited, write_atomically
from qa_sync.location import Location
from qa_sync.modes.job import Job
from qa_sync.observe.judging import Judge
from qa_sync.observe.kept.case import KeptCase, from_content, kept_case, to_text
from qa_sync.observe.kept.replay import CaseReplay
from qa_sync.observe.model import Case, ObservedSection
from qa_sync.observe.planning import observed_sections
from qa_sync.observe.references import judges_of
from qa_sync.observe.reporting.progress import ReadProgress
from qa_sync.observe.storage.state import ObserveState

MAX_BYTES: Final = 10_000_000


class CaseFiles(Struct, frozen=True):
    """Writes each late or lost case to a file of its own; a lost case that arrives late replaces its file."""

    folder: Path
    sections: Sequence[ObservedSection]
    judges: Mapping[str, Judge]
    state: ObserveState
    max_lag_s: float
    redact: Callable[[str], str]
    notify: Callable[[str], None]

    def handle(self, read: ReadProgress) -> None:
        """Write the cases of a read; a file that cannot be written is reported, and the observation goes on."""
        by_key = {section.key: section for section in self.sections}
        for case in read.missed:
            section = by_key[case.section]
            kept = kept_case(
                case,
                section,
                sections=self.sections,
                judge=self.judges[case.section],
                state=self.state,
                max_lag_s=self.max_lag_s,
            )
            path = self.folder / self._name(section, case)
            try:
                write_atomically(path, [self.redact(to_text(kept))])
            except OSError as error:
                self.notify(f"the case could not be written to {path}: {error.strerror or error}")

    def _name(self, section: ObservedSection, case: Case) -> str:
        record = re.sub(r"[^A-Za-z0-9_-]+", "-", self.redact(case.record))[:60].strip("-")
        number, way = section.plan.section.ordinal, case.direction.value
        return f"{case.opened:%Y%m%dT%H%M%S}-{number}-{way}-{record}.json"


def replay_of(job: Job, paths: Iterable[Path]) -> CaseReplay:
    """Return the replay of the cases in files; raises UsageError for a file that cannot be read or is no case."""
    cases, state = [_read(path) for path in paths], ObserveState(":memory:")
    known = AuditConfig(job.cards, job.settings.keys, frozenset(), job.settings.conditions)
    sections = observed_sections(job.dataflows, {d.path: plan_sections(d, job.dataflows, known) for d in job.dataflows})
    judges = judges_of(sections, job.settings.zone, state)
    return CaseReplay(job.dataflows, sections, judges, cases, state)


def _read(path: Path) -> KeptCase:
    hint = "give a file that `qa-sync observe --keep-cases` wrote"
    try:
        return from_content(read_limited(path, MAX_BYTES))
    except OSError as error:
        raise UsageError(f"not read: {error.strerror or error}", location=Location(str(path)), hint=hint) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{error}", location=Location(str(path)), hint=hint) from None
