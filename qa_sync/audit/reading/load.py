"""Loads all records that the sections need, from the systems in parallel or from exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event

from msgspec import Struct

from qa_sync.audit.engines.table import Engine
from qa_sync.audit.formats.unpacked import unpacked
from qa_sync.audit.model import AuditableSection, SectionPlan
from qa_sync.audit.planning import needed_columns
from qa_sync.audit.reading.exports import find_export, load_export, separator_note
from qa_sync.audit.reading.fetch import FetchOptions, FetchSource, fetch_entity
from qa_sync.audit.reading.pools import reading_pool
from qa_sync.audit.reading.tables import RecordTable, deduplicated, table_of
from qa_sync.clock import Clock
from qa_sync.errors import UsageError

SourceRecords = Mapping[tuple[int, str, str], RecordTable]
"""Records by side (0 the source, 1 the target), system label and datatype."""

SourceOf = Callable[[str, str], FetchSource]
"""Given a label and a datatype: the source to read."""


class ExportFiles(Struct, frozen=True):
    """The exports of both sides: files, or folders with a file for each datatype."""

    left: Path
    right: Path


class LoadRequest(Struct, frozen=True):
    """The origin of the records, and the folder of the snapshots."""

    origin: SourceOf | ExportFiles
    folder: Path
    clock: Clock
    fresh: bool
    report: Callable[[str], None]


def load_records(engine: Engine, plans: Sequence[SectionPlan], request: LoadRequest) -> SourceRecords:
    """Return the records of all sections; raises what reading raises."""
    if isinstance(request.origin, ExportFiles):
        return _exported(engine, plans, request, request.origin)
    return _read(engine, plans, request, request.origin)


def sides_of(records: SourceRecords, plan: SectionPlan, ready: AuditableSection) -> tuple[RecordTable, RecordTable]:
    """Return the source and target records of a section."""
    one, other = plan.labels
    return records[0, one, ready.source.datatype], records[1, other, ready.target.datatype]


def _read(engine: Engine, plans: Sequence[SectionPlan], request: LoadRequest, source_of: SourceOf) -> SourceRecords:
    needed = needed_columns(plans)
    manner = FetchOptions(request.clock, request.fresh, Event(), request.report)
    sources = {entity: source_of(*entity) for entity in needed}
    folders = {entity: request.folder / _slug(entity[0]) / _slug(entity[1]) for entity in needed}
    with reading_pool(max(1, len(needed))) as pool:
        jobs = {e: pool.submit(fetch_entity, sources[e], needed[e], folders[e], manner) for e in needed}
        try:
            snapshots = {entity: job.result() for entity, job in jobs.items()}
        except BaseException:
            manner.stop.set()
            raise
    loaded = {}
    for entity, snapshot in snapshots.items():
        source, folder = sources[entity], folders[entity]
        whole, repeated = deduplicated(engine, folder, snapshot)
        numbers = {path: at for at, path in enumerate(whole.columns)}
        loaded[entity] = RecordTable(
            entity[0],
            source.card,
            table_of(engine, folder, whole),
            numbers,
            whole.as_of or request.clock.now(),
            source.system,
            partial=whole.partial,
            since=source.since,
            repeated=0 if whole.partial else repeated,  # a later read repeats what has changed
        )
    return {(at, *entity): one for entity, one in loaded.items() for at in (0, 1)}


def _exported(engine: Engine, plans: Sequence[SectionPlan], request: LoadRequest, files: ExportFiles) -> SourceRecords:
    found: dict[tuple[int, str, str], RecordTable] = {}
    for at, place in enumerate((files.left, files.right)):
        _reject_shared_file(place, {plan.auditable.card(at).names[0] for plan in plans if plan.auditable})
    for plan in plans:
        if plan.auditable is None:
            continue
        cards = (plan.auditable.source, plan.auditable.target)
        for at, (label, card, place) in enumerate(zip(plan.labels, cards, (files.left, files.right), strict=True)):
            if (at, label, card.datatype) in found:
                continue
            columns = _columns(plans, at, label, card.datatype)
            scratch = request.folder / f"export-{at}-{_slug(label)}-{_slug(card.datatype)}"
            file = unpacked(find_export(place, card), scratch)
            if said := separator_note(file):
                request.report(said)
            export = load_export(engine, file, card, columns, scratch)
            found[at, label, card.datatype] = RecordTable(
                label,
                card,
                export.table,
                export.columns,
                request.clock.now(),
                absent=export.absent,
                names=export.names,
                native=export.native,
            )
    return found


def _reject_shared_file(place: Path, entities: set[str]) -> None:
    if len(entities) > 1 and not place.is_dir():
        message = f"{place} is one file, but the sections need {' and '.join(sorted(entities))}"
        raise UsageError(message, hint="select one with --section, or give a folder with a file for each")


def _columns(plans: Sequence[SectionPlan], at: int, label: str, datatype: str) -> tuple[str, ...]:
    wanted: dict[str, None] = {}
    for plan in plans:
        if plan.auditable and (plan.labels[at], (plan.auditable.source, plan.auditable.target)[at].datatype) == (
            label,
            datatype,
        ):
            wanted |= dict.fromkeys(plan.auditable.paths(at))
    return tuple(wanted)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "system"
