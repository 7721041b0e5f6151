"""An audit from start to end: plans sections, loads records, matches and compares them, and yields events."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from qa_sync.audit.engines.table import Engine
from qa_sync.audit.findings import SCHEMA, FindingsWriter
from qa_sync.audit.missing_columns import without_missing_columns
from qa_sync.audit.model import SectionPlan
from qa_sync.audit.parquet_writer import ParquetWriter
from qa_sync.audit.reading.load import LoadRequest, load_records
from qa_sync.audit.results import (
    ReportOptions,
    SectionOutcome,
    coverage_id,
    section_checks,
    skipped_section,
    unique_id,
)
from qa_sync.audit.sections import AuditOptions, SectionAudits, SectionStep
from qa_sync.audit.trend import has_earlier_differences, trends
from qa_sync.audit.unread import unread_of, unread_results
from qa_sync.clock import Clock
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import NoVerdict
from qa_sync.files import create_temporary
from qa_sync.running.events import (
    Event,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
    StepStarted,
)


class Audit(Struct, frozen=True):
    """An audit of one or more specs; `seconds` returns elapsed time, `scratch` is emptied afterwards.

    `plans` are those of the sections, by the path of the spec.
    """

    dataflows: Sequence[Dataflow]
    plans: Mapping[str, Sequence[SectionPlan]]
    load: LoadRequest
    engine: Engine
    options: AuditOptions
    clock: Clock
    seconds: Callable[[], float]
    scratch: Path

    def events(self) -> Iterator[Event]:
        """Run the audit and yield its events; raises what reading and the engine raise."""
        begun, started = self.seconds(), self.clock.now().replace(microsecond=0)
        had_before = has_earlier_differences(self.options.differences)
        plans = self.plans
        unread = sum(len(section.unread) for d in self.dataflows for section in d.sections)
        yield RunStarted("audit", "", started, unread + sum(len(_ids(p)) for some in plans.values() for p in some))
        yield from self._start_sections(plans)
        every = [p for some in plans.values() for p in some]
        records = load_records(self.engine, every, self.load)
        findings = FindingsWriter(ParquetWriter(self.scratch / "differences.parquet", SCHEMA), self.options.samples)
        outcomes: dict[str, list[SectionOutcome]] = {}
        selected = 0
        for dataflow in self.dataflows:
            allowed = self.options.allow_missing
            able = [without_missing_columns(p, records, allowed=allowed) for p in plans[dataflow.path]]
            work = SectionAudits(
                self.engine, self.scratch, self.options, self.clock, able, records, findings, self.load.report
            )
            outcomes[dataflow.path] = []
            for one in work.outcomes():
                if isinstance(one, SectionStep):
                    yield StepStarted(dataflow.path, one.key, one.text)
                else:
                    outcomes[dataflow.path].append(one)
            selected += work.selected
        if self.options.only is not None and not selected:
            raise NoVerdict(
                f"no record has the key {self.options.only!r}",
                hint="give the id of a record in one of the systems, or a value that records are matched by",
            )
        written = findings.writer.close()
        trend_by_check = (
            trends(self.engine, self.options.differences, written) if had_before and self.options.differences else None
        )
        for dataflow in self.dataflows:
            yield from _results(
                dataflow,
                plans[dataflow.path],
                outcomes[dataflow.path],
                ReportOptions(dataflow.path, self.options.max_drift, trend_by_check),
            )
        if self.options.differences:
            _move_into_place(written, self.options.differences)
        yield RunFinished(self.seconds() - begun)

    def _start_sections(self, plans: Mapping[str, Sequence[SectionPlan]]) -> Iterator[Event]:
        """Yield the start of all sections at once, because their records are read together."""
        for dataflow in self.dataflows:
            planned = {one.section.key: one for one in plans[dataflow.path]}
            yield SpecStarted(dataflow.path, dataflow.title)
            for s in dataflow.sections:
                ids = _ids(planned[s.key]) if s.key in planned else ()
                ids = (*(check.id for check in unread_of(dataflow, s)), *ids)
                yield SectionStarted(dataflow.path, s.key, s.ordinal, s.heading, s.line, s.duplicate_of, ids)
                if s.key in planned:
                    yield StepStarted(dataflow.path, s.key, "read the records")


def _ids(plan: SectionPlan) -> tuple[str, ...]:
    if plan.auditable is None:
        return (coverage_id(plan, 0),)
    return (coverage_id(plan, 0), coverage_id(plan, 1), unique_id(plan), *(c.id for c in plan.auditable.claims))


def _results(
    dataflow: Dataflow, plans: Sequence[SectionPlan], outcomes: Sequence[SectionOutcome], options: ReportOptions
) -> Iterator[Event]:
    by_key = {one.plan.section.key: one for one in outcomes}
    planned = {one.section.key: one for one in plans}
    for section in dataflow.sections:
        yield from unread_results(dataflow, section)
        if (one := planned.get(section.key)) is not None:
            outcome = by_key.get(section.key)
            yield from section_checks(outcome, options) if outcome else skipped_section(one, options)
        yield SectionFinished(dataflow.path, section.key)


def _move_into_place(found: Path, place: Path) -> None:
    temporary: Path | None = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        number, temporary = create_temporary(place)
        with found.open("rb") as read, os.fdopen(number, "wb") as write:
            shutil.copyfileobj(read, write)
        temporary.replace(place)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        message = f"the differences could not be written to {place}: {error.strerror or error}"
        raise NoVerdict(message, hint="give another file with --differences") from None
