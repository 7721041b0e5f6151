"""Sets up an audit: read-only live systems or exports, an engine, and a folder for the records."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from qa_sync.audit.audit import Audit
from qa_sync.audit.engines.table import Needs, start_engine
from qa_sync.audit.model import SectionPlan
from qa_sync.audit.planning import AuditConfig, exported_labels, plan_sections
from qa_sync.audit.reading.fetch import FetchSource
from qa_sync.audit.reading.load import LoadRequest, Origins
from qa_sync.audit.records.link_store import linked_entities
from qa_sync.audit.sections import AuditOptions
from qa_sync.audit.sources.open_source import open_source
from qa_sync.audit.sources.source import ExportSource
from qa_sync.audit.two_files import plan_two_files
from qa_sync.clock import RealClock
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import NoVerdict, UsageError
from qa_sync.modes.job import Job
from qa_sync.modes.live_systems.connections import connect, labels_of
from qa_sync.modes.scratch_folder import scratch_folder
from qa_sync.systems.connectors.capabilities import capabilities_of
from qa_sync.systems.redaction import Redactor


class AuditArguments(Struct, frozen=True):
    """The command-line options of an audit; `left` and `right` are the places of exports, None: the live system.

    `key` is the column by which two files without a spec are matched; `only` is the key of the only records to compare.
    """

    snapshot: Path | None
    left: str | None
    right: str | None
    links: Path | None
    min_age: timedelta
    recheck: int
    samples: int
    max_drift: float
    differences: Path | None
    engine: str | None
    memory: str | None
    spark_master: str | None
    spark_conf: tuple[str, ...]
    fresh: bool
    allow_missing: bool = False
    key: str | None = None
    only: str | None = None


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
        options.only,
    )
    engine = start_engine(_engine_name(options), _needs(options, scratch))
    clock = RealClock()
    try:
        left, right = (open_source(at, scratch / side, notify) if at else None for at, side in _sides(options))
        with _origins(job, (left, right)) as origins:
            # Exports are not copied into the snapshot: they are files already.
            kept = options.snapshot if origins.live else None
            copies = scratch / "exports"
            wish = LoadRequest(origins, kept or scratch / "read", copies, clock, options.fresh, notify)
            dataflows, plans = _planned(job, options, origins.exports)
            yield Audit(dataflows, plans, wish, engine, terms, clock, time.perf_counter, scratch)
    finally:
        engine.close()


def _sides(options: AuditArguments) -> tuple[tuple[str | None, str], tuple[str | None, str]]:
    return (options.left, "left"), (options.right, "right")


def _planned(
    job: Job, options: AuditArguments, exports: tuple[ExportSource | None, ExportSource | None]
) -> tuple[Sequence[Dataflow], Mapping[str, Sequence[SectionPlan]]]:
    """Return the dataflows and their plans; without a spec, those of the two files."""
    erase = job.settings.policies.empty == "erase"
    left, right = exports
    if options.key and left and right:
        files = plan_two_files(left, right, options.key, erase=erase)
        return [files.dataflow], {files.dataflow.path: [files.plan]}
    settings, linked = job.settings, linked_entities(options.links)
    known = AuditConfig(job.cards, settings.keys, linked, settings.conditions, erase=erase)
    return job.dataflows, {d.path: plan_sections(d, job.dataflows, known) for d in job.dataflows}


def _needs(options: AuditArguments, scratch: Path) -> Needs:
    for setting in options.spark_conf:
        if not setting.partition("=")[0] or "=" not in setting:
            raise UsageError(f"--spark-conf {setting}: expected KEY=VALUE, such as spark.executor.memory=4g")
    if options.spark_conf and _engine_name(options) != "spark":
        raise UsageError("--spark-conf is for Spark", hint="add --engine spark")
    conf = dict(setting.split("=", 1) for setting in options.spark_conf)
    return Needs(options.memory, scratch, options.spark_master, conf)


def _engine_name(options: AuditArguments) -> str:
    """Return the engine: the given one, else Spark if a Spark master is given; raises UsageError for both at odds."""
    if options.spark_master is None:
        return options.engine or "duckdb"
    if options.engine not in {None, "spark"}:
        raise UsageError(f"--spark-master is for --engine spark, but the engine is {options.engine!r}")
    return "spark"


@contextmanager
def _origins(job: Job, exports: tuple[ExportSource | None, ExportSource | None]) -> Iterator[Origins]:
    if None not in exports:
        yield Origins(exports)
        return
    exported = exported_labels(job.dataflows, exports)
    live = [label for label in labels_of(job.dataflows) if label not in exported]
    live_systems = connect(job, Redactor(), labels=live)
    systems = {label: one.connection.system() for label, one in live_systems.items()}

    def source_of(label: str, datatype: str) -> FetchSource:
        system, connector = systems[label], job.connectors[label]
        since = any(a.since for a in capabilities_of(connector) if a.datatype == datatype)
        url = live_systems[label].connection.base_url
        whose = {"system": label, "connector": connector.name, "url": url, "datatype": datatype}
        return FetchSource(system, system.cards[datatype], whose, since)

    try:
        yield Origins(exports, source_of)
    finally:
        for one in live_systems.values():
            one.connection.close()
