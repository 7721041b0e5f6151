"""All records that the sections need, from where they are: systems side by side, or exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from qa_sync.audit.engines.table import Engine
from qa_sync.audit.model import Ready, SectionPlan
from qa_sync.audit.planning import needed_columns
from qa_sync.audit.records.exports import find_export, load_export
from qa_sync.audit.records.fetch import Manner, Source, read_whole
from qa_sync.audit.records.tables import Loaded, settled, table_of
from qa_sync.clock import Clock
from qa_sync.errors import UsageError

Stock = Mapping[tuple[int, str, str], Loaded]
"""Records by side (0 the source, 1 the target), system label and datatype."""

SourceOf = Callable[[str, str], Source]
"""Given a label and a datatype: how it is read."""


@dataclass(frozen=True, slots=True)
class Files:
    """Exports of the two sides: files, or folders with a file for each datatype."""

    left: Path
    right: Path


@dataclass(frozen=True, slots=True)
class Wish:
    """Where records come from, and where what is read is kept."""

    origin: SourceOf | Files
    folder: Path
    clock: Clock
    fresh: bool
    tell: Callable[[str], None]


def stock(engine: Engine, plans: Sequence[SectionPlan], wish: Wish) -> Stock:
    """Return the records of all sections; raises what reading raises."""
    if isinstance(wish.origin, Files):
        return _exported(engine, plans, wish, wish.origin)
    return _read(engine, plans, wish, wish.origin)


def sides_of(stock: Stock, plan: SectionPlan, ready: Ready) -> tuple[Loaded, Loaded]:
    """Return a section's two sides."""
    one, other = plan.labels
    return stock[0, one, ready.source.datatype], stock[1, other, ready.target.datatype]


def _read(engine: Engine, plans: Sequence[SectionPlan], wish: Wish, source_of: SourceOf) -> Stock:
    needed = needed_columns(plans)
    manner = Manner(wish.clock, wish.fresh, Event(), wish.tell)
    sources = {entity: source_of(*entity) for entity in needed}
    folders = {entity: wish.folder / _slug(entity[0]) / _slug(entity[1]) for entity in needed}
    with ThreadPoolExecutor(max(1, len(needed))) as pool:
        jobs = {e: pool.submit(read_whole, sources[e], needed[e], folders[e], manner) for e in needed}
        try:
            snapshots = {entity: job.result() for entity, job in jobs.items()}
        except BaseException:
            manner.stop.set()
            raise
    loaded = {}
    for entity, snapshot in snapshots.items():
        source, folder = sources[entity], folders[entity]
        whole = settled(engine, folder, snapshot)
        numbers = {path: at for at, path in enumerate(whole.columns)}
        loaded[entity] = Loaded(
            entity[0],
            source.card,
            table_of(engine, folder, whole),
            numbers,
            whole.as_of or wish.clock.now(),
            source.system,
            partial=whole.partial,
            since=source.since,
        )
    return {(at, *entity): one for entity, one in loaded.items() for at in (0, 1)}


def _exported(engine: Engine, plans: Sequence[SectionPlan], wish: Wish, files: Files) -> Stock:
    found: dict[tuple[int, str, str], Loaded] = {}
    for at, place in enumerate((files.left, files.right)):
        _refuse_one_for_all(place, {plan.ready.card(at).names[0] for plan in plans if plan.ready})
    for plan in plans:
        if plan.ready is None:
            continue
        cards = (plan.ready.source, plan.ready.target)
        for at, (label, card, place) in enumerate(zip(plan.labels, cards, (files.left, files.right), strict=True)):
            if (at, label, card.datatype) in found:
                continue
            columns = _columns(plans, at, label, card.datatype)
            file = find_export(place, card)
            scratch = wish.folder / f"export-{at}-{_slug(label)}-{_slug(card.datatype)}"
            export = load_export(engine, file, card, columns, scratch)
            found[at, label, card.datatype] = Loaded(
                label, card, export.table, export.columns, wish.clock.now(), absent=export.absent, native=export.native
            )
    return found


def _refuse_one_for_all(place: Path, entities: set[str]) -> None:
    if len(entities) > 1 and not place.is_dir():
        told = f"{place} is one file, and the sections need {' and '.join(sorted(entities))}"
        raise UsageError(told, hint="name one with --section, or give a folder with a file for each")


def _columns(plans: Sequence[SectionPlan], at: int, label: str, datatype: str) -> tuple[str, ...]:
    wanted: dict[str, None] = {}
    for plan in plans:
        if plan.ready and (plan.labels[at], (plan.ready.source, plan.ready.target)[at].datatype) == (label, datatype):
            wanted |= dict.fromkeys(plan.ready.paths(at))
    return tuple(wanted)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "system"
