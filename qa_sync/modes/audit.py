"""Sets up an audit: read-only live systems or exports, an engine, and a folder for the records."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.audit import Audit
from qa_sync.audit.engines.table import Needs, start_engine
from qa_sync.audit.formats.unpacked import unpacked
from qa_sync.audit.model import SectionPlan
from qa_sync.audit.planning import AuditConfig, plan_sections
from qa_sync.audit.reading.fetch import FetchSource
from qa_sync.audit.reading.load import ExportFiles, LoadRequest, SourceOf
from qa_sync.audit.records.link_store import linked_sections
from qa_sync.audit.sections import AuditOptions
from qa_sync.audit.two_files import plan_two_files
from qa_sync.clock import RealClock
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import NoVerdict, UsageError
from qa_sync.modes.job import Job
from qa_sync.modes.live_systems.connections import connect
from qa_sync.modes.scratch_folder import scratch_folder
from qa_sync.systems.connectors.capabilities import capabilities_of
from qa_sync.systems.redaction import Redactor


class AuditArguments(Struct, frozen=True):
    """The command-line options of an audit; `left` and `right` are exports, both or neither.

    `key` is the column by which two files without a spec are matched.
    """

    snapshot: Path | None
    left: Path | None
    right: Path | None
    links: Path | None
    min_age: timedelta
    recheck: int
    samples: int
    max_drift: float
    differences: Path | None
    engine: str | None
    memory: str
    spark_master: str | None
    fresh: bool
    allow_missing: bool = False
    key: str | None = None


@contextmanager
def open_audit(job: Job, options: AuditArguments, notify: Callable[[str], None]) -> Iterator[Audit]:
    """Yield the audit of the job's specs; it keeps the records in the snapshot and deletes everything else."""
    try:
        with scratch_folder() as scratch:
            yield from _audit(job, options, notify, scratch)
    except OSError as error:
        raise NoVerdict(f"the scratch folder: {error.strerror or error}", hint="set TMPDIR to another folder") from None


def _audit(job: Job, options: AuditArguments, notify: Callable[[str], None], scratch: Path) -> Iterator[Audit]:
    terms = AuditOptions(
        job.settings.zone,
        options.min_age,
        options.recheck,
        options.samples,
        options.max_drift,
        options.differences,
        options.links,
        options.allow_missing,
    )
    engine = start_engine(_engine_name(options), Needs(options.memory, scratch, options.spark_master))
    clock = RealClock()
    try:
        left, right = (unpacked(file, scratch / side) if file else None for file, side in _sides(options))
        options = replace(options, left=left, right=right)
        with _origin(job, options) as origin:
            # Exports are not copied into the snapshot: they are files already.
            kept = None if isinstance(origin, ExportFiles) else options.snapshot
            wish = LoadRequest(origin, kept or scratch / "read", clock, options.fresh, notify)
            dataflows, plans = _planned(job, options)
            yield Audit(dataflows, plans, wish, engine, terms, clock, time.perf_counter, scratch)
    finally:
        engine.close()


def _sides(options: AuditArguments) -> tuple[tuple[Path | None, str], tuple[Path | None, str]]:
    return (options.left, "left"), (options.right, "right")


def _planned(job: Job, options: AuditArguments) -> tuple[Sequence[Dataflow], Mapping[str, Sequence[SectionPlan]]]:
    """Return the dataflows and their plans; without a spec, those of the two files."""
    erase = job.settings.policies.empty == "erase"
    if options.key and options.left and options.right:
        files = plan_two_files(options.left, options.right, options.key, erase=erase)
        return [files.dataflow], {files.dataflow.path: [files.plan]}
    settings, linked = job.settings, linked_sections(options.links)
    known = AuditConfig(job.cards, settings.keys, linked, settings.conditions, erase=erase)
    return job.dataflows, {d.path: plan_sections(d, job.dataflows, known) for d in job.dataflows}


def _engine_name(options: AuditArguments) -> str:
    """Return the engine: the given one, else Spark if a Spark master is given; raises UsageError for both at odds."""
    if options.spark_master is None:
        return options.engine or "duckdb"
    if options.engine not in {None, "spark"}:
        raise UsageError(f"--spark-master is for --engine spark, but the engine is {options.engine!r}")
    return "spark"


@contextmanager
def _origin(job: Job, options: AuditArguments) -> Iterator[SourceOf | ExportFiles]:
    if options.left and options.right:
        yield ExportFiles(options.left, options.right)
        return
    live_systems = connect(job, Redactor())
    systems = {label: one.connection.system() for label, one in live_systems.items()}

    def source_of(label: str, datatype: str) -> FetchSource:
        system, connector = systems[label], job.connectors[label]
        since = any(a.since for a in capabilities_of(connector) if a.datatype == datatype)
        url = live_systems[label].connection.base_url
        whose = {"system": label, "connector": connector.name, "url": url, "datatype": datatype}
        return FetchSource(system, system.cards[datatype], whose, since)

    try:
        yield source_of
    finally:
        for one in live_systems.values():
            one.connection.close()
