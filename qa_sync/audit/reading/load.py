"""Loads all records that the sections need, from the systems in parallel or from exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.engines.table import Engine
from qa_sync.audit.model import AuditableSection, SectionPlan
from qa_sync.audit.planning import export_sides
from qa_sync.audit.reading.column_kinds import single_precision
from qa_sync.audit.reading.exports import Export, Into, load_export
from qa_sync.audit.reading.fetch import FetchOptions, FetchSource, fetch_entity
from qa_sync.audit.reading.pools import reading_pool
from qa_sync.audit.reading.tables import RecordTable, deduplicated, table_of
from qa_sync.audit.sources.open_source import find_file, open_file
from qa_sync.audit.sources.source import ExportSource
from qa_sync.clock import Clock
from qa_sync.errors import UsageError
from qa_sync.systems.cards import EntityCard

SourceRecords = Mapping[tuple[int, str, str], RecordTable]
"""Records by side (0 the source, 1 the target), system label and datatype."""

SourceOf = Callable[[str, str], FetchSource]
"""Given a label and a datatype: the source to read."""


Entity = tuple[int, str, str]
"""A side (0 left, 1 right), a system label and a datatype."""


class _Wanted(Struct, frozen=True):
    card: EntityCard
    columns: dict[str, None]


class Origins(Struct, frozen=True):
    """Where the records of the left (0) and the right system (1) come from: exports, or (None) the live systems."""

    exports: tuple[ExportSource | None, ExportSource | None] = (None, None)
    live: SourceOf | None = None


class LoadRequest(Struct, frozen=True):
    """The origins of the records, the folder of the snapshots, and one for copies of exports."""

    origins: Origins
    folder: Path
    scratch: Path
    clock: Clock
    fresh: bool
    report: Callable[[str], None]


def load_records(engine: Engine, plans: Sequence[SectionPlan], request: LoadRequest) -> SourceRecords:
    """Return the records of all sections; raises what reading raises."""
    sides, exports = export_sides([plan.section for plan in plans]), request.origins.exports
    ready = [(plan, plan.auditable) for plan in plans if plan.auditable is not None]
    wanted: dict[Entity, _Wanted] = {}
    places: dict[Entity, Entity] = {}
    for plan, auditable in ready:
        for at, label in enumerate(plan.labels):
            card = auditable.card(at)
            place = sides.of(label, at), label, card.datatype
            places[at, label, card.datatype] = place
            wanted.setdefault(place, _Wanted(card, {})).columns.update(dict.fromkeys(auditable.paths(at)))
    tables: dict[Entity, RecordTable] = {}
    for side, source in enumerate(exports):
        own = {entity: one for entity, one in wanted.items() if entity[0] == side}
        if source is not None:
            tables |= _exported(engine, source, own, request)
    live = {entity: one for entity, one in wanted.items() if exports[entity[0]] is None}
    if request.origins.live is not None and live:
        tables |= _read(engine, live, request, request.origins.live)
    return {entity: tables[place] for entity, place in places.items()}


def sides_of(records: SourceRecords, plan: SectionPlan, ready: AuditableSection) -> tuple[RecordTable, RecordTable]:
    """Return the source and target records of a section."""
    one, other = plan.labels
    return records[0, one, ready.source.datatype], records[1, other, ready.target.datatype]


def _read(
    engine: Engine, wanted: Mapping[Entity, _Wanted], request: LoadRequest, source_of: SourceOf
) -> Mapping[Entity, RecordTable]:
    needed: dict[tuple[str, str], tuple[str, ...]] = {}
    for (_, label, datatype), one in wanted.items():
        needed[label, datatype] = tuple(dict.fromkeys([*needed.get((label, datatype), ()), *one.columns]))
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
    return {(side, label, datatype): loaded[label, datatype] for side, label, datatype in wanted}


def _exported(
    engine: Engine, source: ExportSource, wanted: Mapping[Entity, _Wanted], request: LoadRequest
) -> Mapping[Entity, RecordTable]:
    found: dict[Entity, RecordTable] = {}
    _reject_shared_file(source, {f"{label} {one.card.names[0]}" for (_, label, _), one in wanted.items()})
    for entity, one in wanted.items():
        side, label, datatype = entity
        scratch = request.scratch / f"export-{side}-{_slug(label)}-{_slug(datatype)}"
        of_entity = _of_entity(source, one.card, scratch, request.report)
        into = Into(scratch / "records.parquet", request.report)
        export = load_export(engine, of_entity, one.card, tuple(one.columns), into)
        table = _table(label, one.card, export, request.clock)
        found[entity] = replace(table, singles=single_precision(of_entity))
    return found


def _of_entity(source: ExportSource, card: EntityCard, scratch: Path, report: Callable[[str], None]) -> ExportSource:
    """Return the export of an entity: the given one, or the file named after the datatype in the given folder."""
    return source if source.folder is None else open_file(find_file(source.folder, card), scratch, report)


def _table(label: str, card: EntityCard, export: Export, clock: Clock) -> RecordTable:
    return RecordTable(
        label,
        card,
        export.table,
        export.columns,
        clock.now(),
        absent=export.absent,
        names=export.names,
        native=export.native,
    )


def _reject_shared_file(source: ExportSource, entities: set[str]) -> None:
    if len(entities) > 1 and source.folder is None:
        message = f"{source.name} is one file, but the sections need {' and '.join(sorted(entities))}"
        raise UsageError(message, hint="select one with --section, or give a folder with a file for each")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "system"
